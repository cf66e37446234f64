using System.Collections.Immutable;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>What can be said to a VM and what it remembers. Commands are imperatives, events participles.</summary>
public static class VmProtocol
{
    public interface ICommand { VmId Vm { get; } }
    public interface IEvent { VmId Vm { get; } DateTimeOffset At { get; } }

    /// <summary>An answer to a command, given when its events are stored.</summary>
    public interface IReply { VmId Vm { get; } }

    /// <param name="Made">id of what was made of the VM, such as a snapshot</param>
    public sealed record Accepted(VmId Vm, int? Made = null) : IReply;
    public sealed record Refused(VmId Vm, Refusal Why) : IReply;

    /// <summary>The VM is not any more as it was when the command was weighed: it is to be weighed again.</summary>
    public sealed record Outweighed(VmId Vm) : IReply;

    // Commands of people.

    /// <param name="Permissions">nine bits, octal as OpenNebula writes them</param>
    /// <param name="Inherited">the snapshots that persistent images of its disks have</param>
    public sealed record Create(
        VmId Vm, string Name, Caller Owner, int Permissions, Template Template, Template UserTemplate, bool OnHold,
        ImmutableArray<DiskSnapshots> Inherited = default) : ICommand;
    public sealed record Act(VmId Vm, VmAction Action, Caller By) : ICommand;

    /// <summary>Places by hand; the host still has to grant the claim.</summary>
    public sealed record Deploy(VmId Vm, HostOffer Offer, Caller By) : ICommand;

    /// <summary>To another host, which has to grant the claim first. A VM that does not run goes as it is, whichever the way.</summary>
    public sealed record Migrate(VmId Vm, HostOffer To, MigrationWay Way, Caller By) : ICommand;

    /// <summary>A change of the VM where it is; its id, where it gets one, is in the answer.</summary>
    public sealed record Change(VmId Vm, VmChange What, Caller By) : ICommand;

    /// <summary>Puts a NIC into a security group, or takes it out.</summary>
    /// <param name="Rules">SECURITY_GROUP_RULE vectors of the group</param>
    public sealed record SecureNic(VmId Vm, int Nic, int Group, bool Attach, ImmutableArray<VectorAttribute> Rules, Caller By) : ICommand;

    /// <summary>The security group has these rules now; nothing to a VM that is not in it.</summary>
    /// <param name="Rules">SECURITY_GROUP_RULE vectors of the group</param>
    /// <param name="Again">the host is told even where the VM has these rules already</param>
    public sealed record SetRules(VmId Vm, int Group, ImmutableArray<VectorAttribute> Rules, bool Again, Caller By) : ICommand;

    /// <summary>one.vm.updateconf: what of the machine's description may be changed.</summary>
    /// <param name="Append">false: what may be changed and is not given goes</param>
    public sealed record UpdateConfiguration(VmId Vm, Template Given, bool Append, Caller By) : ICommand;

    /// <summary>Puts the VM into a role of a VM group, in place of the one that it had.</summary>
    /// <param name="Group">null: into none</param>
    public sealed record SetGroup(VmId Vm, int? Group, string Role, Caller By) : ICommand;

    /// <summary>Puts an entry into the VM's schedule; its id is in the answer.</summary>
    /// <param name="Id">of the entry that is changed; null: a new one</param>
    public sealed record PutSchedule(VmId Vm, int? Id, VectorAttribute Given, Caller By) : ICommand;
    public sealed record DropSchedule(VmId Vm, int Id, Caller By) : ICommand;

    /// <summary>Does what the entry says, if it is due.</summary>
    /// <param name="Zone">in which its days begin</param>
    public sealed record RunSchedule(VmId Vm, int Id, TimeZoneInfo Zone) : ICommand;

