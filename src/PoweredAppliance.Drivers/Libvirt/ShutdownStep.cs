using System.Globalization;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// Presses the power button and waits for the guest to go; holds no thread while it waits. A guest that is still booting
/// loses the first press, so it is pressed again.
/// </summary>
internal sealed class ShutdownStep(HostConnection quick, DomainGuard guard, LibvirtDriverOptions options)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private enum Guest { Off, Running, Refused }

    /// <param name="changed">completes when the host tells that the domain changed, and is asked for anew after that</param>
    internal async Task<StepOutcome> Perform(HostStep step, Func<Task> changed, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var time = options.Time;
        var since = time.GetTimestamp();
        long? pressed = null;
        while (true)
        {
            var soon = changed();
            var press = pressed is not { } at || time.GetElapsedTime(at) >= options.PressAgainAfter;
            var (guest, refusal) = await quick.Run(
                $"shut down VM {step.Vm}", options.CallDeadline, (connect, _) => LookAndPress(connect, step, press), stop).ConfigureAwait(false);
            if (refusal is not null)
                return refusal;
            if (guest is Guest.Off)
                return StepOutcome.Ok();
            if (press)
                pressed = time.GetTimestamp();
            var waited = time.GetElapsedTime(since);
            if (waited > options.ShutdownDeadline)
            {
                var seconds = options.ShutdownDeadline.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
                return StepOutcome.Fail($"the guest did not shut down within {seconds} s of its power button being pressed");
            }
            progress.Report(new(step.Vm, "waiting for the guest to shut down", -1));
            await Task.WhenAny(soon, Task.Delay(Look, time, stop)).ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
        }
    }

    private (Guest, StepOutcome?) LookAndPress(Connect connect, HostStep step, bool press)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        if (found.Refusal is not null)
            return (Guest.Refused, found.Refusal);
        if (found.Domain is not { } domain)
            return (Guest.Off, null);
        try
        {
            var (state, reason) = domain.GetState();
            if (state is DomainState.Shutoff || !domain.IsActive)
                return (Guest.Off, null);
            if (state is DomainState.Paused or DomainState.Pmsuspended or DomainState.Crashed)
                return (Guest.Refused, StepOutcome.Fail($"the guest cannot hear its power button: {DomainStates.Reason(state, reason)}"));
            if (press && state is not DomainState.Shutdown)
                domain.Shutdown(connect.Type is "TEST" ? 0 : DomainShutdownFlags.AcpiPowerBtn);
            return (Guest.Running, null);
        }
        catch (LibvirtException why) when (why.IsNotFound || (why.Code is ErrorNumber.OperationInvalid && !domain.IsActive))
        {
            return (Guest.Off, null);
        }
    }
}
