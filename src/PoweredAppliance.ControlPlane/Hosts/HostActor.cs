using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Hosts;

/// <summary>
/// One host: the only writer of its claims, and the only user of its driver. Claims are stored before they are granted.
/// Every message of the driver comes back as a message; nothing here waits.
/// <code>
///  Aside (offline, retired, unconfigured) ──enabled──► Reaching ──it answers──► Up ──no answer for SilentAfter──► Silent
///                                                                             ▲                                     │
///                                                                             └──────────────it answers────────────┘
/// </code>
/// Steps run one at a time per VM and side by side for different VMs. A newer step cancels the older one of the same VM.
/// What a host cannot do now (silent, no driver) is not answered: it is looked at again when the host answers, and the VM's
/// partition asks again.
/// </summary>
public sealed partial class HostActor : StoredEntity, IWithTimers
{
    private readonly Inventory.Inventory _inventory;
    private readonly ControlPlaneSettings _settings;
    private readonly HostDriverFactory _drivers;
    private readonly IActorRef _region;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    private readonly List<(VmId Vm, int Generation)> _settled = [];
    private Host _host;
    private Phase _phase = Phase.Aside;
    private HostState _state = HostState.Init;
    private HostState _prevState = HostState.Init;

    public HostActor(
        HostId id, IActorRef region, Inventory.Inventory inventory, HostDriverFactory drivers, ControlPlaneSettings settings,
        Meters meters, TimeProvider time)
        : base(EntityKind.Host, $"host-{id}", meters, time) =>
        (_region, _inventory, _drivers, _settings, _host) = (region, inventory, drivers, settings, new Host(id));

    private enum Phase { Aside, Reaching, Up, Silent }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer("beat", Beat.Instance, TimeSpan.FromMilliseconds(10), _settings.ReadEvery);

    protected override void PostStop()
    {
        Forget();
        base.PostStop();
    }

    protected override void OnRecover(object message)
    {
        if (message is HostProtocol.IEvent e)
            _host = _host.Apply(e);
        else if (message is RecoveryCompleted)
            Publish();
    }

    protected override void Take(object message)
    {
        switch (message)
        {
            case HostProtocol.Perform perform:
                Take(perform);
                break;
            case HostProtocol.Claim claim:
                Decide(claim);
                break;
            case HostProtocol.ICommand command:
                Decide(command);
                break;
            case IHostQuery query:
                Answer(query);
                break;
            case Beat:
                Pulse();
                break;
            case LookNow:
                Look();
                break;
            case Inspected inspected:
                Heard(inspected);
                break;
            case ReadDone read:
                Heard(read);
                break;
            case CallFailed failed:
                NotHeard(failed);
                break;
            case Noticed noticed:
                Heard(noticed);
                break;
            case StepEnded ended:
                Ended(ended);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Decide(HostProtocol.Claim claim)
    {
        var decision = _host.Decide(claim, Time.GetUtcNow());
        if (decision.Refusal is { } why)
        {
            _region.Tell(new VmProtocol.ClaimRefused(claim.Vm, claim.Generation, why.Text));
            _settled.Add((claim.Vm, claim.Generation));
            Report();
            return;
        }

        Store(decision, () =>
        {
            _settled.Add((claim.Vm, claim.Generation));
            if (_host.Claims.TryGetValue(claim.Vm.Value, out var held) && held.Generation == claim.Generation)
                _region.Tell(new VmProtocol.ClaimGranted(claim.Vm, claim.Generation, held.GraphicsPort));
        });
    }

    private void Decide(HostProtocol.ICommand command)
    {
        var asker = Sender;
        var decision = _host.Decide(command, Time.GetUtcNow());
        if (decision.Refusal is { } why)
        {
            asker.Tell(new HostProtocol.Refused(_host.Id, why));
            return;
        }

        Store(decision, () =>
        {
            if (command is HostProtocol.Configure or HostProtocol.Retire && decision.Events.Count > 0)
                Readdress();
            // Inventory has it by now (law 9).
            asker.Tell(new HostProtocol.Accepted(_host.Id));
        });
    }

    /// <summary>Applied at once, so that the next claim is decided against it; told to the world when stored.</summary>
    private void Store(Decision<HostProtocol.IEvent> decision, Action then)
    {
        foreach (var e in decision.Events)
            _host = _host.Apply(e);
        StoreAll(decision.Events, () =>
        {
            then();
            if (decision.Events.Count > 0)
                Publish();
        });
    }

    private void Publish()
    {
        var next = _host switch
        {
            { Settings: null } => HostState.Init,
            { Settings.Status: HostStatus.Offline } => HostState.Offline,
            { Settings.Status: HostStatus.Disabled } => HostState.Disabled,
            _ => _phase switch { Phase.Up => HostState.Monitored, Phase.Silent => HostState.Error, _ => HostState.Init },
        };
        if (next != _state)
            (_prevState, _state) = (_state, next);
        if (_host.Retired)
            return;
        _inventory.Put(new HostPicture(
            _host.Id, _state, _prevState, _host.Total, _host.Usable, _host.Allocated, _host.Claims, _facts, _usage, _wild, _silence));
        Report();
    }

    private void Report()
    {
        if (_host.Settings is not { } settings || _host.Retired)
            return;
        _region.Tell(new SchedulerProtocol.HostReport(
            _host.Id, settings, _phase is Phase.Up, _host.Usable, _host.Allocated, _host.Claims.Count, [.. _settled]));
        _settled.Clear();
    }

    private sealed class Beat
    {
        public static readonly Beat Instance = new();
    }

    private sealed class LookNow
    {
        public static readonly LookNow Instance = new();
    }

    private sealed record Inspected(int Connection, HostFacts Facts);

    /// <param name="Began">timestamp: what ended later may not be in it</param>
    /// <param name="Coming">VMs that were on their way here then</param>
    private sealed record ReadDone(int Connection, HostReading Reading, long Began, IReadOnlySet<VmId> Coming);

    private sealed record CallFailed(int Connection, Exception Why);

    private sealed record Noticed(int Connection, HostNotice Notice);

    private sealed record StepEnded(HostStep Step, long Transition, StepOutcome? Outcome, Exception? Error);
}
