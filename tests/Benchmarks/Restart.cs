using System.Diagnostics;
using System.Globalization;

namespace Benchmarks;

/// <summary>
/// A controller that was killed with VMs on its hosts starts again: the time until it answers reads with all VMs, and until a VM that
/// nobody had seen before is placed, each from the start of the process. VMS= and HOSTS= take other sizes.
/// </summary>
internal static class Restart
{
    public static readonly string[] Keys = ["restart_reads_s", "restart_place_s", "restart_rss_mib"];

    public static async Task Run()
    {
        using var data = new Scratch();
        var (vms, hosts) = (Site.Number("VMS", 10_000), Site.Number("HOSTS", 1_000));
        await using (var before = await Site.Start(data.Path, hosts, Site.Unhurried))
        {
            _ = (await Site.Create(before, vms, connections: 32)).AllDone;
            await Site.AllRunning(before, vms);
            await Task.Delay(TimeSpan.FromSeconds(10)); // it has worked for longer than a moment
            await before.Kill();
        }

        var (reads, places, cpu, memory) = (new List<double>(), new List<double>(), new List<double>(), 0.0);
        for (var run = 0; run < 5; run++)
        {
            var began = Stopwatch.GetTimestamp();
            await using var daemon = await Site.Start(data.Path, settings: Site.Unhurried);
            var there = (await daemon.Client.GetStatus()).Vms.Values.Sum();
            reads.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            cpu.Add(daemon.CpuTime.TotalSeconds);
            if (there != vms + run)
                throw new BenchmarkException($"{there} VMs are there after the restart, {vms + run} were made");
            await Site.Create(daemon, 1);
            await Site.AllRunning(daemon, vms + run + 1);
            places.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            memory = daemon.Resident / 1048576.0;
            await daemon.Kill();
        }

        Console.WriteLine($"reads after {Listed(reads)} s, when the daemon had taken {Listed(cpu)} s of processor time");
        Figure.Print("restart_reads_s", Figure.Middle(reads), "s");
        Figure.Print("restart_place_s", Figure.Middle(places), "s");
        Figure.Print("restart_rss_mib", memory, "MiB");
    }

    private static string Listed(IEnumerable<double> seconds) => string.Join(' ', seconds.Select(s => s.ToString("0.00", CultureInfo.InvariantCulture)));
}
