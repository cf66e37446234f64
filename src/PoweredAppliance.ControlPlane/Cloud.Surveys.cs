using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

public sealed partial class Cloud
{
    /// <summary>
    /// Why the VM has no host, or stays on one that it is to leave; null: it waits for neither. Asks the scheduler for what it knows and
    /// finds the rest out here, so that nobody's placement waits for an explanation.
    /// </summary>
    public async Task<Explanation?> Why(VirtualMachine vm) => vm.Standing is Standing.Waiting || vm is { Resched: true, Moving: null, Host: not null }
        ? (await Survey().ConfigureAwait(false)).Why(vm)
        : null;

    private async Task<Survey> Survey() =>
        new(await Ask<SchedulerProtocol.Sight>(SchedulerProtocol.Look.Instance).ConfigureAwait(false), inventory, settings.Placement);
}
