using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>How many more VMs of a kind fit, and how long that lasts.</summary>
/// <param name="Reasons">why hosts that take none now refuse</param>
/// <param name="DaysUntilFull">null: what VMs take does not grow</param>
public sealed record Outlook(Demand Each, Headroom Now, Headroom IfAllUp, IReadOnlyList<HostReason> Reasons, Growth Growth, double? DaysUntilFull);

/// <summary>What would become of a VM that has lost its host.</summary>
/// <param name="To">null: it finds no place, and <paramref name="Why"/></param>
public sealed record LostVm(VirtualMachine Vm, int Priority, HostId? To, string? Why, ImmutableArray<HostReason> Reasons);
