using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>Why a host will not do for a VM.</summary>
public enum Misfit
{
    None,
    /// <summary>An operator took it out of placement.</summary>
    Disabled,
    /// <summary>Its latest reading is overdue: not monitored, in error or offline.</summary>
    Silent,
    TooLittleCpu,
    TooLittleMemory,
    TooLittleDisk,
    /// <summary>The VM's requirement expression is false here.</summary>
    RequirementFails,
    /// <summary>The VM's files are on another host.</summary>
    WrongHost,
    /// <summary>The VM's images or networks are not in the host's cluster.</summary>
    WrongCluster,
}

/// <summary>Where a VM goes. Pure: the same question has the same answer, in whatever order hosts are listed.</summary>
public static class Placement
{
    /// <summary>
    /// Best fit: of the hosts that fit, the one that would be left with the least, measured as free cpu / total cpu +
    /// free memory / total memory; ties to the lowest id.
    /// </summary>
    public static Verdict Place(Demand demand, IEnumerable<HostCapacity> hosts)
    {
        var considered = hosts.OrderBy(h => h.Id.Value).Select(h => new Considered(h, demand, Fit(demand, h))).ToList();
        HostId? chosen = null;
        var least = long.MaxValue;
        foreach (var (host, _, misfit) in considered)
        {
            if (misfit is not Misfit.None || LeftOver(demand, host) is var left && chosen is not null && left >= least)
                continue;
            (chosen, least) = (host.Id, left);
        }

        return new(demand, chosen, considered);
    }

    /// <summary>
    /// The first thing that speaks against the host. What can never change by waiting is named before what can.
    /// </summary>
    public static Misfit Fit(Demand demand, HostCapacity host)
    {
        if (demand.Only is { } only && only != host.Id)
            return Misfit.WrongHost;
        if (!demand.Clusters.IsDefaultOrEmpty && !demand.Clusters.Contains(host.Cluster))
            return Misfit.WrongCluster;
        if (demand.Requirement is { } holds && !holds(host.Id, host.Attributes ?? HostCapacity.NoAttributes))
            return Misfit.RequirementFails;
        if (!host.Enabled)
            return Misfit.Disabled;
        if (!host.Monitored)
            return Misfit.Silent;
        if (host.CpuPercentFree < demand.CpuPercent)
            return Misfit.TooLittleCpu;
        if (host.MemoryFreeKibibytes < demand.MemoryKibibytes)
            return Misfit.TooLittleMemory;
        return host.DiskFreeMebibytes < demand.DiskMebibytes ? Misfit.TooLittleDisk : Misfit.None;
    }

    /// <summary>
    /// What a fitting host keeps free of cpu and memory, each in millionths of its total, added. Whole numbers, so that
    /// equal hosts tie. Holds up to 8 PiB of memory.
    /// </summary>
    public static long LeftOver(Demand demand, HostCapacity host) =>
        Millionths(host.CpuPercentFree - demand.CpuPercent, host.CpuPercentTotal)
        + Millionths(host.MemoryFreeKibibytes - demand.MemoryKibibytes, host.MemoryTotalKibibytes);

    private static long Millionths(long part, long whole) => whole <= 0 ? 0 : part * 1_000_000 / whole;
}
