using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Scheduling.Numa;
using PoweredAppliance.Scheduling.Packing;

namespace Benchmarks.Packing;

/// <summary>How many VMs are placed before one is refused. When a sequence is over it begins again, with other groups.</summary>
internal static class NumaRuns
{
    public static readonly string[] Keys = ["numa_placed_before_refusal", "numa_violations", "numa_decision_ns"];

    public static Task Run()
    {
        Console.WriteLine($"{RecordedNuma.Hosts.Count} hosts, {RecordedNuma.Sequences.Sum(s => s.Vms.Count)} VMs; placed before one is refused");
        Console.WriteLine($"| policy | {string.Join(" | ", RecordedNuma.Sequences.Select(s => s.Name))} | all | without groups | ns a decision |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var violations = 0;
        foreach (var (name, rule) in NumaRules.ByName.OrderBy(r => r.Key == NumaRules.DefaultName).ThenBy(r => r.Key, StringComparer.Ordinal))
        {
            var free = RecordedNuma.Sequences.Select(s => Once(s.Vms, rule, careful: false, grouped: false)).ToList();
            violations += free.Sum(r => r.Violations);
            foreach (var careful in (bool[])[false, true])
            {
                var runs = RecordedNuma.Sequences.Select(s => Once(s.Vms, rule, careful, grouped: true)).ToList();
                var (all, ns) = (runs.Sum(r => r.Placed), Figure.Middle(runs.Select(r => r.Ns)));
                violations += runs.Sum(r => r.Violations);
                var (policy, each) = (careful ? $"{name}, careful of racks" : name, string.Join(" | ", runs.Select(r => r.Placed)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {policy} | {each} | {all} | {free.Sum(r => r.Placed)} | {ns:0} |"));
                if (name != NumaRules.DefaultName || !careful)
                    continue;
                Figure.Print("numa_placed_before_refusal", all, "VMs");
                Figure.Print("numa_decision_ns", ns, "ns");
            }
        }

        Figure.Print("numa_violations", violations, "violations");
        return Task.CompletedTask;
    }

    private static (int Placed, int Violations, double Ns) Once(
        IReadOnlyList<(NumaWish Wish, NumaGroup Group)> vms, NumaRule rule, bool careful, bool grouped)
    {
        var fleet = new NumaFleet(RecordedNuma.Hosts, rule, careful);
        var placed = new List<(NumaWish Wish, NumaGroup Group, NumaChoice Choice)>();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var (wish, group) = vms[placed.Count % vms.Count];
            group = grouped ? group with { Id = group.Id + placed.Count / vms.Count * vms.Count } : default;
            if (fleet.Place(wish, group) is not { } choice)
                return (placed.Count, Violations(placed), watch.Elapsed.TotalNanoseconds / (placed.Count + 1));
            placed.Add((wish, group, choice));
        }
    }

    /// <summary>Counted from the choices alone: cells with more than they have, VMs not on so many cells, groups not as they are to be.</summary>
    private static int Violations(List<(NumaWish Wish, NumaGroup Group, NumaChoice Choice)> placed)
    {
        var (used, violations) = (RecordedNuma.Hosts.Select(h => new Size[h.Room.Cells.Length]).ToArray(), 0);
        foreach (var (wish, _, choice) in placed)
        {
            var cells = Enumerable.Range(0, 32).Where(c => (choice.Cells >> c & 1) == 1).ToList();
            violations += cells.Count == wish.Cells ? 0 : 1;
            foreach (var cell in cells)
                used[choice.Host][cell] += new Size(wish.Size.CpuPercent / wish.Cells, wish.Size.Mebibytes / wish.Cells);
        }

        for (var host = 0; host < used.Length; host++)
            for (var cell = 0; cell < used[host].Length; cell++)
                violations += RecordedNuma.Hosts[host].Room.Cells[cell].Holds(used[host][cell]) ? 0 : 1;
        foreach (var group in placed.GroupBy(p => (p.Group.Grouping, p.Group.Id), p => (p.Choice.Host, RecordedNuma.Hosts[p.Choice.Host].Rack, p.Group.Domain)))
        {
            violations += group.Key.Grouping switch
            {
                Grouping.Together => group.Select(p => p.Rack).Distinct().Count() - 1,
                Grouping.Apart => group.Count() - group.Select(p => p.Host).Distinct().Count(),
                Grouping.Domains => group.GroupBy(p => p.Rack, p => p.Domain).Sum(r => r.Distinct().Count() - 1),
                _ => 0,
            };
        }

        return violations;
    }
}
