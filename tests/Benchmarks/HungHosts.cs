using System.Diagnostics;
using System.Globalization;

namespace Benchmarks;

/// <summary>
/// What one hung libvirtd of three adds to an operation on the other two: measured by the lab, which needs root, qemu and network
/// namespaces; run as a process of its own, since it starts its hosts and a daemon.
/// </summary>
internal static class HungHosts
{
    private const string Key = "hung_host_extra_ms";

    public static async Task Run()
    {
        var lab = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../Lab/bin/Release/net10.0/Lab"));
        if (!File.Exists(lab))
            throw new BenchmarkException($"{lab} is not built; `make bench` builds it");
        var start = new ProcessStartInfo(lab, ["-noLogo", "-noColor", "-class", "*HungHostTests"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new BenchmarkException($"{lab} could not be started");
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = said.Split('\n').FirstOrDefault(l => l.TrimStart().StartsWith($"{Key}: ", StringComparison.Ordinal))
            ?? throw new BenchmarkException($"the lab measured nothing:\n{said}");
        Figure.Print(Key, double.Parse(line.Trim()[(Key.Length + 2)..].Split(' ')[0], CultureInfo.InvariantCulture), "ms");
    }
}