    /// <summary>What the entry says was refused before the VM was asked.</summary>
    public sealed record FailSchedule(VmId Vm, int Id, string Why) : ICommand;
    public sealed record RenameDiskSnapshot(VmId Vm, int Disk, int Snapshot, string Name, Caller By) : ICommand;
    public sealed record Recover(VmId Vm, RecoverOperation Operation, Caller By) : ICommand;
    public sealed record Rename(VmId Vm, string Name, Caller By) : ICommand;
    public sealed record UpdateUserTemplate(VmId Vm, Template Given, bool Append, Caller By) : ICommand;
    public sealed record Chmod(VmId Vm, int Permissions, Caller By) : ICommand;
    public sealed record Chown(VmId Vm, UserId? User, GroupId? Group, Caller By) : ICommand;

    /// <inheritdoc cref="ObjectLock.Take"/>
    public sealed record Lock(VmId Vm, LockLevel Level, UserId By, bool IsAdmin, bool Test) : ICommand;
    public sealed record Unlock(VmId Vm, UserId By, bool IsAdmin) : ICommand;

    // Commands of the scheduler and the hosts.

    /// <summary>The scheduler found a host; ignored when the VM does not wait any more.</summary>
    public sealed record Offer(VmId Vm, HostOffer Host) : ICommand;
    public sealed record NoPlace(VmId Vm, string Why) : ICommand;

    /// <summary>The images of the VM's disks as they are now; a VM that waits for them goes on, or learns that one will not come.</summary>
    public sealed record FillDisks(VmId Vm, ImmutableArray<PooledObject> Images) : ICommand;

    /// <summary>The host's answer to the claim for this generation.</summary>
    public sealed record ClaimGranted(VmId Vm, int Generation, int GraphicsPort) : ICommand;
    public sealed record ClaimRefused(VmId Vm, int Generation, string Why) : ICommand;

    /// <param name="Transition">the VM's transition the step was asked for; a report about an older one is void</param>
    public sealed record StepReport(VmId Vm, int Generation, long Transition, VmStep Step, StepOutcome Outcome) : ICommand;

    /// <summary>What a host saw of this VM, on evidence.</summary>
    public sealed record Observe(VmId Vm, HostId Host, int Generation, Sighting Sighting, string Detail) : ICommand;

    // Events.

    public sealed record Created(
        VmId Vm, DateTimeOffset At, string Name, Caller Owner, int Permissions, Template Template, Template UserTemplate, bool OnHold) : IEvent;

    /// <summary>An image of the VM was filled, or will not be.</summary>
    /// <param name="Disks">all of the VM's, as they are now</param>
    /// <param name="Why">null: nothing failed</param>
    public sealed record DisksFilled(VmId Vm, DateTimeOffset At, ImmutableArray<VectorAttribute> Disks, string? Why) : IEvent
    {
        public bool Equals(DisksFilled? other) => other is not null && (Vm, At, Why) == (other.Vm, other.At, other.Why) && Disks.SequenceEqual(other.Disks);

        public override int GetHashCode() => HashCode.Combine(Vm, At, Disks.Length);
    }

    /// <summary>A disk came with the snapshots that its persistent image has.</summary>
    public sealed record SnapshotsInherited(VmId Vm, DateTimeOffset At, DiskSnapshots Tree) : IEvent;

    /// <summary>An action was taken on: it changes the state at once or starts the way there.</summary>
    public sealed record ActionTaken(VmId Vm, DateTimeOffset At, VmAction Action, Caller By) : IEvent;

    /// <summary>The claim is on its way to this host; whoever recovers asks the same host again with the same generation.</summary>
    public sealed record Offered(VmId Vm, DateTimeOffset At, HostOffer Host, int Generation, Caller By) : IEvent;
    public sealed record OfferRefused(VmId Vm, DateTimeOffset At, int Generation, string Why) : IEvent;
    public sealed record Placed(VmId Vm, DateTimeOffset At, int Generation, int GraphicsPort) : IEvent;
    public sealed record Unplaceable(VmId Vm, DateTimeOffset At, string Why) : IEvent;
    public sealed record StepDone(VmId Vm, DateTimeOffset At, int Generation, VmStep Step, string? DeployId) : IEvent;
    public sealed record StepFailed(VmId Vm, DateTimeOffset At, int Generation, VmStep Step, string Why) : IEvent;

