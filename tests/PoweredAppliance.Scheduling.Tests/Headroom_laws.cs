using CsCheck;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Headroom_laws
{
    private static readonly Template Apart = Template.Parse("ROLE=[ID=0, NAME=web, POLICY=ANTI_AFFINED]");
    private static readonly Template Together = Template.Parse("ROLE=[ID=0, NAME=web, POLICY=AFFINED]");

    private static readonly Gen<Demand> AnyAsk = Gen.Select(AnyDemand, Gen.Int[0, 5], Gen.Int[0, 7]).Select((demand, requirement, rank) => demand with
    {
        CpuPercent = Math.Max(50, demand.CpuPercent),
        Only = null,
        Affinity = null,
        Shape = new(
            demand.Shape.Clusters,
            requirement switch { 0 => Requirement.Parse("RUNNING_VMS < 3"), 1 => Requirement.Parse("CPU_USAGE < 300 & LABEL = gold"), _ => demand.Shape.Requirement },
            rank switch { 0 => Rank.Parse("RUNNING_VMS"), 1 => Rank.Parse("- RUNNING_VMS"), 2 => Rank.Parse("SCORE"), 3 => Rank.Parse("CPU_USAGE"), _ => null }),
    });

    [Fact]
    public void As_many_as_it_says_are_really_placed_and_not_one_more() => Gen.Select(AnyAsk, Any).Sample((demand, hosts) =>
    {
        var headroom = Headroom.Of(MapOf(hosts), placed => demand with { Vm = new(placed.Count) });
        var (map, counts) = (MapOf(hosts), new Dictionary<int, long>());
        for (var vm = 0; map.Choose(demand with { Vm = new(vm) }) is { } host; vm++)
        {
            Assert.True(map.TryReserve(demand with { Vm = new(vm) }, 1, host));
            counts[hosts[host.Value].Cluster] = counts.GetValueOrDefault(hosts[host.Value].Cluster) + 1;
        }

        Assert.False(headroom.IsAtLeast);
        Assert.Equal(counts.OrderBy(c => c.Key).Select(c => (c.Key, c.Value)), headroom.Clusters.Where(c => c.Fits > 0).Select(c => (c.Cluster, c.Fits)));
        foreach (var cluster in headroom.Clusters)
            Assert.All([cluster.ByCpu, cluster.ByMemory, cluster.ByDisk], only => Assert.True(only is null || only >= cluster.Fits));
    });

    [Fact]
    public void VMs_of_a_group_are_counted_with_its_rules() => Gen.Select(Gen.Bool, Any).Sample((apart, hosts) =>
    {
        var count = Headroom.Of(MapOf(hosts), placed => Asks(vm: placed.Count) with
        {
            Affinity = Affinity.Of(5, apart ? Apart : Together, "web", [.. placed.Select(p => new Fellow(p.Vm.Vm, "web", p.Host))]),
        }, isOfGroup: true);
        var free = hosts.Select(h => (long)Math.Max(0, h is { Enabled: true, Monitored: true } && h.DiskFreeMebibytes >= 0 ? Math.Min(h.CpuPercentFree / 100, h.MemoryFreeKibibytes / GiB) : 0)).ToList();
        if (apart)
            Assert.Equal(free.Count(f => f > 0), count.Fits);
        else
            Assert.Contains(count.Fits, free.Append(free.Sum() == 0 ? 0 : free.Max())); // all on the host that the first of them got
    });

    [Fact]
    public void What_runs_out_first_is_what_most_hosts_lack_when_they_are_full()
    {
        var headroom = Headroom.Of(MapOf([Of(0, cpu: 400), Of(1, memory: 2 * GiB), Of(2, memory: 3 * GiB), Of(3, enabled: false)]), placed => Asks(vm: placed.Count));
        Assert.Equal((9L, Misfit.TooLittleMemory, 3), (headroom.Fits, headroom.RunsOut, headroom.Clusters[0].Hosts));
        Assert.Equal((20L, 21L, null), (headroom.Clusters[0].ByCpu, headroom.Clusters[0].ByMemory, headroom.Clusters[0].ByDisk));
        Assert.Throws<ArgumentException>(() => Headroom.Of(MapOf([Of(0)]), _ => Asks(cpu: 0, memory: 0)));
        Assert.Equal((0L, Misfit.None), (Headroom.Of(MapOf([]), _ => Asks()).Fits, Headroom.Of(MapOf([]), _ => Asks()).RunsOut));
    }

    [Fact]
    public void Growth_is_what_came_less_what_went_over_the_days_there_were()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(100 * 86_400);
        var room = new Capacity(100, GiB, 10);
        var growth = Growth.Of([(0, 0, room), (0, Day(95), room), (Day(94), 0, room), (Day(96), 0, room with { CpuPercent = 750 }), (Day(97), Day(98), room), (1, Day(50), room)], now);
        Assert.Equal((7, 750 / 7.0, GiB / 7.0), (growth.Over.TotalDays, growth.CpuPercentPerDay, growth.KibibytesPerDay));
        var headroom = Headroom.Of(MapOf([Of(0, cpu: 750)]), placed => Asks(cpu: 150, vm: placed.Count));
        Assert.Equal(7, growth.DaysUntilFull(headroom, Asks(cpu: 150))!.Value, 6);
        Assert.Equal(100, Growth.Of([(Day(100) - 60, 0, room)], now).CpuPercentPerDay);
        Assert.Null(Growth.Of([(0, Day(99), room)], now).DaysUntilFull(headroom, Asks()));
        Assert.Equal(Growth.None.CpuPercentPerDay, Growth.Of([], now).CpuPercentPerDay);

        static long Day(int day) => day * 86_400L;
    }

    private static CapacityMap MapOf(HostCapacity[] hosts)
    {
        var map = new CapacityMap((host, name) => hosts[host.Value].Attributes?.Invoke(host, name) ?? []);
        foreach (var host in hosts)
            map.Upsert(host);
        return map;
    }
}
