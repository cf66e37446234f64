using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>A host as its actor last knew it.</summary>
/// <param name="Silence">why it is in ERROR, null when it is not</param>
/// <param name="Claims">what VMs have of it, by their ids</param>
/// <param name="Wild">domains on it that are not the appliance's</param>
public sealed record HostPicture(
    HostId Id, HostState State, HostState PrevState, Capacity Total, Capacity Usable, Capacity Allocated, ImmutableSortedDictionary<int, Claim> Claims,
    HostFacts? Facts, HostUsage? Usage, ImmutableArray<DomainReading> Wild, string? Silence)
{
    public IEnumerable<int> Vms => Claims.Keys;
}

/// <param name="At">unix seconds of the measurement</param>
public sealed record HostUsage(
    long At, int CpuUsedPercent, long MemoryFreeKibibytes, long DiskFreeMebibytes, ulong NetReceivedBytes, ulong NetSentBytes);

/// <summary>A VM's last measurement; counters as the hypervisor counts them, null: it did not say.</summary>
/// <param name="CpuPercent">of one core, over the time since the reading before</param>
public sealed record VmReading(long At, DomainReading Domain, decimal? CpuPercent);