    /// <summary>It is to go to this host, and the claim for this generation is on its way there.</summary>
    public sealed record MigrationBegun(VmId Vm, DateTimeOffset At, HostOffer To, int Generation, MigrationWay Way, Caller By) : IEvent;

    /// <summary>The new host keeps room: it leaves.</summary>
    public sealed record MigrationGranted(VmId Vm, DateTimeOffset At, int Generation, int GraphicsPort) : IEvent;
    public sealed record MigrationRefused(VmId Vm, DateTimeOffset At, int Generation, string Why) : IEvent;

    /// <summary>A change was taken on; the end of the host's step ends it.</summary>
    public sealed record ChangeBegun(VmId Vm, DateTimeOffset At, VmChange What, Caller By) : IEvent;

    /// <summary>The guest has started the VM's command, or the command has ended.</summary>
    public sealed record CommandReported(VmId Vm, DateTimeOffset At, CommandReport Report) : IEvent;

    /// <summary>TEMPLATE was changed and no host has to do anything about it.</summary>
    public sealed record Reconfigured(VmId Vm, DateTimeOffset At, Template Template, HistoryAction Word, Caller By) : IEvent;

    /// <param name="Rules">all SECURITY_GROUP_RULE vectors of the VM from now on</param>
    /// <param name="Nic">the NIC that is in other groups now; null: none is</param>
    /// <param name="Groups">its SECURITY_GROUPS from now on</param>
    /// <param name="Tell">the host has to be told</param>
    /// <param name="Word">history's word; null: it has none for this</param>
    public sealed record RulesSet(
        VmId Vm, DateTimeOffset At, Template Rules, int? Nic, string? Groups, bool Tell, HistoryAction? Word, Caller By) : IEvent;
    public sealed record ScheduleSet(VmId Vm, DateTimeOffset At, VectorAttribute Entry) : IEvent;
    public sealed record ScheduleDropped(VmId Vm, DateTimeOffset At, int Id) : IEvent;
    public sealed record DiskSnapshotRenamed(VmId Vm, DateTimeOffset At, int Disk, int Snapshot, string Name) : IEvent;
    public sealed record Observed(VmId Vm, DateTimeOffset At, Sighting Sighting, string Detail) : IEvent;
    public sealed record Recovered(VmId Vm, DateTimeOffset At, RecoverOperation Operation, Caller By) : IEvent;
    public sealed record Renamed(VmId Vm, DateTimeOffset At, string Name) : IEvent;
    public sealed record UserTemplateSet(VmId Vm, DateTimeOffset At, Template UserTemplate) : IEvent;
    public sealed record PermissionsSet(VmId Vm, DateTimeOffset At, int Permissions) : IEvent;
    public sealed record OwnerSet(VmId Vm, DateTimeOffset At, Caller Owner) : IEvent;
    public sealed record Locked(VmId Vm, DateTimeOffset At, LockLevel Level, UserId By) : IEvent;
    public sealed record Unlocked(VmId Vm, DateTimeOffset At) : IEvent;
}

/// <summary>A host that might take the VM, with what its history record needs to know of it.</summary>
public sealed record HostOffer(HostId Host, string Hostname, int Cluster, int Datastore, string VmMad, string TmMad);

/// <summary>What the host's hypervisor shows of a VM.</summary>
public enum Sighting
{
    Running, Off, Crashed, Paused, Saved,
    /// <summary>The host answered, completely, and the VM was not among its domains.</summary>
    Missing,
    /// <summary>The host does not answer.</summary>
    Silent,
}
