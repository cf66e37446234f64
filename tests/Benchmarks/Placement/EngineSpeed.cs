using System.Diagnostics;
using System.Globalization;
using Benchmarks.Packing;
using PoweredAppliance.Scheduling;

namespace Benchmarks.Placement;

/// <summary>Decisions of the engine: choose the best fit by cpu, memory and disk, reserve it, and release an older one.</summary>
internal static class EngineSpeed
{
    private const int Decisions = 1_000_000, Runs = 5;

    private static readonly (int Hosts, string Name)[] Sizes = [(1_000, "1k"), (10_000, "10k"), (100_000, "100k")];

    public static readonly string[] Keys = [.. Sizes.Select(s => $"decisions_per_s_{s.Name}"), "decision_p99_ns", "engine_bytes_per_vm", "engine_bytes_per_host"];

    public static async Task Run()
    {
        var demands = RecordedVms.Demands(300_000);
        var worst = 0.0;
        foreach (var (hosts, name) in Sizes)
        {
            var fleet = new Fleet(hosts, demands);
            Many(fleet, Decisions / 4);
            Figure.Print($"decisions_per_s_{name}", await Figure.Median($"decisions/s at {hosts} hosts", Runs, _ => Task.FromResult(Rate(fleet))), "decisions/s");
            var before = GC.GetAllocatedBytesForCurrentThread();
            var refused = Many(fleet, Decisions);
            Console.WriteLine($"{GC.GetAllocatedBytesForCurrentThread() - before} bytes allocated by {Decisions} decisions, {refused} of them refusals");
            worst = Math.Max(worst, await Figure.Median($"p99 in ns at {hosts} hosts", Runs, _ => Task.FromResult(P99(fleet))));
        }

        Figure.Print("decision_p99_ns", worst, "ns");
        Memory(demands);
    }

    private static double Rate(Fleet fleet)
    {
        var start = Stopwatch.GetTimestamp();
        Many(fleet, Decisions);
        return Decisions / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static int Many(Fleet fleet, int decisions)
    {
        var refused = 0;
        for (var n = 0; n < decisions; n++)
            refused += fleet.Decide() ? 0 : 1;
        return refused;
    }

    /// <summary>Of single decisions; the clock's own time (about 25 ns) is in it.</summary>
    private static double P99(Fleet fleet)
    {
        var ticks = new long[Decisions / 5];
        for (var n = 0; n < ticks.Length; n++)
        {
            var start = Stopwatch.GetTimestamp();
            fleet.Decide();
            ticks[n] = Stopwatch.GetTimestamp() - start;
        }

        Array.Sort(ticks);
        return ticks[ticks.Length * 99 / 100] * 1e9 / Stopwatch.Frequency;
    }

    private static void Memory(IReadOnlyList<Demand> demands)
    {
        const int hosts = 100_000;
        var start = Live();
        var map = new CapacityMap((_, _) => []);
        for (var id = 0; id < hosts; id++)
            map.Upsert(new HostCapacity(new(id), "host", 0, true, true, 6_400, 6_400, 160L << 20, 160L << 20, 20_000_000, 0));
        var n = 0;
        while (map.Choose(demands[n % demands.Count]) is { } host && map.TryReserve(demands[n % demands.Count], n / demands.Count, host) && n < 10 * hosts)
            n++;
        var withVms = Live() - start;
        var offers = map.Offers;
        for (var vm = 0; vm < n; vm++)
            map.Release(demands[vm % demands.Count].Vm, vm / demands.Count);
        GC.KeepAlive(map);

        // The same hosts as full, without a VM in the map.
        var again = Live();
        var full = new CapacityMap((_, _) => []);
        var free = new Random(4711);
        for (var id = 0; id < hosts; id++)
            full.Upsert(new HostCapacity(new(id), "host", 0, true, true, 6_400, free.Next(6_400), 160L << 20, free.Next(160) << 20, 20_000_000, 20));
        var withHosts = Live() - again;
        GC.KeepAlive(full);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hosts} hosts: {withHosts} bytes; with {offers} VMs {withVms} bytes"));
        Figure.Print("engine_bytes_per_host", (double)withHosts / hosts, "bytes");
        Figure.Print("engine_bytes_per_vm", (double)(withVms - withHosts) / offers, "bytes");
    }

    private static long Live() => GC.GetTotalMemory(forceFullCollection: true);
}
