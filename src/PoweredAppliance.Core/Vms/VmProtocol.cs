using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>What can be said to a VM and what it remembers. Commands are imperatives, events participles.</summary>
public static class VmProtocol
{
    public interface ICommand { VmId Vm { get; } }
    public interface IEvent { VmId Vm { get; } DateTimeOffset At { get; } }

    /// <summary>An answer to a command, given when its events are stored.</summary>
    public interface IReply { VmId Vm { get; } }
    public sealed record Accepted(VmId Vm) : IReply;
    public sealed record Refused(VmId Vm, Refusal Why) : IReply;

    // Commands of people.

    /// <param name="Permissions">nine bits, octal as OpenNebula writes them</param>
    public sealed record Create(
        VmId Vm, string Name, Caller Owner, int Permissions, Template Template, Template UserTemplate, bool OnHold) : ICommand;
    public sealed record Act(VmId Vm, VmAction Action, Caller By) : ICommand;

    /// <summary>Places by hand; the host still has to grant the claim.</summary>
    public sealed record Deploy(VmId Vm, HostOffer Offer, Caller By) : ICommand;
    public sealed record Recover(VmId Vm, RecoverOperation Operation, Caller By) : ICommand;
    public sealed record Rename(VmId Vm, string Name, Caller By) : ICommand;
    public sealed record UpdateUserTemplate(VmId Vm, Template Given, bool Append, Caller By) : ICommand;
    public sealed record Chmod(VmId Vm, int Permissions, Caller By) : ICommand;
    public sealed record Chown(VmId Vm, UserId? User, GroupId? Group, Caller By) : ICommand;

    // Commands of the scheduler and the hosts.

    /// <summary>The scheduler found a host; ignored when the VM does not wait any more.</summary>
    public sealed record Offer(VmId Vm, HostOffer Host) : ICommand;
    public sealed record NoPlace(VmId Vm, string Why) : ICommand;

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

    /// <summary>An action was taken on: it changes the state at once or starts the way there.</summary>
    public sealed record ActionTaken(VmId Vm, DateTimeOffset At, VmAction Action, Caller By) : IEvent;

    /// <summary>The claim is on its way to this host; whoever recovers asks the same host again with the same generation.</summary>
    public sealed record Offered(VmId Vm, DateTimeOffset At, HostOffer Host, int Generation, Caller By) : IEvent;
    public sealed record OfferRefused(VmId Vm, DateTimeOffset At, int Generation, string Why) : IEvent;
    public sealed record Placed(VmId Vm, DateTimeOffset At, int Generation, int GraphicsPort) : IEvent;
    public sealed record Unplaceable(VmId Vm, DateTimeOffset At, string Why) : IEvent;
    public sealed record StepDone(VmId Vm, DateTimeOffset At, int Generation, VmStep Step, string? DeployId) : IEvent;
    public sealed record StepFailed(VmId Vm, DateTimeOffset At, int Generation, VmStep Step, string Why) : IEvent;
    public sealed record Observed(VmId Vm, DateTimeOffset At, Sighting Sighting, string Detail) : IEvent;
    public sealed record Recovered(VmId Vm, DateTimeOffset At, RecoverOperation Operation, Caller By) : IEvent;
    public sealed record Renamed(VmId Vm, DateTimeOffset At, string Name) : IEvent;
    public sealed record UserTemplateSet(VmId Vm, DateTimeOffset At, Template UserTemplate) : IEvent;
    public sealed record PermissionsSet(VmId Vm, DateTimeOffset At, int Permissions) : IEvent;
    public sealed record OwnerSet(VmId Vm, DateTimeOffset At, Caller Owner) : IEvent;
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
