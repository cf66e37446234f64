using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using PoweredAppliance.ControlPlane.Hooks;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Vms;

/// <summary>
/// Keeps the VMs of one partition as values. Commands are decided against the newest state, stored or not; answers, the picture
/// in Inventory and the work that follows leave when the events are stored. What is stored says what has to be done
/// (<see cref="VirtualMachine.Works"/>), so a recovered partition asks for all unfinished work again; so does a slow beat,
/// because a host or the scheduler may have lost what it was asked.
/// </summary>
public sealed partial class VmPartition : StoredEntity, IWithTimers
{
    private readonly Dictionary<int, VirtualMachine> _vms = [];
    private readonly Dictionary<int, List<VmProtocol.IEvent>> _history = [];

    /// <summary>VMs that wait for somebody, by what was stored last.</summary>
    private readonly Dictionary<int, VirtualMachine> _waiting = [];
    private readonly Inventory.Inventory _inventory;
    private readonly IActorRef _region;
    private readonly HookOutbox _hooks;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public VmPartition(
        int number, IActorRef region, Inventory.Inventory inventory, HookDocuments documents, ControlPlaneSettings settings, Meters meters, TimeProvider time)
        : base(EntityKind.VmPartition, $"vms-{number}", meters, time)
    {
        (_region, _inventory) = (region, inventory);
        _hooks = new(region, inventory, documents);
        Beat = settings.AskAgainAfter;
        SnapshotPluginId = Persistence.Journal.PicturesPlugin;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Beat { get; }

    protected override void PreStart() => Timers.StartPeriodicTimer("ask-again", AskAgain.Instance, Beat);

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: PartitionPicture picture } offer:
                Recall(offer.Metadata, picture);
                break;
            case VmProtocol.IEvent e:
                var before = _vms.GetValueOrDefault(e.Vm.Value);
                var after = _vms[e.Vm.Value] = VirtualMachine.Apply(before, e);
                _hooks.Changed(before, after, e.At);
                Remember(e);
                break;
            case RecoveryCompleted:
                foreach (var vm in _vms.Values)
                {
                    _inventory.Put(vm, _history.GetValueOrDefault(vm.Id.Value) ?? []);
                    FollowUp(vm);
                }

                foreach (var vm in _history.Keys)
                    Changed(vm);
                _history.Clear();
                break;
        }
    }

    protected override void Take(object message)
    {
        switch (message)
        {
            case VmProtocol.ICommand command:
                Handle(command);
                break;
            case Weighed weighed:
                Handle(weighed.Command, weighed);
                break;
            case AskAgain:
                foreach (var vm in _waiting.Values.ToList())
                    FollowUp(vm);
                _hooks.TellAgain();
                TakePicture();
                break;
            case SaveSnapshotSuccess taken:
                Taken(taken.Metadata);
                break;
            case SaveSnapshotFailure failed:
                NotTaken(failed.Cause);
                break;
            case HookProtocol.Taken taken:
                _hooks.Taken(taken);
                break;
            case PoolProtocol.IReply:
                break; // an image has its record of snapshots; what it has not is told again
            default:
                Unhandled(message);
                break;
        }
    }

    /// <param name="weighed">null: it costs nobody anything, whatever it finds</param>
    private void Handle(VmProtocol.ICommand command, Weighed? weighed = null)
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

        var known = _vms.GetValueOrDefault(command.Vm.Value);
        if (decision.Events.Count > 0 && weighed?.Covers(known, decided!, _inventory.Usages.Generic) is false)
        {
            // Told when what it was overtaken by is stored, and shows to who weighs it again.
            StoreAll(Decision<VmProtocol.IEvent>.Nothing.Events, () => asker.Tell(new VmProtocol.Outweighed(command.Vm)));
            return;
        }

        _vms[command.Vm.Value] = decided!;
        StoreAll(decision.Events, () =>
        {
            if (decision.Events.Count > 0)
            {
                _inventory.Put(decided!, decision.Events);
                Changed(command.Vm.Value);
                FollowUp(decided!);
                foreach (var e in decision.Events)
                {
                    var before = known;
                    known = VirtualMachine.Apply(before, e);
                    _hooks.Changed(before, known, e.At);
                }
            }

            asker.Tell(new VmProtocol.Accepted(command.Vm, decision.Events switch
            {
                [VmProtocol.ChangeBegun begun] => begun.What.Made,
                [VmProtocol.ScheduleSet set] => ScheduleEntry.IdOf(set.Entry),
                _ => null,
            }));
        });
    }

    /// <summary>Null where the rules broke: that VM's command is refused, its neighbours go on (law 10).</summary>
    private (Decision<VmProtocol.IEvent> Decision, VirtualMachine? After)? TryDecide(VmProtocol.ICommand command)
    {
        try
        {
            var vm = _vms.GetValueOrDefault(command.Vm.Value);
            var decision = VirtualMachine.Decide(vm, command, Time.GetUtcNow());
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
        foreach (var (image, record) in vm.SnapshotRecords)
            if (_inventory.Find(PoolKind.Image, image) is { } there && there.Fact(ImageSnapshots.Fact) != record)
                _region.Tell(new PoolProtocol.SetFacts(PoolKind.Image, image, ImmutableSortedDictionary<string, string>.Empty.Add(ImageSnapshots.Fact, record)), Self);
        if (vm.Work is null && vm.Remnants.IsEmpty)
        {
            _waiting.Remove(vm.Id.Value);
            return;
        }

        _waiting[vm.Id.Value] = vm;
        foreach (var work in vm.Works)
            _region.Tell(work switch
            {
                VmWork.FindPlace => SchedulerProtocol.Demand.Of(vm),
                VmWork.Claim claim => new HostProtocol.Claim(
                    claim.Host, vm.Id, claim.Generation, Specification.Room(vm.Template), vm.Template.Vector("GRAPHICS") is not null),
                VmWork.Perform perform => HostProtocol.Perform.Of(vm, perform),
                _ => throw new InvalidOperationException($"nobody does {work}"),
            });
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
