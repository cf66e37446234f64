using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>
/// Looks at the clock and has done what VMs are scheduled to do. Keeps nothing: whether an entry is due, and that it was done, is the VM's
/// to say, so nothing is done twice and what was missed is done when it comes up again. It asks as everybody does, so limits hold.
/// </summary>
internal sealed class ScheduleRunner(Cloud cloud, TimeProvider time, ILogger<ScheduleRunner> log) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
                await Task.WhenAll(cloud.Inventory.Scheduled.Select(Run)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    /// <summary>One entry at a time: the next may need the state that this one leads to.</summary>
    private async Task Run(VirtualMachine vm)
    {
        if (VmSchedule.Due(vm, time.GetUtcNow()).Select(id => (int?)id).FirstOrDefault() is not { } entry)
            return;
        try
        {
            if ((await cloud.Vm(new VmProtocol.RunSchedule(vm.Id, entry, time.LocalTimeZone)).ConfigureAwait(false)).Refusal is { } why)
                await cloud.Vm(new VmProtocol.FailSchedule(vm.Id, entry, why.Text)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // It stays due: the other VMs go on, and this one is asked again.
            log.LogError(e, "VM {Vm}: entry {Entry} of its schedule could not be run", vm.Id, entry);
        }
    }
}
