using System.Diagnostics;

namespace Benchmarks;

/// <summary>From the start of the command line to the end of its first output.</summary>
internal static class CliStart
{
    public static async Task Run()
    {
        var powered = Site.Published("POWERED");
        await Once(powered); // brings the file into the page cache
        Figure.Print("cli_start_ms", await Figure.Median("cli_start_ms", 21, _ => Once(powered)), "ms");
    }

    private static async Task<double> Once(string powered)
    {
        var start = new ProcessStartInfo(powered, ["--help"]) { RedirectStandardOutput = true };
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && text.Length > 0 ? took : throw new BenchmarkException($"powered --help ended with {process.ExitCode}");
    }
}

/// <summary>From the start of the daemon to its first yes at /readyz, over a journal that holds a host and a running VM.</summary>
internal static class DaemonStart
{
    public static async Task Run()
    {
        using var data = new Scratch();
        await using (var daemon = await Site.Start(data.Path, hosts: 1))
        {
            await Site.One(daemon);
            await daemon.Stop();
        }

        Figure.Print("start_ms", await Figure.Median("start_ms", 5, async _ =>
        {
            await using var daemon = await Site.Start(data.Path);
            await Site.AllRunning(daemon, 1);
            await daemon.Stop();
            return daemon.ToReady.TotalMilliseconds;
        }), "ms");
    }
}

/// <summary>What the daemon takes while nothing happens: one host, one running VM, after a minute, when what is often used has been compiled anew.</summary>
internal static class Idle
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(6);

    public static async Task Run()
    {
        using var data = new Scratch();
        await using var daemon = await Site.Start(data.Path, hosts: 1);
        await Site.One(daemon);
        await Task.Delay(Rest);

        var memory = new List<double>();
        var cpu = await Figure.Median("idle_cpu_percent", 5, async _ =>
        {
            var (before, began) = (daemon.CpuTime, Stopwatch.GetTimestamp());
            await Task.Delay(Window);
            memory.Add(daemon.Resident / 1048576.0);
            return (daemon.CpuTime - before) / Stopwatch.GetElapsedTime(began) * 100;
        });
        Figure.Print("idle_cpu_percent", cpu, "percent");
        Figure.Print("idle_rss_mib", Figure.Middle(memory), "MiB");
    }
}
