using Microsoft.Extensions.Logging;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>
/// Looks at the clock and has done what VMs are scheduled to do. Keeps nothing: whether an entry is due, and that it was done, is the VM's
/// to say, so nothing is done twice and what was missed is done when it comes up again. It asks as everybody does, so limits hold.
/// </summary>
internal sealed class ScheduleRunner(Cloud cloud, TimeProvider time, ILogger<ScheduleRunner> log) : BeatRunner(time)
{
    protected override Task Look() => Task.WhenAll(cloud.Inventory.Scheduled.Select(Run));

    /// <summary>One entry at a time: the next may need the state that this one leads to.</summary>
    private async Task Run(VirtualMachine vm)
    {
        if (VmSchedule.Due(vm, Time.GetUtcNow()).Select(id => (int?)id).FirstOrDefault() is not { } entry)
            return;
        try
        {
            if ((await cloud.Vm(new VmProtocol.RunSchedule(vm.Id, entry, Time.LocalTimeZone)).ConfigureAwait(false)).Refusal is { } why)
                await cloud.Vm(new VmProtocol.FailSchedule(vm.Id, entry, why.Text)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // It stays due: the other VMs go on, and this one is asked again.
            log.LogError(e, "VM {Vm}: entry {Entry} of its schedule could not be run", vm.Id, entry);
        }
    }
}
