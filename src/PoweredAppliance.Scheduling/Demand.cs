using System.Collections.Immutable;
using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>All values of a host's attribute by its name; none: the host lacks it.</summary>
public delegate IEnumerable<string> HostLookup(HostId host, string name);

/// <summary>A requirement expression, compiled: true where the host will do. Pure, must not throw.</summary>
public delegate bool Requirement(HostId host, HostLookup attributes);

/// <summary>A rank expression, compiled: the host with the highest is preferred. Pure, must not throw.</summary>
public delegate long Rank(HostId host, HostLookup attributes);

/// <summary>What a VM asks of a host.</summary>
/// <param name="CpuPercent">100 = one core</param>
/// <param name="UserPriority">USER_PRIORITY: higher is placed earlier</param>
/// <param name="Only">the host that holds the VM's files; null: any host</param>
/// <param name="Clusters">ids of the clusters that will do; default or empty: any cluster</param>
/// <param name="RequirementText">the requirement as the user wrote it, for explanations</param>
/// <param name="Rank">null: any fitting host is as good as another</param>
/// <param name="Affinity">where its VM group lets it go; null: anywhere</param>
public sealed record Demand(
    VmId Vm, int CpuPercent, long MemoryKibibytes, long DiskMebibytes, int UserPriority = 0, HostId? Only = null,
    ImmutableArray<int> Clusters = default, Requirement? Requirement = null, string? RequirementText = null,
    Rank? Rank = null, Affinity? Affinity = null)
{
    /// <summary>The order in which VMs are placed: highest USER_PRIORITY first, then the lowest id.</summary>
    public static readonly IComparer<Demand> Order = Comparer<Demand>.Create((a, b) =>
        (-a.UserPriority, a.Vm.Value).CompareTo((-b.UserPriority, b.Vm.Value)));
}

/// <summary>
/// What a host offers, after reservations and overcommit. Free may be negative where the total was lowered.
/// </summary>
/// <param name="Cluster">id of its cluster, -1: none</param>
/// <param name="Enabled">an operator lets VMs be placed here</param>
/// <param name="Monitored">its latest reading came in time</param>
/// <param name="CpuPercentTotal">100 = one core</param>
/// <param name="RunningVms">VMs that hold a claim here</param>
/// <param name="Attributes">null: it has none</param>
public sealed record HostCapacity(
    HostId Id, string Name, int Cluster, bool Enabled, bool Monitored, int CpuPercentTotal, int CpuPercentFree,
    long MemoryTotalKibibytes, long MemoryFreeKibibytes, long DiskFreeMebibytes, int RunningVms,
    HostLookup? Attributes = null)
{
    internal static readonly HostLookup NoAttributes = (_, _) => [];

    /// <summary>The host as it is once it has taken what is demanded.</summary>
    public HostCapacity With(Demand demand) => this with
    {
        CpuPercentFree = CpuPercentFree - demand.CpuPercent,
        MemoryFreeKibibytes = MemoryFreeKibibytes - demand.MemoryKibibytes,
        DiskFreeMebibytes = DiskFreeMebibytes - demand.DiskMebibytes,
        RunningVms = RunningVms + 1,
    };
}
