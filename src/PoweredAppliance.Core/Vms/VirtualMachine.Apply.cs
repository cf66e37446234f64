using PoweredAppliance.Core.Drivers;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

public sealed partial record VirtualMachine
{
    public static VirtualMachine Apply(VirtualMachine? vm, IEvent e) => (vm, e) switch
    {
        (null, Created c) => new()
        {
            Id = c.Vm,
            Name = c.Name,
            Owner = c.Owner,
            Permissions = c.Permissions,
            Template = c.Template,
            UserTemplate = c.UserTemplate,
            Start = c.At.ToUnixTimeSeconds(),
            State = c.OnHold ? VmState.Hold : VmState.Pending,
            PrevState = VmState.Init,
        },
        (null, _) => throw new ArgumentException($"the journal's first event of VM {e.Vm} is {e.GetType().Name}, not Created", nameof(e)),
        ({ } there, _) => there.Apply(e),
    };

    private VirtualMachine Apply(IEvent e) => e switch
    {
        ActionTaken taken => Apply(taken),
        Offered offered => (this with
        {
            Pledge = offered.Host,
            Generation = offered.Generation,
            CameFrom = State is VmState.Stopped or VmState.Undeployed ? State : CameFrom,
        }).To(VmState.Pending, offered.At),
        OfferRefused refused => this with { Pledge = null, UserTemplate = UserTemplate.Set("SCHED_MESSAGE", Stamp(refused.At, refused.Why)) },
        Unplaceable unplaceable => this with { UserTemplate = UserTemplate.Set("SCHED_MESSAGE", unplaceable.Why) },
        Placed placed => Apply(placed),
        StepDone done => Apply(done),
        StepFailed failed => Apply(failed),
        Observed seen => Apply(seen),
        Recovered recovered => Apply(recovered),
        Renamed renamed => this with { Name = renamed.Name },
        UserTemplateSet set => this with { UserTemplate = set.UserTemplate },
        PermissionsSet set => this with { Permissions = set.Permissions },
        OwnerSet set => this with { Owner = set.Owner },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event this version has never heard of"),
    };

    private VirtualMachine Apply(ActionTaken taken)
    {
        switch (taken.Action)
        {
            case VmAction.Reboot or VmAction.RebootHard:
                return (this with
                {
                    Rebooting = taken.Action is VmAction.Reboot ? VmStep.Reboot : VmStep.Reset,
                    Transition = Transition + 1,
                }).Noted(Word(taken.Action), taken.By);
            case VmAction.Resched or VmAction.Unresched:
                return this with { Resched = taken.Action is VmAction.Resched };
        }

        var next = Lifecycle.After(taken.Action, Phase)
            ?? throw new ArgumentException($"VM {Id} is {Phase}, from where {taken.Action} leads nowhere", nameof(taken));
        // A VM whose files wait on a host is not done before they are gone.
        if (next.State is VmState.Done && FilesOn is not null)
            next = LcmState.Epilog;
        var vm = this with
        {
            Hard = taken.Action is VmAction.TerminateHard or VmAction.PoweroffHard or VmAction.UndeployHard,
            CameFrom = State is VmState.Stopped or VmState.Undeployed ? State : CameFrom,
            // The withdrawal of the held VM's claim may still be on its way: it must not free the claim asked for now.
            Generation = taken.Action is VmAction.Release && Pledge is not null ? Generation + 1 : Generation,
        };
        return vm.Noted(Word(taken.Action), taken.By).To(next, taken.At);
    }

    private VirtualMachine Apply(Placed placed)
    {
        var at = placed.At.ToUnixTimeSeconds();
        var record = new HistoryRecord(History.Length, Pledge!, Start: at, PrologStart: at);
        LcmState prolog = CameFrom switch
        {
            _ when Imported => LcmState.Boot, // it has its files; the step is Adopt
            VmState.Stopped => LcmState.PrologResume,
            VmState.Undeployed => LcmState.PrologUndeploy,
            _ => LcmState.Prolog,
        };
        return (this with
        {
            Pledge = null,
            FilesOn = null,
            CameFrom = VmState.Pending,
            GraphicsPort = placed.GraphicsPort,
            History = History.Add(record),
            UserTemplate = UserTemplate.Without("SCHED_MESSAGE").Without("ERROR"),
        }).To(prolog, placed.At);
    }

    private VirtualMachine Apply(StepDone done)
    {
        if (done.Step is VmStep.Withdraw)
            return this with { Pledge = null };
        if (done.Step is VmStep.Reboot or VmStep.Reset)
            return this with { Rebooting = null, Transition = Transition + 1 };
        var vm = done.DeployId is { } id ? this with { DeployId = id } : this;
        // Whether an adopted guest runs is for the next reading to say.
        if (done.Step is VmStep.Adopt)
            return (vm with { UserTemplate = UserTemplate.Without("ERROR") }).To(LcmState.Unknown, done.At);
        return vm.Advance(done.At);
    }

    private VirtualMachine Advance(DateTimeOffset at)
    {
        var next = Lifecycle.AfterDone(Lcm)
            ?? throw new ArgumentException($"VM {Id} is {Phase}, which no step ends", nameof(at));
        var vm = next == (Lifecycle.Phase)LcmState.Running ? this with { UserTemplate = UserTemplate.Without("ERROR") } : this;
        // A cleanup leaves no file behind, so nothing ties the VM to a host any more.
        if (Lifecycle.StepOf(Lcm, Hard) is VmStep.Cleanup)
            vm = vm with { FilesOn = null, CameFrom = VmState.Pending };
        return vm.To(next, at);
    }

