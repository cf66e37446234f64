using System.Diagnostics;

namespace PoweredAppliance.Cli.Tests;

/// <summary>The program as a process.</summary>
internal static class Binary
{
    private static readonly Lazy<Task<string>> PublishedOnce = new(Publish);

    /// <summary>As every build makes it, beside the tests.</summary>
    public static string Regular => Path.Combine(AppContext.BaseDirectory, "powered");

    /// <summary>
    /// As it is shipped, compiled ahead of time; published here (half a minute) unless ./artifacts has one newer than
    /// the sources.
    /// </summary>
    public static Task<string> Published => PublishedOnce.Value;

    private static string Root
    {
        get
        {
            var at = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(at, "PoweredAppliance.sln")))
                at = Path.GetDirectoryName(at)
                    ?? throw new DirectoryNotFoundException("the tests do not run below the repository");
            return at;
        }
    }

    public static Process Start(string program, CannedAppliance? appliance, string home, params string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in new[] { "ONE_AUTH", "ONE_XMLRPC", "POWERED_DATA" })
            start.Environment.Remove(variable);
        start.Environment["HOME"] = home;
        start.Environment["TZ"] = "UTC";
        start.Environment["POWERED_COMPLETION_TIMEOUT"] = "1m";
        start.Environment["POWERED_API"] = appliance?.Address ?? "http://127.0.0.1:1";
        return Process.Start(start)!;
    }

    public static async Task<Ran> Run(string program, CannedAppliance? appliance, string home, params string[] words)
    {
        using var process = Start(program, appliance, home, words);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Ran(process.ExitCode, await output, await error);
    }

    private static async Task<string> Publish()
    {
        // in a place of its own: other builds of the same sources may be under way
        var place = Path.Combine(AppContext.BaseDirectory, "aot");
        var own = Path.Combine(place, "out", "powered");
        var sources = new[] { "PoweredAppliance.Cli", "PoweredAppliance.Client" }
            .SelectMany(p => new DirectoryInfo(Path.Combine(Root, "src", p)).EnumerateFiles("*.cs*", SearchOption.AllDirectories))
            .Where(f => !f.FullName.Contains("/obj/", StringComparison.Ordinal))
            .Max(f => f.LastWriteTimeUtc);
        foreach (var made in new[] { Path.Combine(Root, "artifacts", "powered"), own })
        {
            if (File.Exists(made) && File.GetLastWriteTimeUtc(made) > sources)
                return made;
        }

        string[] words =
        [
            "publish", Path.Combine(Root, "src/PoweredAppliance.Cli"), "-c", "Release", "--artifacts-path", place,
            "-o", Path.GetDirectoryName(own)!, "-nologo", "-v", "q", "--disable-build-servers",
        ];
        using var publish = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true })!;
        var said = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, said);
        return own;
    }
}
