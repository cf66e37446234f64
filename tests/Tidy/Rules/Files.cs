using System.Text.RegularExpressions;

namespace Tidy.Rules;

/// <summary>Line ends, the solution's list of projects, and the first thing that README says.</summary>
public static partial class Files
{
    public static readonly string[] FirstCommands = ["make run", "make test"];

    public static IEnumerable<Finding> LineEnds(SourceFile file)
    {
        if (file.Text.Length == 0)
            yield break;
        if (file.Text.IndexOf('\r') is var at and >= 0)
            yield return new(file.Path, file.LineOf(at), "a carriage return: lines end in LF alone");
        if (file.Text[^1] != '\n')
            yield return new(file.Path, file.LineOf(file.Text.Length - 1), "the last line is not ended: add a newline");
    }

    /// <summary>Every project is in the solution, and the solution lists no project that is not there.</summary>
    public static IEnumerable<Finding> Solution(SourceFile solution, IReadOnlyCollection<string> projects)
    {
        var listed = Project().Matches(solution.Text).Select(m => (Path: m.Groups["path"].Value.Replace('\\', '/'), m.Index)).ToList();
        foreach (var project in projects.Except(listed.Select(l => l.Path)))
            yield return new(solution.Path, 1, $"{project} is not listed: dotnet sln add {project}");
        foreach (var (path, index) in listed.Where(l => !projects.Contains(l.Path)))
            yield return new(solution.Path, solution.LineOf(index), $"{path} is listed and not there: dotnet sln remove {path}");
    }

    /// <summary>A newcomer reads two commands before anything else: the first block of code holds them and nothing more.</summary>
    public static IEnumerable<Finding> Readme(string text)
    {
        var block = Block().Match(text);
        var commands = block.Groups["code"].Value.Split('\n').Select(l => l.Split('#')[0].Trim().TrimStart('$').Trim()).Where(l => l.Length > 0);
        if (!commands.SequenceEqual(FirstCommands))
            yield return new("README.md", text.AsSpan(0, block.Index).Count('\n') + 1, $"the first block of code must be exactly: {string.Join(", ", FirstCommands)}");
    }

    [GeneratedRegex("(?m)^Project\\([^)]*\\)\\s*=\\s*\"[^\"]*\",\\s*\"(?<path>[^\"]+\\.csproj)\"")]
    private static partial Regex Project();

    [GeneratedRegex("(?ms)^```\\w*\\n(?<code>.*?)^```")]
    private static partial Regex Block();
}