    private VirtualMachine Apply(StepFailed failed)
    {
        if (failed.Step is VmStep.Reboot or VmStep.Reset)
            return (this with { Rebooting = null, Transition = Transition + 1 }).WithError(failed.At, failed.Why);
        var next = Lifecycle.AfterFailure(Lcm)
            ?? throw new ArgumentException($"VM {Id} is {Phase}, which does not fail", nameof(failed));
        return WithError(failed.At, failed.Why).To(next, failed.At);
    }

    private VirtualMachine Apply(Observed seen)
    {
        var next = AfterSighting(seen.Sighting)
            ?? throw new ArgumentException($"VM {Id} is {Phase}, which {seen.Sighting} does not change", nameof(seen));
        var vm = seen.Sighting switch
        {
            Sighting.Crashed or Sighting.Missing or Sighting.Silent or Sighting.Paused => WithError(seen.At, seen.Detail),
            Sighting.Running => this with { UserTemplate = UserTemplate.Without("ERROR") },
            _ => this,
        };
        return (vm with { Rebooting = null }).Noted(HistoryAction.Monitor, Caller.Nobody).To(next, seen.At);
    }

    private VirtualMachine Apply(Recovered recovered)
    {
        var vm = Noted(recovered.Operation switch
        {
            RecoverOperation.Delete or RecoverOperation.DeleteDb => HistoryAction.Delete,
            RecoverOperation.Recreate => HistoryAction.DeleteRecreate,
            RecoverOperation.Retry => HistoryAction.Retry,
            _ => HistoryAction.Recover,
        }, recovered.By);
        var onHost = Host is not null || FilesOn is not null;
        return recovered.Operation switch
        {
            RecoverOperation.Retry => vm.To(Lifecycle.RetryOf(Lcm) ?? Lcm, recovered.At),
            RecoverOperation.Success => (vm with { Lcm = Lifecycle.RetryOf(Lcm) ?? Lcm }).Advance(recovered.At),
            RecoverOperation.Failure => vm.To(Lifecycle.AfterFailure(Lcm)!.Value, recovered.At),
            RecoverOperation.Delete when onHost => vm.To(LcmState.CleanupDelete, recovered.At),
            RecoverOperation.Recreate when onHost => vm.To(LcmState.CleanupResubmit, recovered.At),
            RecoverOperation.Recreate => vm.To(State is VmState.Hold ? VmState.Hold : VmState.Pending, recovered.At),
            _ => (vm with { FilesOn = null }).To(VmState.Done, recovered.At),
        };
    }

    /// <summary>The one place where the phase changes, with what the history records and the clock owe to it.</summary>
    private VirtualMachine To(Lifecycle.Phase next, DateTimeOffset when)
    {
        var at = when.ToUnixTimeSeconds();
        var vm = this with
        {
            State = next.State,
            Lcm = next.Lcm,
            PrevState = State,
            PrevLcm = Lcm,
            Transition = Transition + 1,
            End = next.State is VmState.Done ? at : End,
            Hard = Hard && next.State is VmState.Active,
            Rebooting = null,
        };
        if (History is not [.., { IsOpen: true } open])
            return vm.State is VmState.Done or VmState.Pending ? vm with { FilesOn = vm.State is VmState.Done ? null : vm.FilesOn } : vm;

        var (wasUp, isUp) = (Lifecycle.GuestIsUp(Phase), Lifecycle.GuestIsUp(next));
        if (open.PrologEnd == 0 && next.Lcm is not (LcmState.Prolog or LcmState.PrologResume or LcmState.PrologUndeploy))
            open = open with { PrologEnd = at };
        if (isUp && !wasUp)
            open = open with { RunningStart = open.RunningStart == 0 ? at : open.RunningStart, RunningEnd = 0 };
        if (wasUp && !isUp)
            open = open with { RunningEnd = at };
        if (next.Lcm is LcmState.Epilog or LcmState.EpilogStop or LcmState.EpilogUndeploy && open.EpilogStart == 0)
            open = open with { EpilogStart = at };
        if (!Lifecycle.HoldsCapacity(next.State))
        {
            open = open with { End = at, EpilogEnd = open.EpilogStart == 0 ? 0 : at };
            vm = vm with
            {
                FilesOn = next.State is VmState.Stopped or VmState.Undeployed ? open.Host : null,
                CameFrom = next.State is VmState.Stopped or VmState.Undeployed ? next.State : VmState.Pending,
                DeployId = "",
            };
        }

        return vm with { History = History.SetItem(History.Length - 1, open) };
    }

    private VirtualMachine Noted(HistoryAction action, Caller by) => History is [.., { IsOpen: true } open]
        ? this with
        {
            History = History.SetItem(History.Length - 1, open with { Action = action, Uid = by.User.Value, Gid = by.Group.Value }),
        }
        : this;

    private VirtualMachine WithError(DateTimeOffset at, string why) => this with { UserTemplate = UserTemplate.Set("ERROR", Stamp(at, why)) };

    private static string Stamp(DateTimeOffset at, string text) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {text}";

    private static HistoryAction Word(VmAction action) => Enum.Parse<HistoryAction>(action.ToString());
}
