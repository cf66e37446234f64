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
    public void Nobody_who_fits_would_be_left_with_less() => Questions.Sample((demand, hosts) =>
    {
        var ranked = hosts.Where(h => ReallyFits(demand, h)).OrderBy(h => ExactLeftOver(demand, h)).ToList();
        if (ranked.Count > 0)
        {
            var chosen = hosts.Single(h => h.Id == Placement.Place(demand, hosts).Chosen);
            Assert.True(ExactLeftOver(demand, chosen) - ExactLeftOver(demand, ranked[0]) < 0.000_002m);
        }
    });

    [Fact]
    public void Of_equal_hosts_the_lowest_id_is_chosen() => Questions.Sample((demand, hosts) =>
    {
        if (Placement.Place(demand, hosts).Chosen is { } chosen && demand.Only is null)
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

    /// <summary>The oracle: every condition on its own, none in any order.</summary>
    private static bool ReallyFits(Demand d, HostCapacity h) => new[]
    {
        h.Enabled, h.Monitored, h.CpuPercentFree >= d.CpuPercent, h.MemoryFreeKibibytes >= d.MemoryKibibytes,
        h.DiskFreeMebibytes >= d.DiskMebibytes, d.Only is null || d.Only == h.Id,
        d.Clusters.IsDefaultOrEmpty || d.Clusters.Any(c => c == h.Cluster),
        d.Requirement is null || h.Attributes!("LABEL").Single() == "gold",
    }.All(holds => holds);

    private static decimal ExactLeftOver(Demand d, HostCapacity h) =>
        (h.CpuPercentFree - d.CpuPercent) / (decimal)h.CpuPercentTotal
        + (h.MemoryFreeKibibytes - d.MemoryKibibytes) / (decimal)h.MemoryTotalKibibytes;
}
