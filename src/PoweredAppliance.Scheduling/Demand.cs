using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>All values of a host's attribute by its name; none: the host lacks it.</summary>
public delegate IEnumerable<string> HostLookup(HostId host, string name);

/// <summary>What a VM asks of a host.</summary>
/// <param name="CpuPercent">100 = one core</param>
/// <param name="UserPriority">USER_PRIORITY: higher is placed earlier</param>
/// <param name="Only">the host that holds the VM's files; null: any host</param>
/// <param name="Affinity">where its VM group lets it go; null: anywhere</param>
public sealed record Demand(
    VmId Vm, int CpuPercent, long MemoryKibibytes, long DiskMebibytes, int UserPriority = 0, HostId? Only = null,
    Affinity? Affinity = null)
{
    /// <summary>What else it asks of a host.</summary>
    public Shape Shape { get; init; } = Shape.Any;

    /// <summary>The host that it is on and has to leave; null: it is on none.</summary>
    public HostId? Leaves { get; init; }

    /// <summary>It is barred from nowhere but by its shape and its room.</summary>
    internal bool IsFree => Affinity is null && Leaves is null;

    /// <summary>It may not be there, whatever room there is.</summary>
    internal bool IsBarred(HostId host) => Leaves == host || Affinity?.Against(host) is not null;

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
    internal IEnumerable<string> Attribute(string name) => Attributes?.Invoke(Id, name) ?? [];

    /// <summary>The host as it is once it has taken what is demanded.</summary>
    public HostCapacity With(Demand demand) => this with
    {
        CpuPercentFree = CpuPercentFree - demand.CpuPercent,
        MemoryFreeKibibytes = MemoryFreeKibibytes - demand.MemoryKibibytes,
        DiskFreeMebibytes = DiskFreeMebibytes - demand.DiskMebibytes,
        RunningVms = RunningVms + 1,
    };

    /// <summary>The host as it is once a VM that has so much of it has gone.</summary>
    public HostCapacity Without(Demand vm) => this with
    {
        CpuPercentFree = CpuPercentFree + vm.CpuPercent,
        MemoryFreeKibibytes = MemoryFreeKibibytes + vm.MemoryKibibytes,
        DiskFreeMebibytes = DiskFreeMebibytes + vm.DiskMebibytes,
        RunningVms = RunningVms - 1,
    };
}
