using CsCheck;
using PoweredAppliance.Core;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Capacity_map_laws
{
    [Fact]
    public void The_map_chooses_what_the_plain_rule_chooses() => Gen.Select(AnyDemand, Any).Sample((demand, hosts) =>
    {
        var map = MapOf(hosts.Reverse());
        var verdict = Placement.Place(demand, hosts);
        Assert.Equal(verdict.Chosen, map.Choose(demand));
        Assert.Equal(verdict.Chosen, map.Place(demand).Chosen);
    });

    [Fact]
    public void Day_after_day_the_map_answers_as_the_plain_rule() => Gen.Int[0, 1_000_000].Sample(
        seed => Assert.Null(new PlacementRun(seed).FirstDifference(100)), iter: 200);

    [Fact]
    public void Of_thousands_of_hosts_it_chooses_what_the_plain_rule_chooses() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            var dice = new Random(seed);
            var hosts = Enumerable.Range(0, 2_000).Select(id => Of(id, dice.Next(4) * 100, dice.Next(9) * GiB / 4 + dice.Next(3))).ToList();
            var map = MapOf(hosts);
            for (var n = 0; n < 300; n++)
            {
                var demand = Asks(dice.Next(3) * 100, dice.Next(8) * GiB / 4 + dice.Next(3), n);
                var chosen = map.Choose(demand);
                Assert.Equal(Placement.Place(demand, hosts).Chosen, chosen);
                if (chosen is not { } host)
                    continue;
                Assert.True(map.TryReserve(demand, 1, host));
                hosts[host.Value] = hosts[host.Value].With(demand);
            }
        },
        iter: 10);

    /// <summary>0 place and reserve, 1 release, 2 the host speaks anew, 3 remove, 4 reserve again on any host.</summary>
    private static readonly Gen<(int Kind, int Vm, int Cpu, int Host)[]> Histories =
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5], Gen.Int[0, 6], Gen.Int[0, 4]).Array[0, 40];

    [Fact]
    public void What_is_free_is_what_the_host_said_less_its_open_offers() => Histories.Sample(history =>
    {
        var map = MapOf(Enumerable.Range(0, 4).Select(i => Of(i)));
        var said = Enumerable.Range(0, 4).ToDictionary(i => i, i => Of(i));
        var offers = new Dictionary<int, (int Host, Demand Demand)>();
        foreach (var (kind, vm, cpu, host) in history)
        {
            var demand = Asks(cpu * 100, cpu * GiB, vm);
            switch (kind)
            {
                case 0 when map.Choose(demand) is { } chosen:
                    var fresh = !offers.TryGetValue(vm, out var open);
                    Assert.Equal(fresh || open.Host == chosen.Value, map.TryReserve(demand, 1, chosen));
                    if (fresh)
                        offers[vm] = (chosen.Value, demand);
                    break;
                case 1:
                    Assert.Equal(offers.Remove(vm), map.Release(new(vm), 1));
                    break;
                case 2:
                    said[host] = Of(host, cpu: cpu * 100);
                    map.Upsert(said[host]);
                    break;
                case 3:
                    Assert.Equal(said.Remove(host), map.Remove(new(host)));
                    foreach (var gone in offers.Where(o => o.Value.Host == host).Select(o => o.Key).ToList())
                        offers.Remove(gone);
                    break;
                case 4 when map.TryReserve(demand, 1, new(host)):
                    offers.TryAdd(vm, (host, demand));
                    Assert.Equal(host, offers[vm].Host);
                    break;
            }

            Assert.Equal((said.Count, offers.Count), (map.Hosts, map.Offers));
            foreach (var (id, word) in said)
            {
                Assert.True(map.TryGet(new(id), out var free));
                var here = offers.Values.Where(o => o.Host == id).Select(o => o.Demand).ToList();
                Assert.Equal(word.CpuPercentFree - here.Sum(d => d.CpuPercent), free.CpuPercentFree);
                Assert.Equal(word.MemoryFreeKibibytes - here.Sum(d => d.MemoryKibibytes), free.MemoryFreeKibibytes);
                Assert.Equal(here.Count, free.RunningVms);
            }
        }
    });

    [Fact]
    public void Offers_never_exceed_what_the_host_said() => Gen.Int[1, 8].Array[0, 60].Sample(sizes =>
    {
        var map = MapOf([Of(0), Of(1), Of(2)]);
        foreach (var (cpu, vm) in sizes.Select((cpu, vm) => (cpu, vm)))
        {
            var demand = Asks(cpu * 100, cpu * GiB, vm);
            if (map.Choose(demand) is { } chosen)
                Assert.True(map.TryReserve(demand, 1, chosen));
            for (var host = 0; host < 3; host++)
                Assert.True(map.TryGet(new(host), out var free) && free is { CpuPercentFree: >= 0, MemoryFreeKibibytes: >= 0 });
        }
    });

    [Fact]
    public void Another_generation_of_a_VM_is_another_offer()
    {
        var map = MapOf([Of(0)]);
        Assert.True(map.TryReserve(Asks(cpu: 400), 1, new(0)));
        Assert.True(map.TryReserve(Asks(cpu: 400), 2, new(0)));
        Assert.False(map.TryReserve(Asks(cpu: 400), 3, new(0)));
        Assert.True(map.Release(new(0), 1));
        Assert.False(map.Release(new(0), 1));
        Assert.True(map.TryReserve(Asks(cpu: 400), 3, new(0)));
    }

    [Fact]
    public void A_decision_allocates_nothing()
    {
        var map = MapOf(Enumerable.Range(0, 1000).Select(i => Of(i, cpu: i % 8 * 100)));
        var demand = Asks();
        Assert.True(Decide());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Decide();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);

        bool Decide() => map.Choose(demand) is { } host && map.TryReserve(demand, 1, host) && map.Release(demand.Vm, 1);
    }

    private static CapacityMap MapOf(IEnumerable<HostCapacity> listed)
    {
        var hosts = listed.ToDictionary(h => h.Id);
        var map = new CapacityMap((host, name) => hosts[host].Attributes!(host, name));
        foreach (var host in hosts.Values)
            map.Upsert(host);
        return map;
    }
}
