using System.Diagnostics;
using System.Globalization;
using Benchmarks.Packing;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Scheduling;

namespace Benchmarks.Placement;

/// <summary>
/// Decisions under requirement and rank expressions, clusters and VM groups: of shapes that were seen before, and of shapes that never were,
/// each compiled in its decision.
/// </summary>
internal static class ConstrainedSpeed
{
    private const int Shapes = 200, Runs = 5, Parsed = 500;

    private static readonly (int Hosts, string Name, int New)[] Sizes = [(1_000, "1k", 100_000), (10_000, "10k", 50_000), (100_000, "100k", 10_000)];

    public static readonly string[] Keys =
        [.. Sizes.Select(s => $"decisions_constrained_per_s_{s.Name}"), .. Sizes.Select(s => $"decisions_new_shape_per_s_{s.Name}")];

    private static readonly Template Group = Template.Parse("ROLE=[ID=0, NAME=web, HOST_ANTI_AFFINED=\"2, 3, 5, 8\"]");

    public static async Task Run()
    {
        var demands = RecordedVms.Demands(50_000);
        foreach (var (hosts, name, fresh) in Sizes)
        {
            var dice = new Random(4711);
            var seen = Seen(hosts, demands, dice);
            Many(seen, 50_000);
            Figure.Print(
                $"decisions_constrained_per_s_{name}", await Figure.Median($"decisions/s of {Shapes} shapes at {hosts} hosts", Runs, _ => Task.FromResult(Rate(seen, 100_000))),
                "decisions/s");
            var before = GC.GetAllocatedBytesForCurrentThread();
            var refused = Many(seen, 100_000);
            Console.WriteLine($"{GC.GetAllocatedBytesForCurrentThread() - before} bytes allocated by 100000 decisions, {refused} of them refusals");

            var plain = new Fleet(hosts, demands, Attributes);
            plain.Map.Choose(demands[0] with { Shape = new(requirement: Requirement.Parse("READING > 1 & RACK = r1 & MODEL = m1 & TIER = t1")) });
            Figure.Print($"decisions_new_shape_per_s_{name}", await Figure.Median($"decisions/s of new shapes at {hosts} hosts", Runs, run =>
            {
                // Parsed a moment before, as the template of a VM that waits is.
                var took = TimeSpan.Zero;
                for (var n = 0; n < fresh; n += Parsed)
                {
                    var requirements = Enumerable.Range(n, Parsed).Select(at => Requirement.Parse($"{Text(dice)} & READING > {run}.{at}")).ToList();
                    var start = Stopwatch.GetTimestamp();
                    foreach (var requirement in requirements)
                        plain.Decide(new Shape(default, requirement));
                    took += Stopwatch.GetElapsedTime(start);
                }

                return Task.FromResult(fresh / took.TotalSeconds);
            }), "decisions/s");
        }
    }

    /// <summary>Half within clusters, a tenth each with a rank and in a VM group.</summary>
    public static Fleet Seen(int hosts, IReadOnlyList<Demand> demands, Random dice)
    {
        var shapes = Enumerable.Range(0, Shapes)
            .Select(n => new Shape(Clusters(dice), Requirement.Parse(Text(dice)), n % 10 == 0 ? Rank.Parse(Ranks[n / 10 % Ranks.Length]) : null)).ToList();
        var affinity = Affinity.Of(5, Group, "web", []);
        return new Fleet(hosts, [.. demands.Select((d, n) => d with { Shape = shapes[n % Shapes], Affinity = n % 10 == 3 ? affinity : null })], Attributes);
    }

    private static readonly string[] Ranks = ["- RUNNING_VMS", "RUNNING_VMS", "SCORE"];

    public static IEnumerable<string> Attributes(HostId host, string name) => name switch
    {
        "RACK" => [$"r{host.Value / 40 % 50}"],
        "MODEL" => [$"m{host.Value % 7}"],
        "TIER" => [$"t{host.Value % 3}"],
        "SCORE" => [(host.Value % 5).ToString(CultureInfo.InvariantCulture)],
        "READING" => [(host.Value * 7919L % 100_003).ToString(CultureInfo.InvariantCulture)],
        _ => [],
    };

    public static string Text(Random dice) => dice.Next(5) switch
    {
        0 => $"TIER = t{dice.Next(3)}",
        1 => $"MODEL = m{dice.Next(7)} | MODEL = m{dice.Next(7)}",
        2 => $"TIER != t{dice.Next(3)} & READING < {dice.Next(20_000, 100_000)}",
        3 => $"RACK = r{dice.Next(50)} | RACK = r{dice.Next(50)} | RACK = r{dice.Next(50)}",
        _ => $"!(RACK = r{dice.Next(50)}) & MODEL = m{dice.Next(7)}",
    };

    private static System.Collections.Immutable.ImmutableArray<int> Clusters(Random dice) => dice.Next(2) == 0 ? default : [dice.Next(Fleet.Clusters), dice.Next(Fleet.Clusters)];

    private static int Many(Fleet fleet, int decisions)
    {
        var refused = 0;
        for (var n = 0; n < decisions; n++)
            refused += fleet.Decide() ? 0 : 1;
        return refused;
    }

    private static double Rate(Fleet fleet, int decisions)
    {
        var start = Stopwatch.GetTimestamp();
        Many(fleet, decisions);
        return decisions / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
