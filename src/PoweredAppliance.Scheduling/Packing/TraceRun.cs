namespace PoweredAppliance.Scheduling.Packing;

/// <summary>A VM of a recorded cloud.</summary>
/// <param name="At">second at which it was asked for</param>
/// <param name="Seconds">how long it ran; null: longer than the record</param>
public readonly record struct Recorded(long At, Size Size, long? Seconds);

/// <summary>What hosts were used and what the bound was from this second on.</summary>
public readonly record struct Filled(long At, int Hosts, double Bound);

/// <param name="AveragePercent">time-averaged hosts in use, over the bound</param>
/// <param name="PeakPercent">most hosts in use at a time, over the highest bound</param>
public sealed record Packed(double AveragePercent, double PeakPercent, int PeakHosts, double MovesPerVm, IReadOnlyList<Filled> Fill);

/// <param name="MovesPerVm">moves earned with each VM that came; nothing is borrowed from those to come</param>
/// <param name="EverySeconds">a plan is made so often</param>
public sealed record MoveBudget(double MovesPerVm, long EverySeconds);

/// <summary>
/// Replays a record on as many hosts as it needs, from its first arrival to its last. The first quarter of that time is warm-up, since
/// the record begins with empty hosts; it is not measured, but its moves are.
/// </summary>
public static class TraceRun
{
    private const int WarmUp = 4;

    /// <summary>What holds after each second at which something happened.</summary>
    public static IReadOnlyList<double> Bounds(IReadOnlyList<Recorded> vms, Size host)
    {
        var bound = new ConfigurationBound(host, vms.Select(v => v.Size).Distinct());
        var values = new List<double>();
        foreach (var events in BySecond(vms))
        {
            foreach (var (vm, arrives) in events.Changes)
                bound.Change(vms[vm].Size, arrives ? 1 : -1);
            values.Add(bound.Hosts());
        }

        return values;
    }

    public static Packed Run(IReadOnlyList<Recorded> vms, Size host, PackingRule rule, IReadOnlyList<double> bounds, MoveBudget? budget = null)
    {
        var fleet = new Fleet(host);
        var fill = new List<Filled>();
        var (came, moved, next) = (0, 0, vms.Count > 0 ? vms[0].At : 0);
        foreach (var (at, changes) in BySecond(vms))
        {
            foreach (var (vm, arrives) in changes)
            {
                if (arrives)
                {
                    came++;
                    fleet.Place(new Lodger(vm, vms[vm].Size, at), fleet.Choose(vms[vm].Size, rule, at));
                }
                else
                {
                    fleet.End(vm, at);
                }
            }

            if (budget is not null && at >= next)
            {
                next = at + budget.EverySeconds;
                var moves = Consolidation.Plan(fleet, (int)(came * budget.MovesPerVm) - moved);
                foreach (var move in moves)
                    fleet.Carry(move);
                moved += moves.Count;
            }

            fill.Add(new Filled(at, fleet.InUse, bounds[fill.Count]));
        }

        return Measured(fill, came == 0 ? 0 : (double)moved / came);
    }

    private static Packed Measured(List<Filled> fill, double movesPerVm)
    {
        if (fill.Count == 0)
            return new Packed(0, 0, 0, movesPerVm, fill);
        var (first, last) = (fill[0].At, fill[^1].At);
        var from = first + (last - first) / WarmUp;
        double hosts = 0, bound = 0, peakBound = 0;
        var peak = 0;
        for (var n = 0; n < fill.Count; n++)
        {
            var seconds = (n + 1 < fill.Count ? fill[n + 1].At : last) - Math.Max(from, fill[n].At);
            if (seconds <= 0 && fill[n].At < from)
                continue;
            hosts += (double)fill[n].Hosts * seconds;
            bound += fill[n].Bound * seconds;
            (peak, peakBound) = (Math.Max(peak, fill[n].Hosts), Math.Max(peakBound, fill[n].Bound));
        }

        return new Packed(Over(hosts, bound), Over(peak, peakBound), peak, movesPerVm, fill);
    }

    private static double Over(double value, double bound) => bound == 0 ? 0 : (value / bound - 1) * 100;

    /// <summary>What ends leaves before what comes arrives, each in the order of the record.</summary>
    private static IEnumerable<(long At, IEnumerable<(int Vm, bool Arrives)> Changes)> BySecond(IReadOnlyList<Recorded> vms)
    {
        if (vms.Count == 0)
            return [];
        var last = vms.Max(v => v.At);
        var arrivals = vms.Select((v, n) => (v.At, Vm: n, Arrives: true));
        var ends = vms.Select((v, n) => (At: v.At + Math.Max(1, v.Seconds ?? long.MaxValue / 2), Vm: n, Arrives: false)).Where(e => e.At <= last);
        return arrivals.Concat(ends).OrderBy(e => (e.At, e.Arrives, e.Vm)).ToArray().Chunked();
    }

    private static IEnumerable<(long At, IEnumerable<(int Vm, bool Arrives)> Changes)> Chunked(this (long At, int Vm, bool Arrives)[] events)
    {
        for (var n = 0; n < events.Length;)
        {
            var (at, from) = (events[n].At, n);
            while (n < events.Length && events[n].At == at)
                n++;
            yield return (at, new ArraySegment<(long At, int Vm, bool Arrives)>(events, from, n - from).Select(e => (e.Vm, e.Arrives)));
        }
    }
}
