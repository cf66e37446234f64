using CsCheck;
using PoweredAppliance.Core;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Host_reasons
{
    [Fact]
    public void Hosts_are_counted_by_reason_and_the_nearest_named_with_what_they_lack()
    {
        var verdict = Placement.Place(
            Asks(cpu: 200, memory: 8 * GiB) with { DiskMebibytes = 20_480 },
            [Of(0, memory: 2 * GiB), Of(1, memory: 4 * GiB), Of(2, memory: 3 * GiB), Of(3, enabled: false), Of(4, cpu: 50), Of(5, monitored: false), Of(6, enabled: false), Of(7, enabled: false)]);
        Assert.Equal(
        [
            "3 hosts: disabled (host3, host6 and 1 more)",
            "3 hosts: not enough memory (nearest: host1 lacks 4 GiB and 10.23 GiB of disk, host2 lacks 5 GiB and 10.23 GiB of disk)",
            "1 host: not monitored (host5)",
            "1 host: not enough cpu (host4 lacks 1.5 cpu and 10.23 GiB of disk)",
        ],
        HostReason.Of(verdict).Select(r => r.ToString()));
        var told = HostReason.Of(verdict, c => c.Misfit is Misfit.Disabled ? (c.Host.Id.Value < 6 ? "resting" : "gone", "so it is") : HostReason.Said(c));
        Assert.Equal([(Misfit.TooLittleMemory, 3), (Misfit.Disabled, 2), (Misfit.Disabled, 1), (Misfit.Silent, 1), (Misfit.TooLittleCpu, 1)], told.Select(r => (r.Misfit, r.Hosts)));
        Assert.Contains("1 host: resting (host3: so it is)", told.Select(r => r.ToString()));
    }

    [Fact]
    public void Every_reason_that_is_named_is_true_and_every_refused_host_has_one() => Gen.Select(AnyDemand, Any).Sample((demand, hosts) =>
    {
        var reasons = HostReason.Of(Placement.Place(demand, hosts));
        Assert.Equal(hosts.Count(h => !Fits(demand, h)), reasons.Sum(r => r.Hosts));
        foreach (var reason in reasons)
        {
            Assert.InRange(reason.Nearest.Count, 1, HostReason.MostNamed);
            Assert.True(reason.Hosts >= reason.Nearest.Count);
            var these = hosts.Where(h => IsTrue(reason.Misfit, demand, h)).ToDictionary(h => h.Id);
            Assert.True(these.Count >= reason.Hosts, $"{reason} is true of {these.Count} hosts");
            Assert.All(reason.Nearest, near => Assert.Equal(near.Name, these[near.Host].Name));
            var lacks = reason.Nearest.Select(near => Short(reason.Misfit, demand, these[near.Host])).ToList();
            Assert.Equal(lacks.Order(), lacks);
            Assert.All(lacks, lack => Assert.True(lack > 0 || reason.Misfit is not (Misfit.TooLittleCpu or Misfit.TooLittleMemory or Misfit.TooLittleDisk)));
        }
    });

    [Fact]
    public void What_a_map_is_seen_to_have_is_what_it_has_and_stays() => Gen.Select(AnyDemand, Any).Sample((demand, hosts) =>
    {
        var map = new CapacityMap((_, _) => []);
        foreach (var host in hosts)
            map.Upsert(host);
        var free = demand with { Shape = Shape.Any, Affinity = null, Only = null };
        if (map.Choose(free) is { } chosen)
            map.TryReserve(free, 1, chosen);
        var before = hosts.Select(h => map.TryGet(h.Id, out var now) ? now with { Attributes = null } : null).ToList();
        var seen = map.See();
        foreach (var host in hosts)
            map.Remove(host.Id);
        Assert.Equal(before, seen);
    });

    /// <summary>The plainest words there are for it.</summary>
    private static bool IsTrue(Misfit misfit, Demand demand, HostCapacity host) => misfit switch
    {
        Misfit.Disabled => !host.Enabled,
        Misfit.Silent => !host.Monitored,
        Misfit.TooLittleCpu => host.CpuPercentFree < demand.CpuPercent,
        Misfit.TooLittleMemory => host.MemoryFreeKibibytes < demand.MemoryKibibytes,
        Misfit.TooLittleDisk => host.DiskFreeMebibytes < demand.DiskMebibytes,
        Misfit.RequirementFails => demand.Shape.Requirement is not null && !host.Attributes!(host.Id, "LABEL").Contains("gold"),
        Misfit.VmGroupForbids => demand.Affinity is not null && host.Id.Value is 2 or 3,
        Misfit.WrongHost => demand.Only is { } only && only != host.Id,
        Misfit.WrongCluster => !demand.Shape.Clusters.IsEmpty && !demand.Shape.Clusters.Contains(host.Cluster),
        _ => false,
    };

    private static bool Fits(Demand demand, HostCapacity host) => !Enum.GetValues<Misfit>().Any(misfit => IsTrue(misfit, demand, host));

    private static long Short(Misfit misfit, Demand demand, HostCapacity host) => misfit switch
    {
        Misfit.TooLittleCpu => demand.CpuPercent - host.CpuPercentFree,
        Misfit.TooLittleMemory => demand.MemoryKibibytes - host.MemoryFreeKibibytes,
        Misfit.TooLittleDisk => demand.DiskMebibytes - host.DiskFreeMebibytes,
        _ => 0,
    };
}
