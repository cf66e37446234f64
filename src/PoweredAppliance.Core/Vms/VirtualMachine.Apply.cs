using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Schedules;
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
            Template = c.Template.Without(ScheduleEntry.Name),
            Schedule = VmSchedule.OfNew(c.Template, c.At.ToUnixTimeSeconds()),
            NextSchedule = c.Template.Vectors(ScheduleEntry.Name).Count(),
            UserTemplate = c.UserTemplate,
            Start = c.At.ToUnixTimeSeconds(),
            State = c.Template.Vectors("DISK").Any(ImageDisk.Awaits) ? VmState.Cloning : c.OnHold ? VmState.Hold : VmState.Pending,
            PrevState = VmState.Init,
        },
        (null, _) => throw new ArgumentException($"the journal's first event of VM {e.Vm} is {e.GetType().Name}, not Created", nameof(e)),
        ({ } there, _) => there.Apply(e),
    };

    private VirtualMachine Apply(IEvent e) => e switch
    {
        DisksFilled filled => Apply(filled),
        SnapshotsInherited inherited => WithTree(inherited.Tree),
        ActionTaken taken => Apply(taken),
        Offered offered => (this with
        {
            Pledge = offered.Host,
            Generation = offered.Generation,
            Newest = offered.Generation,
            CameFrom = State is VmState.Stopped or VmState.Undeployed ? State : CameFrom,
        }).To(VmState.Pending, offered.At),
        OfferRefused refused => this with { Pledge = null, UserTemplate = UserTemplate.Set("SCHED_MESSAGE", Stamp(refused.At, refused.Why)) },
        Unplaceable unplaceable => this with { UserTemplate = UserTemplate.Set("SCHED_MESSAGE", unplaceable.Why) },
        Placed placed => Apply(placed),
        StepDone done => Apply(done),
        StepFailed failed => Apply(failed),
        ChangeBegun begun => Apply(begun),
        CommandReported told => this with { Template = GuestCommand.With(Template, told.Report) },
        MigrationBegun begun => Apply(begun),
        MigrationGranted granted => Apply(granted),
        MigrationRefused refused => Apply(refused),
        ScheduleSet set => Apply(set),
        ScheduleDropped dropped => Apply(dropped),
        RulesSet set => Apply(set),
        Reconfigured changed => this with { Template = changed.Template },
        DiskSnapshotRenamed renamed => WithTree(Tree(renamed.Disk).Renamed(renamed.Snapshot, renamed.Name)),
        Observed seen => Apply(seen),
        Recovered recovered => Apply(recovered),
        Renamed renamed => this with { Name = renamed.Name },
        UserTemplateSet set => this with { UserTemplate = set.UserTemplate },
        PermissionsSet set => this with { Permissions = set.Permissions },
        OwnerSet set => this with { Owner = set.Owner },
        Locked locked => this with { Lock = new(locked.Level, locked.By, locked.At.ToUnixTimeSeconds()) },
        Unlocked => this with { Lock = null },
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
                return this with { Resched = taken.Action is VmAction.Resched, UserTemplate = UserTemplate.Without("SCHED_MESSAGE") };
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
            Generation = taken.Action is VmAction.Release && Pledge is not null ? Newest + 1 : Generation,
            Newest = taken.Action is VmAction.Release && Pledge is not null ? Newest + 1 : Newest,
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
        if (done.Step is VmStep.Cleanup && Remnants.FirstOrDefault(r => r.Generation == done.Generation) is { } gone)
            return this with { Remnants = Remnants.Remove(gone) };
        if (done.Step is VmStep.Withdraw)
            return this with { Pledge = null };
        if (done.Step is VmStep.Reboot or VmStep.Reset)
            return this with { Rebooting = null, Transition = Transition + 1 };
        if (done.Step is VmStep.Filter)
            return this with { Filters = FilterState.Current, Transition = Transition + 1 };
        var vm = done.DeployId is { } id ? this with { DeployId = id } : this;
        // Whether an adopted guest runs is for the next reading to say.
        if (done.Step is VmStep.Adopt)
            return (vm with { UserTemplate = UserTemplate.Without("ERROR") }).To(LcmState.Unknown, done.At);
        return vm.Advance(done.At);
    }

    private VirtualMachine Advance(DateTimeOffset at)
    {
        if (Changing is not null)
            return Changed(at);
        if (Lcm is LcmState.SaveMigrate)
            return Left(at);
        if (Moving is not null)
            return Arrived(at);
        var next = Lifecycle.AfterDone(Lcm)
            ?? throw new ArgumentException($"VM {Id} is {Phase}, which no step ends", nameof(at));
        var vm = next == (Lifecycle.Phase)LcmState.Running ? this with { UserTemplate = UserTemplate.Without("ERROR") } : this;
        // A cleanup leaves no file behind, so nothing ties the VM to a host any more.
        if (Lifecycle.StepOf(Lcm, Hard) is VmStep.Cleanup)
            vm = vm with { FilesOn = null, CameFrom = VmState.Pending, DiskSnapshots = [.. DiskSnapshots.Where(t => ImageKeeping(t.Disk) >= 0)], Template = vm.Template.Without("SNAPSHOT") };
        // System snapshots lie in the domain, which is gone from its host.
        if (Lifecycle.StepOf(Lcm, Hard) is VmStep.Undefine)
            vm = vm with { Template = vm.Template.Without("SNAPSHOT") };
        return vm.To(next, at);
    }

    private VirtualMachine Apply(StepFailed failed)
    {
        if (failed.Step is VmStep.Reboot or VmStep.Reset)
            return (this with { Rebooting = null, Transition = Transition + 1 }).WithError(failed.At, failed.Why);
        if (failed.Step is VmStep.Filter)
            return (this with { Filters = FilterState.Failed, Transition = Transition + 1 })
                .WithError(failed.At, $"Error updating the rules of security groups: {failed.Why}");
        if (failed.Step is VmStep.AwaitCommand)
            return WithCommand(GuestCommand.Error).WithError(failed.At, $"{NotExecuted}: {failed.Why}");
        var next = AfterFailure
            ?? throw new ArgumentException($"VM {Id} is {Phase}, which does not fail", nameof(failed));
        var why = this switch
        {
            { Changing.What: var change } => $"{Failure(change)}: {failed.Why}",
            { Moving.To.Hostname: var host } => $"Error migrating VM to host {host}: {failed.Why}",
            _ => failed.Why,
        };
        return WithError(failed.At, why).Unchanged().To(next, failed.At);
    }

    private VirtualMachine Apply(Observed seen)
    {
        if (Lcm is LcmState.Migrate)
            return Arrived(seen.At);
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
            RecoverOperation.Retry => (vm with { Moving = Moving is null ? null : Moving with { GivenUp = false } }).To(Lifecycle.RetryOf(Lcm) ?? Lcm, recovered.At),
            RecoverOperation.Success => (vm with { Lcm = Lifecycle.RetryOf(Lcm) ?? Lcm }).Advance(recovered.At),
            RecoverOperation.Failure when Moving is { IsGranted: true } move && Lcm is LcmState.Migrate =>
                (vm with { Moving = move with { GivenUp = true } }).To(Lcm, recovered.At),
            RecoverOperation.Failure when Moving is { } move && Lifecycle.UndoOf(Lcm, move.Way) is { } back => vm.To(back, recovered.At),
            RecoverOperation.Failure => vm.Unchanged().To(AfterFailure!.Value, recovered.At),
            RecoverOperation.Delete when onHost => vm.Unchanged().To(LcmState.CleanupDelete, recovered.At),
            RecoverOperation.Recreate when onHost => vm.Unchanged().To(LcmState.CleanupResubmit, recovered.At),
            RecoverOperation.Recreate => vm.To(State is VmState.Hold ? VmState.Hold : VmState.Pending, recovered.At),
            _ => (vm.Unchanged() with { FilesOn = null }).To(VmState.Done, recovered.At),
        };
    }

    /// <summary>The one place where the phase changes, with what the history records and the clock owe to it.</summary>
    private VirtualMachine To(Lifecycle.Phase next, DateTimeOffset when)
    {
        var at = when.ToUnixTimeSeconds();
        var vm = (Lifecycle.IsMigration(next.Lcm) ? this : Returned(next)) with
        {
            State = next.State,
            Lcm = next.Lcm,
            PrevState = State,
            PrevLcm = Lcm,
            Transition = Transition + 1,
            End = next.State is VmState.Done ? at : End,
            Template = WithoutGuest(next),
            Hard = Hard && next.State is VmState.Active,
            Rebooting = null,
            Filters = next.State is VmState.Active ? Filters : FilterState.Current,
            Changing = Lifecycle.IsChange(next.Lcm) ? Changing : null,
        };
        if (History is not [.., { IsOpen: true } open])
            return vm.State is VmState.Done or VmState.Pending ? vm with { FilesOn = vm.State is VmState.Done ? null : vm.FilesOn } : vm;

        var (wasUp, isUp) = (IsUp(Phase), IsUp(next));
        if (open.PrologStart != 0 && open.PrologEnd == 0 && next.Lcm is not (LcmState.Prolog or LcmState.PrologResume or LcmState.PrologUndeploy))
            open = open with { PrologEnd = at };
        if (isUp && !wasUp)
            open = open with { RunningStart = open.RunningStart == 0 ? at : open.RunningStart, RunningEnd = 0 };
        if (wasUp && !isUp)
            open = open with { RunningEnd = at };
        if (next.Lcm is LcmState.Epilog or LcmState.EpilogStop or LcmState.EpilogUndeploy && open.EpilogStart == 0)
            open = open with { EpilogStart = at };
        if (!Lifecycle.HoldsCapacity(next.State))
        {
            open = open with { End = at, EpilogEnd = open.EpilogStart == 0 ? 0 : at, Template = Template };
            vm = vm with
            {
                FilesOn = next.State is VmState.Stopped or VmState.Undeployed ? open.Host : null,
                CameFrom = next.State is VmState.Stopped or VmState.Undeployed ? next.State : VmState.Pending,
                DeployId = "",
            };
        }

        return vm with { History = History.SetItem(History.Length - 1, open) };
    }

    /// <summary>A change leaves the guest as it is.</summary>
    private bool IsUp(Lifecycle.Phase phase) =>
        Lifecycle.GuestIsUp(Changing is { From: var from } && Lifecycle.IsChange(phase.Lcm) ? from : phase);

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
