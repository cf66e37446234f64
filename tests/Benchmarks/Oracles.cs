using PoweredAppliance.Core.Tests.Access;
using PoweredAppliance.Core.Tests.Quotas;
using PoweredAppliance.Scheduling.Tests;

namespace Benchmarks;

/// <summary>
/// Quotas, permissions and placement against rules that were written again, as plainly as can be: how many of a million random cases they
/// answer differently. A seed of a difference is printed and repeats it.
/// </summary>
internal static class Oracles
{
    private const int Cases = 1_000_000, CasesOfASeed = 1_000;

    public static Task Quotas() => Count("quota_oracle_diff", seed =>
    {
        var run = new QuotaRun(seed);
        return (run.FirstDifference(CasesOfASeed), run.Answers);
    });

    public static Task Acl() => Count("acl_oracle_diff", seed =>
    {
        var run = new AclRun(seed);
        return (run.FirstDifference(CasesOfASeed), run.Answers);
    });

    public static Task Placement() => Count("placement_oracle_diff", seed =>
    {
        var run = new PlacementRun(seed);
        return (run.FirstDifference(CasesOfASeed), run.Answers);
    });

    /// <summary>A run ends at its first difference, so each that has one counts as one.</summary>
    private static async Task Count(string key, Func<int, (string? Difference, (int Yes, int No) Answers)> run)
    {
        var (differences, yes, no) = (0, 0L, 0L);
        await Parallel.ForAsync(0, Cases / CasesOfASeed, (seed, _) =>
        {
            var (difference, answers) = run(seed);
            Interlocked.Add(ref yes, answers.Yes);
            Interlocked.Add(ref no, answers.No);
            if (difference is not null)
            {
                Interlocked.Increment(ref differences);
                Console.WriteLine(difference);
            }

            return ValueTask.CompletedTask;
        });
        Console.WriteLine($"{key}: {Cases} cases, {yes} times yes, {no} times no");
        Figure.Print(key, differences, "differences");
    }
}
