using System.Collections.Immutable;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// A virtual machine as a value. <see cref="Decide"/> says what a command brings about; <see cref="Apply"/> alone changes
/// the state; <see cref="Work"/> says what has to be done for it now, so that whoever recovers it goes on.
/// </summary>
public sealed partial record VirtualMachine
{
    public required VmId Id { get; init; }
    public required string Name { get; init; }
    public required Caller Owner { get; init; }
    public required int Permissions { get; init; }
    public required Template Template { get; init; }
    public required Template UserTemplate { get; init; }
    public VmState State { get; init; }
    public LcmState Lcm { get; init; }
    public VmState PrevState { get; init; }
    public LcmState PrevLcm { get; init; }

    /// <summary>Unix seconds: made, and ended (0: lives).</summary>
    public required long Start { get; init; }
    public long End { get; init; }
    public string DeployId { get; init; } = "";

    /// <summary>Of the stay on its host, a number of its own for each placement; a host refuses to start an older one than it has seen.</summary>
    public int Generation { get; init; }

    /// <summary>The newest generation that was given, also to a place that it has not come to.</summary>
    public int Newest { get; init; }

    /// <summary>Counts changes of phase, so that late reports about an earlier step are recognised.</summary>
    public long Transition { get; init; }

    /// <summary>A claim that is on its way to a host and not answered yet.</summary>
    public HostOffer? Pledge { get; init; }

    /// <summary>Where the files lie while no host keeps room for the VM (STOPPED, UNDEPLOYED, and PENDING after them).</summary>
    public HostOffer? FilesOn { get; init; }

    /// <summary>PENDING after STOPPED or UNDEPLOYED: where it came from; PENDING itself when it is new.</summary>
    public VmState CameFrom { get; init; } = VmState.Pending;

    /// <summary>The action under way pulls the plug.</summary>
    public bool Hard { get; init; }

    /// <summary>A reboot or reset that was accepted and not done yet.</summary>
    public VmStep? Rebooting { get; init; }

    /// <summary>A change that its host makes now.</summary>
    public OngoingChange? Changing { get; init; }

    /// <summary>The way to another host that it is on now.</summary>
    public Migration? Moving { get; init; }

    /// <summary>What of it is to be removed from hosts that it is not on.</summary>
    public ImmutableArray<Remnant> Remnants { get; init; } = [];

    /// <summary>Of each disk that has or had any, in the order of their first.</summary>
    public ImmutableArray<DiskSnapshots> DiskSnapshots { get; init; } = [];

    /// <summary>Ids of devices and snapshots that were given are not given again: what an id left on a host is never another's.</summary>
    public int NextDisk { get; init; }
    public int NextNic { get; init; }
    public int NextSnapshot { get; init; }
    public bool Resched { get; init; }
    public int GraphicsPort { get; init; }
    public ImmutableArray<HistoryRecord> History { get; init; } = [];

    /// <summary>Null: it is not locked.</summary>
    public ObjectLock? Lock { get; init; }

    /// <summary>Its domain was made by somebody else and is adopted, on the one host where it is.</summary>
    public bool Imported => Specification.Yes(Template["IMPORTED"]);

    public Lifecycle.Phase Phase => new(State, Lcm);

    /// <summary>The host that keeps room for the VM, null when none does.</summary>
    public HostOffer? Host => Lifecycle.HoldsCapacity(State) && History is [.., { IsOpen: true } last] ? last.Host : null;

    /// <summary>All that has to be done for it now: at most one thing a host.</summary>
    public IEnumerable<VmWork> Works => Work is { } work ? Removals.Prepend(work) : Removals;

