using PoweredAppliance.Core;
using PoweredAppliance.Scheduling.Index;

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
    /// <summary>A rule of the VM's group is against it, with its fellows where they are now.</summary>
    VmGroupForbids,
    /// <summary>The VM's files are on another host, or it has to leave this one.</summary>
    WrongHost,
    /// <summary>The VM's images or networks are not in the host's cluster.</summary>
    WrongCluster,
}

/// <summary>Where a VM goes. Pure: the same question has the same answer, in whatever order hosts are listed.</summary>
public static class Placement
{
    /// <summary>
    /// Of the hosts that fit, that with the highest rank, where the VM ranks them; of those the best fit: the one that would be left
    /// with the least, measured as free cpu / total cpu + free memory / total memory; ties to the lowest id.
    /// </summary>
    public static Verdict Place(Demand demand, IEnumerable<HostCapacity> hosts)
    {
        var considered = hosts.OrderBy(h => h.Id.Value).Select(h => new Considered(h, demand, Fit(demand, h))).ToList();
        (HostId Host, Preference Why)? chosen = null;
        foreach (var (host, _, misfit) in considered)
            if (misfit is Misfit.None && Preference.Of(demand, host) is var next && (chosen is null || next.IsBetterThan(chosen.Value.Why)))
                chosen = (host.Id, next);

        return new(demand, chosen?.Host, considered);
    }

    /// <summary>
    /// The first thing that speaks against the host. What can never change by waiting is named before what can.
    /// </summary>
    public static Misfit Fit(Demand demand, HostCapacity host)
    {
        if (demand.Only is { } only && only != host.Id)
            return Misfit.WrongHost;
        if (demand.Leaves == host.Id)
            return Misfit.WrongHost;
        if (!demand.Shape.Lets(host.Cluster))
            return Misfit.WrongCluster;
        if (demand.Shape.Requirement is { } requirement && !requirement.Holds(host.Attribute))
            return Misfit.RequirementFails;
        if (demand.Affinity?.Against(host.Id) is not null)
            return Misfit.VmGroupForbids;
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
    /// What a fitting host keeps free of cpu and memory, each as a share of its total, added: 1 &lt;&lt; 24 is all of one. Totals count
    /// with their first eight binary digits.
    /// </summary>
    public static long LeftOver(Demand demand, HostCapacity host)
    {
        var (cpu, memory) = (new Share(host.CpuPercentTotal), new Share(host.MemoryTotalKibibytes));
        return cpu.Of(host.CpuPercentFree) - cpu.Of(demand.CpuPercent) + memory.Of(host.MemoryFreeKibibytes) - memory.Of(demand.MemoryKibibytes);
    }
}

/// <summary>How much a fitting host is preferred; equals are told apart by their ids.</summary>
internal readonly record struct Preference(long Rank, long LeftOver)
{
    public static Preference Of(Demand demand, HostCapacity host) => new(
        demand.Shape.Rank?.Evaluate(host.Attribute) ?? 0, Placement.LeftOver(demand, host));

    public bool IsBetterThan(Preference other) => Rank != other.Rank ? Rank > other.Rank : LeftOver < other.LeftOver;
}
