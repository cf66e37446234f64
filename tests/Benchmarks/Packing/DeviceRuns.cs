using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Scheduling.Devices;

namespace Benchmarks.Packing;

/// <summary>
/// How much of the GPUs is allocated when requests for 130 % of them have come, by the protocol of FGD (Weng et al., USENIX ATC 2023):
/// every request of the record once, shuffled, then others drawn from it; each is placed at once or refused, and none ends.
/// </summary>
internal static class DeviceRuns
{
    public static readonly string[] Keys = ["gpu_allocated_pct", "gpu_decision_ns"];

    private const double Arriving = 1.3;

    /// <summary>The rule was made by looking at seeds below this.</summary>
    private const int FirstSeed = 101;

    public static Task Run()
    {
        var (seeds, first) = (Site.Number("SEEDS", 20), Site.Number("SEED", FirstSeed));
        var capacity = RecordedPods.Hosts.Sum(h => (long)h.Room.Milli);
        var (hosts, requests) = (RecordedPods.Hosts.Count, RecordedPods.Wishes.Count);
        Console.WriteLine($"{hosts} hosts, {capacity / DeviceRoom.Whole} GPUs, {requests} requests, {seeds} seeds from {first}");
        Console.WriteLine("| policy | allocated, median | least | most | ns a decision |");
        Console.WriteLine("|---|---|---|---|---|");
        var record = RecordedPods.Wishes.ToArray();
        new Random(0).Shuffle(record);
        var whole = Outlook.Of(record);
        Measured("firstfit", DeviceRules.FirstFit, whole);
        Measured("bestfit", DeviceRules.BestFit, whole);
        Measured("fgd, knows the mix beforehand", DeviceRules.Fragmentation, whole);
        Measured("fgd, learns", DeviceRules.Fragmentation, null);
        Measured("foresight, knows the mix beforehand", DeviceRules.Foresight, whole);
        var (allocated, ns) = Measured("foresight, learns", DeviceRules.Foresight, null);
        Figure.Print("gpu_allocated_pct", allocated, "%");
        Figure.Print("gpu_decision_ns", ns, "ns");
        return Task.CompletedTask;

        (double Allocated, double Ns) Measured(string name, DeviceRule rule, Outlook? foreknown)
        {
            var runs = Enumerable.Range(first, seeds).Select(n => Once(n, capacity, rule, foreknown)).ToList();
            var (median, ns) = (Figure.Middle(runs.Select(r => r.Allocated)), Figure.Middle(runs.Select(r => r.Ns)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {median:0.00} % | {runs.Min(r => r.Allocated):0.00} | {runs.Max(r => r.Allocated):0.00} | {ns:0} |"));
            return (median, ns);
        }
    }

    /// <summary>As published: the mean of the moments at which what has come is 130 % when rounded to a percent.</summary>
    private static (double Allocated, double Ns) Once(int seed, long capacity, DeviceRule rule, Outlook? foreknown)
    {
        var wishes = Arrivals(new Random(seed), (long)(Arriving * capacity));
        var fleet = new DeviceFleet(RecordedPods.Hosts, rule, foreknown);
        var (came, placed, sum, moments) = (0L, 0L, 0.0, 0);
        var watch = Stopwatch.StartNew();
        foreach (var wish in wishes)
        {
            came += wish.Milli;
            placed += fleet.Place(wish) is null ? 0 : wish.Milli;
            if (came >= (Arriving - 0.005) * capacity)
                (sum, moments) = (sum + 100.0 * placed / capacity, moments + 1);
        }

        return (sum / moments, watch.Elapsed.TotalNanoseconds / wishes.Count);
    }

    private static List<DeviceWish> Arrivals(Random random, long most)
    {
        var order = RecordedPods.Wishes.ToArray();
        random.Shuffle(order);
        var (arrivals, milli) = (order.ToList(), order.Sum(w => (long)w.Milli));
        for (var next = Drawn(); milli + next.Milli <= most; next = Drawn())
        {
            arrivals.Add(next);
            milli += next.Milli;
        }

        return arrivals;

        DeviceWish Drawn() => RecordedPods.Wishes[random.Next(RecordedPods.Wishes.Count)];
    }
}
