using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Lab.Daemon;

namespace Benchmarks;

/// <summary>
/// VMs from the call to RUNNING over XML-RPC: authenticated, within quota, durable, placed, each event of their lives stored. Simulated
/// hosts of 64 cores that take no time for what they are asked. VMS= and HOSTS= take other sizes.
/// </summary>
internal static class EndToEnd
{
    public static readonly string[] Keys = ["e2e_vms_per_s", "e2e_p99_ms", "running_vms_per_s", "pending10k_running_s"];

    private const int Clients = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task Run()
    {
        using var data = new Scratch();
        var (count, hosts) = (Site.Number("VMS", 10_000), Site.Number("HOSTS", 1_000));
        await using var daemon = await Site.Start(data.Path, hosts, Site.Unhurried);
        await Ask(daemon, 1_000); // the first calls are compiled
        await Until(daemon, Running, 1_000);

        var (began, cpu) = (Stopwatch.GetTimestamp(), daemon.CpuTime);
        var load = await Ask(daemon, count);
        Console.WriteLine($"one.vm.allocate: {load}");
        await Until(daemon, vms => vms.Where(v => v.Key is not "PENDING").Sum(v => v.Value), 1_000 + count);
        var handed = Stopwatch.GetElapsedTime(began);
        await Until(daemon, Running, 1_000 + count);
        var running = Stopwatch.GetElapsedTime(began);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the daemon took {(daemon.CpuTime - cpu).TotalMicroseconds / count:0} us CPU a VM until all were RUNNING"));
        Figure.Print("e2e_vms_per_s", count / handed.TotalSeconds, "VMs/s");
        Figure.Print("e2e_p99_ms", load.Percentile(99), "ms");
        Figure.Print("running_vms_per_s", count / running.TotalSeconds, "VMs/s");

        var all = (await daemon.Client.ListHosts()).Select(h => h.Id).ToList();
        foreach (var host in all)
            await daemon.Client.DisableHost(host);
        await Ask(daemon, 10_000);
        began = Stopwatch.GetTimestamp();
        foreach (var host in all)
            await daemon.Client.EnableHost(host);
        await Until(daemon, Running, 11_000 + count);
        Figure.Print("pending10k_running_s", Stopwatch.GetElapsedTime(began).TotalSeconds, "s");
    }

    private static int Running(IReadOnlyDictionary<string, int> vms) => vms.GetValueOrDefault("RUNNING");

    private static async Task<LoadResult> Ask(DaemonProcess daemon, int count) => (await Site.Create(daemon, count, connections: Clients)).AllDone;

    private static Task Until(DaemonProcess daemon, Func<IReadOnlyDictionary<string, int>, int> counted, int count) => PoweredAppliance.Lab.Daemon.Until.True(
        async () => counted((await daemon.Client.GetStatus()).Vms) == count, Patience, () => $"{count} VMs:\n{daemon.Output}");
}