    /// <summary>What its next state waits for.</summary>
    public VmWork? Work => this switch
    {
        { Pledge: { } offer, State: VmState.Pending } => new VmWork.Claim(offer.Host, Generation),
        { Pledge: { } offer } => new VmWork.Perform(offer.Host, Generation, Transition, VmStep.Withdraw),
        { State: VmState.Pending, Imported: true } => null, // its place is where its domain is
        { State: VmState.Pending, MayRun: not null } => null,
        { State: VmState.Pending } => new VmWork.FindPlace(),
        { State: VmState.Active, Rebooting: { } step, Host: { } host } => new VmWork.Perform(host.Host, Generation, Transition, step),
        { State: VmState.Active, Lcm: LcmState.Running, Filters: FilterState.Pending, Host: { } host } =>
            new VmWork.Perform(host.Host, Generation, Transition, VmStep.Filter),
        { State: VmState.Active, Lcm: LcmState.Running, Command.IsExecuting: true, Host: { } host } =>
            new VmWork.Perform(host.Host, Generation, Transition, VmStep.AwaitCommand),
        { State: VmState.Active, Lcm: LcmState.Boot, Imported: true, Host: { } host } => new VmWork.Perform(host.Host, Generation, Transition, VmStep.Adopt),
        { State: VmState.Active, Moving: { } move, Host: { } host } when Lifecycle.StepOf(Lcm, Hard) is not null =>
            MovingWork(move, host, Generation, Transition, Lcm),
        { State: VmState.Active } when Lifecycle.StepOf(Lcm, Hard) is { } step && (Host ?? FilesOn) is { } host =>
            new VmWork.Perform(host.Host, Generation, Transition, step),
        _ => null,
    };

    /// <summary>Null VM: it is not there yet, and only <see cref="Create"/> makes it.</summary>
    public static Decision<IEvent> Decide(VirtualMachine? vm, ICommand command, DateTimeOffset now) => (vm, command) switch
    {
        (null, Create c) => Decision<IEvent>.Of(
        [
            new Created(c.Vm, now, c.Name, c.Owner, c.Permissions, c.Template, c.UserTemplate, c.OnHold),
            .. (c.Inherited.IsDefault ? [] : c.Inherited).Select(tree => new SnapshotsInherited(c.Vm, now, tree)),
        ]),
        (null, _) => Decision<IEvent>.No(Refusal.NotFound("virtual machine", command.Vm.Value)),
        ({ } there, Create c) => there.Name == c.Name && there.Owner == c.Owner && there.Template.Equals(c.Template.Without(ScheduleEntry.Name))
            ? Decision<IEvent>.Nothing
            : Decision<IEvent>.No(new(ErrorCode.Allocate, $"VM {c.Vm} exists already.", ObjectId: c.Vm.Value)),
        ({ } there, _) => there.Decide(command, now),
    };

