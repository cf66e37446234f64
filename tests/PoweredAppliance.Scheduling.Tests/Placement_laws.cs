using CsCheck;
using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Placement_laws
{
    private static readonly Gen<(Demand, HostCapacity[])> Questions = Gen.Select(Hosts.AnyDemand, Hosts.Any);

    [Fact]
    public void A_chosen_host_fits_and_a_refused_VM_fits_nowhere() => Questions.Sample((demand, hosts) =>
    {
        var verdict = Placement.Place(demand, hosts);
        if (verdict.Chosen is { } chosen)
            Assert.True(ReallyFits(demand, hosts.Single(h => h.Id == chosen)));
        else
            Assert.DoesNotContain(hosts, h => ReallyFits(demand, h));
    });

    [Fact]
    public void Nobody_who_fits_ranks_higher_or_would_be_left_with_less() => Questions.Sample((demand, hosts) =>
    {
        var ranked = hosts.Where(h => ReallyFits(demand, h)).OrderByDescending(h => Ranked(demand, h)).ThenBy(h => ExactLeftOver(demand, h)).ToList();
        if (ranked.Count > 0)
        {
            var chosen = hosts.Single(h => h.Id == Placement.Place(demand, hosts).Chosen);
            Assert.Equal(Ranked(demand, ranked[0]), Ranked(demand, chosen));
            Assert.True(ExactLeftOver(demand, chosen) - ExactLeftOver(demand, ranked[0]) < 0.000_002m);
        }
    });

    [Fact]
    public void Of_equal_hosts_the_lowest_id_is_chosen() => Questions.Sample((demand, hosts) =>
    {
        if (Placement.Place(demand, hosts).Chosen is { } chosen && demand.Only is null && demand.Affinity is null)
        {
            var best = hosts.Single(h => h.Id == chosen);
            var twin = best with { Id = new(chosen.Value + 100) };
            Assert.Equal(chosen, Placement.Place(demand, [twin, .. hosts]).Chosen);
        }
    });

    [Fact]
    public void The_order_hosts_are_listed_in_does_not_matter() =>
        Gen.Select(Questions, Gen.Int).Sample((question, seed) =>
        {
            var (demand, hosts) = question;
            var shuffled = hosts.OrderBy(h => HashCode.Combine(h.Id, seed)).ToArray();
            var (one, other) = (Placement.Place(demand, hosts), Placement.Place(demand, shuffled));
            Assert.Equal(one.Chosen, other.Chosen);
            Assert.Equal(one.Considered, other.Considered);
            Assert.Equal(one.Explain(), other.Explain());
        });

    [Fact]
    public void Every_host_that_was_looked_at_is_in_the_verdict_with_its_reason() => Questions.Sample((demand, hosts) =>
    {
        var considered = Placement.Place(demand, hosts).Considered;
        Assert.Equal(hosts.Select(h => h.Id), considered.Select(c => c.Host.Id));
        Assert.All(considered, c => Assert.Equal(ReallyFits(demand, c.Host), c.Misfit is Misfit.None));
        Assert.All(considered, c => Assert.NotEmpty(c.Detail));
    });

    [Fact]
    public void The_nearest_are_refused_hosts_and_nobody_left_out_is_nearer() =>
        Gen.Select(Questions, Gen.Int[0, 6]).Sample((question, most) =>
        {
            var verdict = Placement.Place(question.Item1, question.Item2);
            var refused = verdict.Considered.Where(c => c.Misfit is not Misfit.None).ToList();
            var nearest = verdict.Nearest(most);
            Assert.Equal(Math.Min(most, refused.Count), nearest.Count);
            Assert.Equal(verdict.Nearest(int.MaxValue).Take(most), nearest);
            foreach (var left in refused.Except(nearest).Where(_ => nearest.Count > 0))
                Assert.True(Steps(left.Misfit) <= Steps(nearest[^1].Misfit));
            Assert.Equal(refused.Count, verdict.Counts().Sum(c => c.Hosts));
            Assert.All(verdict.Counts(), c => Assert.Equal(refused.Count(r => r.Misfit == c.Misfit), c.Hosts));
        });

    /// <summary>How many of the questions that <see cref="Placement.Fit"/> asks such a host has passed.</summary>
    private static int Steps(Misfit misfit) => Array.IndexOf(
    [
        Misfit.WrongHost, Misfit.WrongCluster, Misfit.RequirementFails, Misfit.VmGroupForbids, Misfit.Disabled, Misfit.Silent, Misfit.TooLittleCpu,
        Misfit.TooLittleMemory, Misfit.TooLittleDisk,
    ], misfit);

    /// <summary>The oracle: every condition on its own, none in any order.</summary>
    private static bool ReallyFits(Demand d, HostCapacity h) => new[]
    {
        h.Enabled, h.Monitored, h.CpuPercentFree >= d.CpuPercent, h.MemoryFreeKibibytes >= d.MemoryKibibytes,
        h.DiskFreeMebibytes >= d.DiskMebibytes, d.Only is null || d.Only == h.Id,
        d.Shape.Clusters.IsEmpty || d.Shape.Clusters.Any(c => c == h.Cluster),
        d.Shape.Requirement is null || h.Attributes!(h.Id, "LABEL").Single() == "gold", d.Affinity is null || h.Id.Value is not (2 or 3),
    }.All(holds => holds);

    private static long Ranked(Demand d, HostCapacity h) => d.Shape.Rank is null ? 0 : h.Attributes!(h.Id, "LABEL").Single().Length;

    private static decimal ExactLeftOver(Demand d, HostCapacity h) =>
        (h.CpuPercentFree - d.CpuPercent) / (decimal)h.CpuPercentTotal
        + (h.MemoryFreeKibibytes - d.MemoryKibibytes) / (decimal)h.MemoryTotalKibibytes;
}
