using System.Diagnostics;

namespace Tidy;

/// <summary>One place where the tree is not as it should be, and what to do.</summary>
public sealed record Finding(string File, int Line, string What)
{
    public override string ToString() => $"{File}:{Line}: {What}";
}

/// <summary>One file of the tree. <paramref name="Path"/> from the root, with forward slashes.</summary>
public sealed record SourceFile(string Path, string Text)
{
    private readonly Lazy<string> _code = new(() => CSharpText.CodeOnly(Text));

    public string Name => System.IO.Path.GetFileName(Path);
    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);
    public bool IsProject => Path.EndsWith(".csproj", StringComparison.Ordinal);
    public bool IsGenerated => Path.EndsWith(".g.cs", StringComparison.Ordinal);
    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    /// <summary>The text with comments and the insides of literals blanked, line for line.</summary>
    public string Code => _code.Value;

    public int LineOf(int index) => Text.AsSpan(0, index).Count('\n') + 1;

    /// <summary>The folder under src/, tests/ or tools/: the project's name.</summary>
    public string Room => Path.Split('/') is [_, var room, _, ..] ? room : "";

    public bool Under(params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
        {
            if (Path.StartsWith(folder + "/", StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}

/// <summary>The files that the repository holds.</summary>
public static class Tree
{
    private static readonly HashSet<string> Binary = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".ico", ".jpg", ".gif", ".woff2", ".gz", ".xz", ".zip", ".iso", ".qcow2", ".raw", ".db", ".dll", ".so", ".bin",
    };

    public static readonly string Root = FindRoot();

    /// <summary>Every file, with its text where it is text.</summary>
    public static readonly IReadOnlyList<SourceFile> Files =
        [.. Paths().Select(path => new SourceFile(path, IsText(path) ? File.ReadAllText(Path.Combine(Root, path)) : ""))];

    public static bool IsText(string path) => !Binary.Contains(Path.GetExtension(path));

    private static IEnumerable<string> Paths()
    {
        var git = new ProcessStartInfo("git", ["-C", Root, "ls-files", "-z"]) { RedirectStandardOutput = true };
        using var listing = Process.Start(git) ?? throw new InvalidOperationException("git does not start");
        var paths = listing.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        listing.WaitForExit();
        if (listing.ExitCode != 0)
            throw new InvalidOperationException($"git ls-files ended with {listing.ExitCode} in {Root}");
        return paths.Where(p => new FileInfo(Path.Combine(Root, p)) is { Exists: true, LinkTarget: null });
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PoweredAppliance.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"no PoweredAppliance.sln above {AppContext.BaseDirectory}");
    }
}