    private Decision<IEvent> Decide(ICommand command, DateTimeOffset now) => command switch
    {
        Act act => Decide(act, now),
        Deploy deploy => Decide(deploy, now),
        Migrate migrate => Decide(migrate, now),
        Recover recover => Decide(recover, now),
        Change change => Decide(change, now),
        SecureNic secure => Decide(secure, now),
        SetRules set => Decide(set, now),
        UpdateConfiguration update => Decide(update, now),
        SetGroup set => Decide(set, now),
        PutSchedule put => Decide(put, now),
        DropSchedule drop => Decide(drop, now),
        RunSchedule run => Decide(run, now),
        FailSchedule failed => Decide(failed, now),
        RenameDiskSnapshot rename => Decide(rename, now),
        Rename rename => rename.Name == Name ? Nothing : Of(new Renamed(Id, now, rename.Name)),
        UpdateUserTemplate { Append: true } update => Of(new UserTemplateSet(Id, now, UserTemplate.Merge(update.Given))),
        UpdateUserTemplate update => Of(new UserTemplateSet(Id, now, update.Given)),
        Chmod chmod => chmod.Permissions == Permissions ? Nothing : Of(new PermissionsSet(Id, now, chmod.Permissions)),
        Chown chown => new Caller(chown.User ?? Owner.User, chown.Group ?? Owner.Group) is var owner && owner == Owner
            ? Nothing
            : Of(new OwnerSet(Id, now, owner)),
        VmProtocol.Lock take => ObjectLock.Take(Lock, take.By, take.IsAdmin, take.Test, Id.Value) is { } why
            ? Decision<IEvent>.No(why)
            : Of(new Locked(Id, now, take.Level, take.By)),
        Unlock lift => ObjectLock.Lift(Lock, lift.By, lift.IsAdmin, Id.Value) is { } why
            ? Decision<IEvent>.No(why)
            : Lock is null ? Nothing : Of(new Unlocked(Id, now)),
        Offer offer => State is VmState.Pending && Pledge is null && (FilesOn is null || FilesOn.Host == offer.Host.Host)
                && !Litters(offer.Host) && MayRun is null
            ? Of(new Offered(Id, now, offer.Host, Newest + 1, Caller.Nobody))
            : Nothing,
        NoPlace no => ((State is VmState.Pending && Pledge is null) || Resched) && UserTemplate["SCHED_MESSAGE"] != no.Why
            ? Of(new Unplaceable(Id, now, no.Why))
            : Nothing,
        ClaimGranted granted when Moving is { IsGranted: false } move => granted.Generation == move.Generation
            ? Of(new MigrationGranted(Id, now, move.Generation, granted.GraphicsPort))
            : Nothing,
        ClaimRefused refused when Moving is { IsGranted: false } move => refused.Generation == move.Generation
            ? Of(new MigrationRefused(Id, now, move.Generation, refused.Why))
            : Nothing,
        ClaimGranted granted => State is VmState.Pending && Pledge is not null && granted.Generation == Generation
            ? Of(new Placed(Id, now, Generation, granted.GraphicsPort))
            : Nothing,
        ClaimRefused refused => State is VmState.Pending && Pledge is not null && refused.Generation == Generation
            ? Of(new OfferRefused(Id, now, Generation, refused.Why))
            : Nothing,
        FillDisks fill => Decide(fill, now),
        StepReport report => Decide(report, now),
        Observe observe => Decide(observe, now),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "a command this version has never heard of"),
    };

    private Decision<IEvent> Decide(Act act, DateTimeOffset now)
    {
        if (act.Action is VmAction.Resched or VmAction.Unresched && Resched == act.Action is VmAction.Resched
            && Lifecycle.After(act.Action, Phase) is not null)
            return Nothing;
        if (Imported && act.Action is VmAction.Stop or VmAction.Undeploy or VmAction.UndeployHard)
            return Decision<IEvent>.No(Refusal.WrongState(
                $"VM {Id} was imported: its domain's definition is not the appliance's and cannot leave its host, so it cannot {StateNames.Of(act.Action)}.", Id.Value));
        if (act.Action is VmAction.TerminateHard && Lcm is LcmState.Shutdown && Hard)
            return Nothing;
        if (Lifecycle.After(act.Action, Phase) is not null)
            return Of(new ActionTaken(Id, now, act.Action, act.By));
        var why = act.Action is VmAction.Terminate or VmAction.TerminateHard
            ? $"Could not terminate VM {Id}, wrong state {Phase}."
            : $"Error performing action \"{StateNames.Of(act.Action)}\": This action is not available for state {Phase}";
        return Decision<IEvent>.No(Refusal.WrongState(why, Id.Value));
    }

    private Decision<IEvent> Decide(Deploy deploy, DateTimeOffset now)
    {
        if (State is not (VmState.Pending or VmState.Hold or VmState.Stopped or VmState.Undeployed))
            return Decision<IEvent>.No(Refusal.WrongState(
                $"Error performing action \"deploy\": This action is not available for state {Phase}", Id.Value));
        // On hold the pledge is being withdrawn; the next generation outlives a withdrawal that comes late.
        if (Pledge is { } pledge && (State is VmState.Pending || pledge.Host != deploy.Offer.Host))
            return pledge.Host == deploy.Offer.Host
                ? Nothing
                : Decision<IEvent>.No(Refusal.WrongState($"VM {Id} is being placed on host {pledge.Hostname} already.", Id.Value));
        if (FilesOn is { } files && files.Host != deploy.Offer.Host)
            return Decision<IEvent>.No(Refusal.WrongState(
                $"The files of VM {Id} are on host {files.Hostname}; it can only be deployed there.", Id.Value));
        if (MayRun is { } elsewhere)
            return Decision<IEvent>.No(Refusal.WrongState($"VM {Id} may run on host {elsewhere.Host.Hostname}; it can be deployed when it has been removed there.", Id.Value));
        if (Litters(deploy.Offer))
            return Decision<IEvent>.No(Refusal.WrongState(Littered(deploy.Offer), Id.Value));
        return Of(new Offered(Id, now, deploy.Offer, Newest + 1, deploy.By));
    }

    private Decision<IEvent> Decide(Recover recover, DateTimeOffset now)
    {
        // As OpenNebula: who asks for its end when it has ended is not told no.
        if (State is VmState.Done && recover.Operation is RecoverOperation.Delete)
            return Nothing;
        var step = State is VmState.Active ? Lifecycle.StepOf(Lcm, Hard) : null;
        var failed = State is VmState.Active ? Lifecycle.RetryOf(Lcm) : null;
        var possible = recover.Operation switch
        {
            _ when State is VmState.Done => false,
            RecoverOperation.Recreate when Imported || State is VmState.Cloning or VmState.CloningFailure => false,
            RecoverOperation.Failure => (step is not null && AfterFailure is not null) || Moving is { } move && Lifecycle.UndoOf(Lcm, move.Way) is not null,
            // What has arrived on the other host, only the hosts can say: the copy on this one would go (laws 1 and 6).
            RecoverOperation.Success when Lifecycle.IsMigration(Lcm) && Lcm is not LcmState.SaveMigrate => false,
            RecoverOperation.Success when Moving is { IsGranted: false } => false,
            // Nobody can declare a silent host clean: the VM would start elsewhere while it may still run there (law 1).
            RecoverOperation.Success when Lcm is LcmState.CleanupResubmit => false,
            RecoverOperation.Success => step is not null || (failed is { } f && Lifecycle.AfterDone(f) is not null),
            RecoverOperation.Retry => step is not null || failed is not null,
            _ => true,
        };
        return possible
            ? Of(new Recovered(Id, now, recover.Operation, recover.By))
            : Decision<IEvent>.No(Refusal.WrongState(
                $"Recover operation {(int)recover.Operation} ({recover.Operation}) is not available for state {Phase}", Id.Value));
    }

    private Decision<IEvent> Decide(StepReport report, DateTimeOffset now)
    {
        if (Removals.Any(r => report.Step is VmStep.Cleanup && (r.Generation, r.Transition) == (report.Generation, report.Transition)))
            return report.Outcome.Done ? Of(new StepDone(Id, now, report.Generation, VmStep.Cleanup, null)) : Nothing;
        if (Work is not VmWork.Perform { Step: var step } work || step != report.Step
            || work.Generation != report.Generation || work.Transition != report.Transition)
            return Nothing;
        if (report.Outcome is { Done: true, Command: var command } && (step is VmStep.AwaitCommand || command is not null))
            return Reported(step, command, now);
        if (report.Outcome.Done)
            return Of(new StepDone(Id, now, work.Generation, step, report.Outcome.DeployId));
        var lasting = step is VmStep.Withdraw || (step is VmStep.Cleanup && AfterFailure is null);
        return lasting ? Nothing : Of(new StepFailed(Id, now, work.Generation, step, report.Outcome.Error ?? "no reason given"));
    }

    private Decision<IEvent> Decide(Observe seen, DateTimeOffset now) =>
        ShowsArrival(seen)
        || (Host?.Host == seen.Host && Generation == seen.Generation && AfterSighting(seen.Sighting) is { } next && next != Phase)
            ? Of(new Observed(Id, now, seen.Sighting, seen.Detail))
            : Nothing;

    /// <summary>Evidence of the hypervisor changes states that wait for nobody; a silent host or a missing domain is UNKNOWN, never off.</summary>
    private Lifecycle.Phase? AfterSighting(Sighting sighting) => (State, Lcm, sighting) switch
    {
        (VmState.Active, LcmState.Running or LcmState.Unknown, Sighting.Running) => LcmState.Running,
        (VmState.Active, LcmState.Running or LcmState.Unknown, Sighting.Off or Sighting.Crashed) => VmState.Poweroff,
        (VmState.Active, LcmState.Running or LcmState.Unknown, Sighting.Paused or Sighting.Saved) => VmState.Suspended,
        (VmState.Active, LcmState.Running, Sighting.Missing or Sighting.Silent) => LcmState.Unknown,
        (VmState.Poweroff or VmState.Suspended, _, Sighting.Running) => LcmState.Running,
        (VmState.Suspended, _, Sighting.Crashed) => VmState.Poweroff,
        _ => null,
    };

    private static readonly Decision<IEvent> Nothing = Decision<IEvent>.Nothing;
    private static Decision<IEvent> Of(params IEvent[] events) => Decision<IEvent>.Of(events);
}

/// <summary>What a VM waits for.</summary>
public abstract record VmWork
{
    /// <summary>A host has to be found.</summary>
    public sealed record FindPlace : VmWork;

    /// <summary>The host has to grant room for this generation.</summary>
    public sealed record Claim(HostId Host, int Generation) : VmWork;

    /// <param name="Peer">the other host of a VM that moves</param>
    public sealed record Perform(HostId Host, int Generation, long Transition, VmStep Step, HostId? Peer = null) : VmWork;
}
