using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Libvirt;

namespace PoweredAppliance.Drivers.Changes;

internal sealed partial class ChangeSteps
{
    private static readonly TimeSpan BetweenCommandLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForKilling = TimeSpan.FromSeconds(15);

    private StepOutcome Execute(Connect connect, HostStep step, VmChange.Execute what)
    {
        if (GuestCommand.Words(what.Command!) is not { Length: > 0 } words)
            return StepOutcome.Fail($"'{what.Command}' is no command", retriable: false);
        return OnGuest(connect, step, StepOutcome.Fail(NotRunning(step)), domain =>
        {
            switch (CommandMark.Of(domain))
            {
                case { Pid: { } known } mark when mark.Run == what.Run:
                    return Started(known);
                case { } mark when mark.Run == what.Run:
                    return StepOutcome.Fail("the guest was asked to start it and the answer was lost: it may have been executed", retriable: false);
            }

            GuestAgent.Ping(domain); // who does not answer has not been asked for anything
            new CommandMark(what.Run, null).PutOn(domain);
            var pid = GuestAgent.Start(domain, words, what.Stdin!);
            new CommandMark(what.Run, pid).PutOn(domain);
            return Started(pid);
        })!;

        static StepOutcome Started(long pid) => StepOutcome.Ok() with { Command = new(pid) };
    }

    /// <summary>
    /// <see cref="VmStep.AwaitCommand"/>. A guest that is gone leaves the step done with nothing to tell: what became of the VM is for a
    /// reading to say.
    /// </summary>
    internal async Task<StepOutcome> AwaitCommand(HostStep step, CancellationToken stop)
    {
        if (step.Command is not { Pid: var pid })
            return StepOutcome.Fail("the step does not say which command", retriable: false);
        while (true)
        {
            var outcome = await Short(step, (connect, _) => OnGuest(connect, step, StepOutcome.Ok(), domain =>
            {
                try
                {
                    return GuestAgent.Ended(domain, pid) is { } report ? StepOutcome.Ok() with { Command = report } : null;
                }
                catch (LibvirtException why) when (GuestAgent.IsAway(why))
                {
                    return null;
                }
            }), stop).ConfigureAwait(false);
            if (outcome is not null)
                return outcome;
            await Task.Delay(BetweenCommandLooks, options.Time, stop).ConfigureAwait(false);
        }
    }

    private async Task<StepOutcome> CancelExecution(HostStep step, CancellationToken stop)
    {
        if (step.Command is not { Pid: var pid })
            return StepOutcome.Fail("the step does not say which command", retriable: false);
        long killer = 0;
        var refusal = await Short(step, (connect, _) => OnGuest(connect, step, StepOutcome.Fail(NotRunning(step)), domain =>
        {
            killer = GuestAgent.Start(domain, ["kill", "-9", $"{pid}"]);
            return null;
        }), stop).ConfigureAwait(false);
        if (refusal is not null)
            return refusal;
        var gone = await Until(step, ForKilling, connect => OnGuest(connect, step, StepOutcome.Ok(), domain =>
            IsGone(domain, killer) & IsGone(domain, pid) ? StepOutcome.Ok() : null) is not null, stop).ConfigureAwait(false);
        return gone ? StepOutcome.Ok() : StepOutcome.Fail($"process {pid} goes on {ForKilling.TotalSeconds:0} s after it was killed");
    }

    /// <summary>A process that the agent does not know any more is gone as well.</summary>
    private static bool IsGone(Domain domain, long pid)
    {
        try
        {
            return GuestAgent.Ended(domain, pid) is not null;
        }
        catch (LibvirtException why)
        {
            return !GuestAgent.IsAway(why);
        }
    }

    /// <param name="otherwise">where the guest does not run here</param>
    private StepOutcome? OnGuest(Connect connect, HostStep step, StepOutcome otherwise, Func<Domain, StepOutcome?> act)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        return found switch
        {
            { Refusal: { } refusal } => refusal,
            { Domain: { IsActive: true } domain } => act(domain),
            _ => otherwise,
        };
    }
}
