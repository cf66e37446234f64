using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Hooks;

/// <summary>
/// The queue of hooks: stores what happened before it is acknowledged, and runs the commands, one at a time for each hook. States of
/// hosts, images and networks are noticed while a controller runs; those of VMs and answered calls outlive any crash.
/// </summary>
public sealed class HookActor : StoredEntity, IWithTimers
{
    /// <summary>As many as OpenNebula's hook manager runs at a time.</summary>
    private const int MostAtOnce = 10;

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    private readonly Inventory.Inventory _inventory;
    private readonly HookDocuments _documents;
    private readonly RunHook _run;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<int> _running = [];
    private readonly Dictionary<(PoolKind Kind, int Id), string> _states = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private HookQueue _queue = HookQueue.Empty;

    public HookActor(Inventory.Inventory inventory, HookDocuments documents, RunHook run, ControlPlaneSettings settings, Meters meters, TimeProvider time)
        : base(EntityKind.Hooks, Entities.Hooks, meters, time)
    {
        (_inventory, _documents, _run) = (inventory, documents, run);
        Beat = settings.ReadEvery;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Beat { get; }

    protected override void PreStart() => Timers.StartPeriodicTimer("look", Look.Instance, Beat);

    protected override void PostStop()
    {
        _stop.Cancel();
        base.PostStop();
    }

    protected override void OnRecover(object message)
    {
        if (message is HookProtocol.IEvent e)
            _queue = _queue.Apply(e);
        else if (message is RecoveryCompleted)
            _inventory.Put(_queue);
    }

    protected override void Take(object message)
    {
        switch (message)
        {
            case HookProtocol.ICommand command:
                Handle(command);
                break;
            case Ended ended:
                Handle(new HookProtocol.Report(ended.Hook, ended.Outcome));
                break;
            case Look:
                LookAtStates();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void Woken()
    {
        ForgetTheGone();
        LookAtStates();
        RunWhatWaits();
    }

    private void Handle(HookProtocol.ICommand command)
    {
        var asker = Sender;
        var decision = _queue.Decide(command, Time.GetUtcNow());
        if (decision.Refusal is { } why)
        {
            asker.Tell(new HookProtocol.Refused(why));
            return;
        }

        foreach (var e in decision.Events)
            _queue = _queue.Apply(e);
        var decided = _queue;
        StoreAll(decision.Events, () =>
        {
            _inventory.Put(decided);
            if (command is HookProtocol.Report report)
                _running.Remove(report.Hook);
            if (Answer(command) is { } answer)
                asker.Tell(answer);
            RunWhatWaits();
        });
    }

    private static HookProtocol.Taken? Answer(HookProtocol.ICommand command) => command switch
    {
        HookProtocol.Fire fire => new(fire.Hook, fire.Source, fire.Sequence),
        HookProtocol.Retry retry => new(retry.Hook, "", 0),
        HookProtocol.Forget forget => new(forget.Hook, "", 0),
        _ => null,
    };

    /// <summary>By what is stored: an execution is only begun for what a crash cannot lose.</summary>
    private void RunWhatWaits()
    {
        foreach (var (id, line) in _inventory.Hooks.Lines)
        {
            if (_running.Count >= MostAtOnce)
                return;
            if (line.Waiting.IsEmpty || _queue.Of(id).Waiting.IsEmpty || _inventory.Find(PoolKind.Hook, id) is not { } hook || !_running.Add(id))
                continue;
            var arguments = line.Waiting[0].Arguments;
            var asStdin = hook.Template["ARGUMENTS_STDIN"]?.ToUpperInvariant() is "YES" or "TRUE";
            _log.Info("hook {0} ({1}) is run", id, hook.Name);
            _run(
                new(hook.Template["COMMAND"]!, asStdin ? [] : arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), asStdin ? arguments : null, Timeout(hook.Template)),
                _stop.Token)
                .PipeTo(Self, success: outcome => new Ended(id, outcome), failure: e => new Ended(id, new(hook.Template["COMMAND"]!, HookOutcome.NotRun, "", e.Message)));
        }
    }

    private static TimeSpan Timeout(Template hook) => int.TryParse(hook["TIMEOUT"], out var seconds) ? TimeSpan.FromSeconds(seconds) : DefaultTimeout;

    /// <summary>What was left of hooks whose end was not told: a crash came between.</summary>
    private void ForgetTheGone()
    {
        foreach (var id in _queue.Lines.Keys.Where(id => _inventory.Find(PoolKind.Hook, id) is null).ToList())
            Handle(new HookProtocol.Forget(id));
    }

    private void LookAtStates()
    {
        var hooks = _inventory.All(PoolKind.Hook).Values;
        foreach (var (kind, resource, word) in Watched)
            foreach (var o in _inventory.All(kind).Values)
            {
                var state = word(_inventory, o);
                var known = _states.TryGetValue((kind, o.Id), out var before);
                _states[(kind, o.Id)] = state;
                if (!known || before == state)
                    continue;
                foreach (var hook in HookConditions.OfState(hooks, resource, state))
                    Self.Tell(new HookProtocol.Fire(hook.Id, "", 0, HookConditions.Arguments(hook, "$TEMPLATE", () => _documents.Object(o))), ActorRefs.NoSender);
            }
    }

    private static readonly (PoolKind Kind, string Resource, Func<Inventory.Inventory, PooledObject, string> State)[] Watched =
    [
        (PoolKind.Host, "HOST", static (inventory, o) => HookTemplate.HostWord(inventory.Host(new(o.Id))?.State ?? Core.Hosts.HostState.Init)),
        (PoolKind.Image, "IMAGE", static (_, o) => HookTemplate.ImageStates.ElementAtOrDefault(o.FactInt("STATE")) ?? ""),
        (PoolKind.VirtualNetwork, "NET", static (_, o) => HookTemplate.NetworkStates.ElementAtOrDefault(o.FactInt("STATE")) ?? ""),
    ];

    private sealed record Ended(int Hook, HookOutcome Outcome);

    private sealed class Look
    {
        public static readonly Look Instance = new();
    }
}
