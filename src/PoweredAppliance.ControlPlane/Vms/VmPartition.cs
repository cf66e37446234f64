using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Vms;

/// <summary>
/// Keeps the VMs of one partition as values. Commands are decided against the newest state, stored or not; answers, the picture
/// in Inventory and the work that follows leave when the events are stored. What is stored says what has to be done
/// (<see cref="VirtualMachine.Work"/>), so a recovered partition asks for all unfinished work again; so does a slow beat,
/// because a host or the scheduler may have lost what it was asked.
/// </summary>
public sealed class VmPartition : UntypedPersistentActor, IWithTimers
{
    private readonly Dictionary<int, VirtualMachine> _vms = [];
    private readonly Dictionary<int, List<VmProtocol.IEvent>> _history = [];

    /// <summary>VMs that wait for somebody, by what was stored last.</summary>
    private readonly Dictionary<int, VirtualMachine> _waiting = [];
    private readonly Inventory.Inventory _inventory;
    private readonly TimeProvider _time;
    private readonly IActorRef _region;
    private readonly Meters _meters;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public VmPartition(int number, IActorRef region, Inventory.Inventory inventory, ControlPlaneSettings settings, Meters meters, TimeProvider time)
    {
        (_region, _inventory, _meters, _time, PersistenceId) = (region, inventory, meters, time, $"vms-{number}");
        Beat = settings.AskAgainAfter;
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Beat { get; }

    protected override void PreStart() => Timers.StartPeriodicTimer("ask-again", AskAgain.Instance, Beat);

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case VmProtocol.IEvent e:
                _vms[e.Vm.Value] = VirtualMachine.Apply(_vms.GetValueOrDefault(e.Vm.Value), e);
                Remember(e);
                break;
            case RecoveryCompleted:
                foreach (var vm in _vms.Values)
                {
                    _inventory.Put(vm, _history[vm.Id.Value]);
                    FollowUp(vm);
                }

                _history.Clear();
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        Take(message);
        _meters.Handled("partition", began);
    }

    private void Take(object message)
    {
        switch (message)
        {
            case VmProtocol.ICommand command:
                Handle(command);
                break;
            case AskAgain:
                foreach (var vm in _waiting.Values.ToList())
                    FollowUp(vm);
                break;
            case Wake:
                Sender.Tell(Awake.Instance);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Handle(VmProtocol.ICommand command)
    {
        var asker = Sender;
        if (TryDecide(command) is not var (decision, decided))
        {
            asker.Tell(new VmProtocol.Refused(command.Vm, new(ErrorCode.Internal, $"VM {command.Vm} cannot take {command.GetType().Name}; the log says why.", ObjectId: command.Vm.Value)));
            return;
        }

        if (decision.Refusal is { } why)
        {
            asker.Tell(new VmProtocol.Refused(command.Vm, why));
            return;
        }

        if (decision.Events.Count == 0)
        {
            // What makes it so already may not be stored yet: the answer queues behind it.
            DeferAsync(command, _ => asker.Tell(new VmProtocol.Accepted(command.Vm)));
            return;
        }

        _vms[command.Vm.Value] = decided!;
        var (left, since) = (decision.Events.Count, _time.GetTimestamp());
        PersistAllAsync(decision.Events, _ =>
        {
            if (--left > 0)
                return;
            _meters.Stored(decision.Events.Count, _time.GetElapsedTime(since));
            _inventory.Put(decided!, decision.Events);
            asker.Tell(new VmProtocol.Accepted(command.Vm));
            FollowUp(decided!);
        });
    }

    /// <summary>Null where the rules broke: that VM's command is refused, its neighbours go on (law 10).</summary>
    private (Decision<VmProtocol.IEvent> Decision, VirtualMachine? After)? TryDecide(VmProtocol.ICommand command)
    {
        try
        {
            var vm = _vms.GetValueOrDefault(command.Vm.Value);
            var decision = VirtualMachine.Decide(vm, command, _time.GetUtcNow());
            return (decision, decision.Events.Aggregate(vm, VirtualMachine.Apply));
        }
        catch (Exception e)
        {
            _log.Error(e, "VM {0} cannot take {1}", command.Vm, command);
            return null;
        }
    }

    private void FollowUp(VirtualMachine vm)
    {
        if (vm.Work is not { } work)
        {
            _waiting.Remove(vm.Id.Value);
            return;
        }

        _waiting[vm.Id.Value] = vm;
        switch (work)
        {
            case VmWork.FindPlace:
                _region.Tell(SchedulerProtocol.Demand.Of(vm));
                break;
            case VmWork.Claim claim:
                _region.Tell(new HostProtocol.Claim(
                    claim.Host, vm.Id, claim.Generation, Specification.Room(vm.Template), vm.Template.Vector("GRAPHICS") is not null));
                break;
            case VmWork.Perform perform:
                _region.Tell(new HostProtocol.Perform(
                    perform.Host, new HostStep(vm.Id, perform.Generation, perform.Step, Specification.Of(vm)), perform.Transition));
                break;
        }
    }

    private void Remember(VmProtocol.IEvent e)
    {
        if (!_history.TryGetValue(e.Vm.Value, out var events))
            _history[e.Vm.Value] = events = new(6);
        events.Add(e);
    }

    private sealed class AskAgain
    {
        public static readonly AskAgain Instance = new();
    }
}
