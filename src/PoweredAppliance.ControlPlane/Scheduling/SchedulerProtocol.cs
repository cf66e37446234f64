using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Scheduling;

public static class SchedulerProtocol
{
    /// <summary>A VM needs a host. Said again now and then, since the scheduler keeps nothing.</summary>
    /// <param name="Generation">that the placement will have</param>
    /// <param name="Requirements">SCHED_REQUIREMENTS as the user wrote it</param>
    public sealed record Demand(VmId Vm, int Generation, Capacity Room, int UserPriority, HostId? Only, string? Requirements)
    {
        public static Demand Of(VirtualMachine vm) => new(
            vm.Id, vm.Generation + 1, Specification.Room(vm.Template),
            int.TryParse(vm.UserTemplate["USER_PRIORITY"], CultureInfo.InvariantCulture, out var priority) ? priority : 0,
            vm.FilesOn?.Host, vm.UserTemplate["SCHED_REQUIREMENTS"] is { Length: > 0 } text ? text : null);
    }

    /// <summary>A host's newest word about itself.</summary>
    /// <param name="Settled">claims that were answered since its last word, granted or not: their offers are void</param>
    public sealed record HostReport(
        HostId Host, HostSettings Settings, bool Monitored, Capacity Usable, Capacity Allocated, int Vms, IReadOnlyList<(VmId Vm, int Generation)> Settled);

    public sealed record HostGone(HostId Host);
}
