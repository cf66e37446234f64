using System.Collections.Immutable;

namespace PoweredAppliance.Scheduling;

/// <summary>How many more of one demand the hosts of a cluster take.</summary>
/// <param name="Hosts">that take any</param>
/// <param name="RunsOut">what most of them lack when they are full; <see cref="Misfit.None"/>: nothing that is counted here</param>
/// <param name="ByCpu">how many if only cpu counted; null: none is asked</param>
/// <param name="ByMemory">likewise</param>
/// <param name="ByDisk">likewise</param>
public sealed record ClusterHeadroom(int Cluster, int Hosts, long Fits, Misfit RunsOut, long? ByCpu, long? ByMemory, long? ByDisk);

/// <summary>How many more of one demand fit, placed one after another.</summary>
/// <param name="Clusters">by id, those that have hosts for which it is a question of room</param>
/// <param name="IsAtLeast">so many fit, and it was not counted further</param>
public sealed record Headroom(ImmutableArray<ClusterHeadroom> Clusters, bool IsAtLeast)
{
    /// <summary>So many are placed one by one, where they cannot be counted.</summary>
    public const int MostPlaced = 100_000;

    /// <summary>So many of a VM group: each has to be told of all before it.</summary>
    public const int MostOfGroup = 1_000;

    public long Fits => Clusters.Sum(c => c.Fits);

    /// <inheritdoc cref="ClusterHeadroom.RunsOut"/>
    public Misfit RunsOut => Clusters.Where(c => c.RunsOut is not Misfit.None).GroupBy(c => c.RunsOut)
        .OrderByDescending(g => g.Sum(c => c.Hosts)).ThenBy(g => g.Key).Select(g => g.Key).FirstOrDefault();

    /// <summary>
    /// Demands that keep nobody apart fill each host whatever the others hold: then the order in which a policy fills them does not matter,
    /// and what fits is counted host by host. Others are placed one by one, by the policy.
    /// </summary>
    /// <param name="map">is filled</param>
    /// <param name="next">the demand of each, given what was placed before it; with a VM of its own</param>
    /// <param name="isOfGroup">where one may go depends on where those before it went</param>
    /// <exception cref="ArgumentException">Nothing is asked: any number fits.</exception>
    public static Headroom Of(CapacityMap map, Func<IReadOnlyList<(Demand Vm, Core.HostId Host)>, Demand> next, bool isOfGroup = false)
    {
        List<(Demand Vm, Core.HostId Host)> placed = [];
        var first = next(placed);
        if (first is { CpuPercent: <= 0, MemoryKibibytes: <= 0, DiskMebibytes: <= 0 })
            throw new ArgumentException("any number fits of what takes no room", nameof(next));
        var hosts = map.See().Where(h => map.Asks(first, h.Id)).ToList();
        var (counts, isAtLeast) = isOfGroup ? Placed(map, next, placed)
            : map.Moves(first.Shape) ? Filled(map, next, placed, hosts)
            : (hosts.Where(h => map.Fits(first, h.Id)).ToDictionary(h => h.Id, h => Least(Times(first.CpuPercent, h.CpuPercentFree),
                Times(first.MemoryKibibytes, h.MemoryFreeKibibytes), Times(first.DiskMebibytes, h.DiskFreeMebibytes))), false);
        return new([.. hosts.GroupBy(h => h.Cluster).OrderBy(g => g.Key).Select(g => Of(g.Key, first, [.. g], counts))], isAtLeast);
    }

    private static ClusterHeadroom Of(int cluster, Demand demand, List<HostCapacity> hosts, Dictionary<Core.HostId, long> counts)
    {
        var scarce = hosts.Select(h => (Host: h, Count: counts.GetValueOrDefault(h.Id))).Select(h => Short(demand, h.Host, h.Count))
            .Where(misfit => misfit is not Misfit.None).GroupBy(misfit => misfit).OrderByDescending(g => g.Count()).ThenBy(g => g.Key);
        return new(
            cluster, hosts.Count(h => counts.GetValueOrDefault(h.Id) > 0), hosts.Sum(h => counts.GetValueOrDefault(h.Id)),
            scarce.Select(g => g.Key).FirstOrDefault(),
            Sum(demand.CpuPercent, hosts, h => h.CpuPercentFree), Sum(demand.MemoryKibibytes, hosts, h => h.MemoryFreeKibibytes),
            Sum(demand.DiskMebibytes, hosts, h => h.DiskFreeMebibytes));
    }

    /// <summary>What a host that has taken so many lacks for another.</summary>
    private static Misfit Short(Demand demand, HostCapacity host, long taken) =>
        host.CpuPercentFree - (taken * demand.CpuPercent) < demand.CpuPercent ? Misfit.TooLittleCpu
        : host.MemoryFreeKibibytes - (taken * demand.MemoryKibibytes) < demand.MemoryKibibytes ? Misfit.TooLittleMemory
        : host.DiskFreeMebibytes - (taken * demand.DiskMebibytes) < demand.DiskMebibytes ? Misfit.TooLittleDisk
        : Misfit.None;

    private static (Dictionary<Core.HostId, long> Counts, bool IsAtLeast) Placed(
        CapacityMap map, Func<IReadOnlyList<(Demand Vm, Core.HostId Host)>, Demand> next, List<(Demand Vm, Core.HostId Host)> placed)
    {
        while (placed.Count < MostOfGroup)
        {
            var demand = next(placed);
            if (map.Choose(demand) is not { } host || !map.TryReserve(demand, 1, host))
                return (Counted(placed), false);
            placed.Add((demand, host));
        }

        return (Counted(placed), true);
    }

    /// <summary>Where what is required of a host changes with what it takes.</summary>
    private static (Dictionary<Core.HostId, long> Counts, bool IsAtLeast) Filled(
        CapacityMap map, Func<IReadOnlyList<(Demand Vm, Core.HostId Host)>, Demand> next, List<(Demand Vm, Core.HostId Host)> placed, List<HostCapacity> hosts)
    {
        foreach (var host in hosts)
            for (var demand = next(placed); map.TryReserve(demand, 1, host.Id); demand = next(placed))
            {
                placed.Add((demand, host.Id));
                if (placed.Count == MostPlaced)
                    return (Counted(placed), true);
            }

        return (Counted(placed), false);
    }

    private static Dictionary<Core.HostId, long> Counted(List<(Demand Vm, Core.HostId Host)> placed) =>
        placed.GroupBy(p => p.Host).ToDictionary(g => g.Key, g => g.LongCount());

    private static long? Times(long asked, long free) => asked <= 0 ? null : Math.Max(0, free) / asked;

    private static long? Sum(long asked, List<HostCapacity> hosts, Func<HostCapacity, long> free) =>
        asked <= 0 ? null : hosts.Sum(h => Times(asked, free(h)));

    private static long Least(params ReadOnlySpan<long?> counts)
    {
        var least = long.MaxValue;
        foreach (var count in counts)
            least = Math.Min(least, count ?? long.MaxValue);
        return least;
    }
}
