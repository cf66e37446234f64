using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Scheduling.Packing;

namespace Benchmarks.Packing;

/// <summary>
/// A recorded cloud on as many hosts as each policy needs, against the bound. One run each: nothing in it is random. POLICY names the one
/// whose figures are printed; PICTURE a file for the fill over time.
/// </summary>
internal static class PackingRuns
{
    public static string[] Keys { get; } =
    [
        "pack_avg_over_bound_pct", "pack_peak_over_bound_pct", "pack_moves_avg_over_bound_pct", "pack_moves_peak_over_bound_pct", "pack_moves_per_vm",
    ];

    /// <summary>Half an hour is shorter than most of a night's trough and longer than most VMs that would have ended by themselves.</summary>
    private static readonly MoveBudget Budget = new(0.07, 1800);

    public static Task Run()
    {
        var policy = Environment.GetEnvironmentVariable("POLICY") is { Length: > 0 } given ? given : PackingRules.DefaultName;
        if (!PackingRules.ByName.TryGetValue(policy, out var rule))
            throw new BenchmarkException($"no policy '{policy}'; there are: {string.Join(", ", PackingRules.ByName.Keys.Order(StringComparer.Ordinal))}");
        var vms = RecordedVms.Read();
        var watch = Stopwatch.StartNew();
        var bounds = TraceRun.Bounds(vms, RecordedVms.Host);
        Say($"{vms.Count} VMs, {bounds.Count} moments, bound of each in {watch.ElapsedMilliseconds} ms; highest {bounds.Max():0.0} hosts");
        Say("| policy | average over the bound | peak over the bound | most hosts | moves per VM |");
        Say("|---|---|---|---|---|");
        var packed = new Dictionary<string, Packed>();
        var policyWithMoves = policy;
        foreach (var (name, each) in PackingRules.ByName.OrderBy(r => r.Key, StringComparer.Ordinal))
            packed[name] = Row(name, TraceRun.Run(vms, RecordedVms.Host, each, bounds));
        if (policy == PackingRules.DefaultName)
            (policyWithMoves, rule) = (PackingRules.WithMovesName, PackingRules.WithMoves);
        var moving = Row($"{policyWithMoves}, with moves", TraceRun.Run(vms, RecordedVms.Host, rule, bounds, Budget));
        Figure.Print("pack_avg_over_bound_pct", packed[policy].AveragePercent, "%");
        Figure.Print("pack_peak_over_bound_pct", packed[policy].PeakPercent, "%");
        Figure.Print("pack_moves_avg_over_bound_pct", moving.AveragePercent, "%");
        Figure.Print("pack_moves_peak_over_bound_pct", moving.PeakPercent, "%");
        Figure.Print("pack_moves_per_vm", moving.MovesPerVm, "moves");
        if (Environment.GetEnvironmentVariable("PICTURE") is { Length: > 0 } picture)
            File.WriteAllText(picture, FillPicture.Of([("bound", moving.Fill.Select(f => (f.At, f.Bound))),
                ($"{policyWithMoves}, with moves", moving.Fill.Select(f => (f.At, (double)f.Hosts))),
                (policy, packed[policy].Fill.Select(f => (f.At, (double)f.Hosts))),
                ("bestfit", packed["bestfit"].Fill.Select(f => (f.At, (double)f.Hosts)))]));
        return Task.CompletedTask;
    }

    /// <summary>How long a plan takes that consolidates 2,000 hosts and 40,000 VMs: the middle of seven.</summary>
    public static async Task Plan()
    {
        var fleet = Scattered(hosts: 2000, vms: 40_000);
        var moves = 0;
        var ms = await Figure.Median("plan ms", 7, _ =>
        {
            var watch = Stopwatch.StartNew();
            moves = Consolidation.Plan(fleet, (int)(fleet.Vms * Budget.MovesPerVm)).Count;
            return Task.FromResult(watch.Elapsed.TotalMilliseconds);
        });
        Say($"{fleet.InUse} hosts, {fleet.Vms} VMs, {moves} moves planned");
        Figure.Print("plan_2000_hosts_ms", ms, "ms");
    }

    /// <summary>Three times as many VMs as asked for, dealt out to the hosts in turn, of which two thirds have ended.</summary>
    private static Fleet Scattered(int hosts, int vms)
    {
        Size[] sizes = [new(100, 768), new(100, 1792), new(200, 3584), new(100, 1792), new(100, 768), new(400, 7168), new(100, 1792)];
        var fleet = new Fleet(new Size(128 * 100, 320 * 1024));
        for (var vm = 0; vm < 3 * vms; vm++)
            fleet.Place(new Lodger(vm, sizes[vm * 31L % 1009 % sizes.Length], vm), vm % hosts);
        foreach (var vm in Enumerable.Range(0, 3 * vms).OrderBy(vm => (vm * 7919L % 100_003, vm)).Take(2 * vms))
            fleet.End(vm, 3 * vms);
        return fleet;
    }

    private static Packed Row(string name, Packed packed)
    {
        Say(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | +{packed.AveragePercent:0.00} % | +{packed.PeakPercent:0.00} % | {packed.PeakHosts} | {packed.MovesPerVm:0.0000} |"));
        return packed;
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    private static void Say(string line) => Console.WriteLine(line);
}
