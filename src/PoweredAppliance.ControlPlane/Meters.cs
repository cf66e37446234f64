using System.Collections.Concurrent;
using Akka.Dispatch.MessageQueues;
using Prometheus;

namespace PoweredAppliance.ControlPlane;

/// <summary>This controller's own measurements, for /metrics. Names are promises; see docs/monitoring.md.</summary>
public sealed class Meters
{
    private static readonly EntityKind[] Kinds = Enum.GetValues<EntityKind>();
    private static readonly double[] Fast = [.000001, .00001, .0001, .001, .01, .1, 1];
    private static readonly double[] Slow = [.001, .005, .025, .1, .5, 1, 5, 15, 60];

    private readonly Histogram _placement, _step, _call, _store;
    private readonly Counter _silences, _events;
    private readonly IHistogram[] _messages;
    private readonly IGauge[] _waiting;
    private readonly ConcurrentDictionary<IMessageQueue, EntityKind> _mailboxes = new();
    private long _stored;

    public Meters(CollectorRegistry registry)
    {
        var metrics = Metrics.WithCustomRegistry(registry);
        _placement = metrics.CreateHistogram("powered_placement_seconds", "Time to choose a host for one VM.", new HistogramConfiguration { Buckets = Fast });
        _step = metrics.CreateHistogram("powered_host_step_seconds", "Time a host took for one step of a VM.", ["step"], new HistogramConfiguration { Buckets = Slow });
        _call = metrics.CreateHistogram("powered_hypervisor_call_seconds", "Time of one call of a host's driver.", ["call"], new HistogramConfiguration { Buckets = Slow });
        _silences = metrics.CreateCounter("powered_host_silences_total", "How often a host fell silent.");
        _store = metrics.CreateHistogram("powered_journal_write_seconds", "Time from a decision to its events being stored.", new HistogramConfiguration { Buckets = Slow });
        _events = metrics.CreateCounter("powered_journal_events_total", "Events stored by this controller.");
        var messages = metrics.CreateHistogram(
            "powered_actor_message_seconds", "Time an actor took for one message; its count is the rate.", ["actor"], new HistogramConfiguration { Buckets = Fast });
        var waiting = metrics.CreateGauge("powered_actor_mailbox_messages", "Messages that wait in the mailboxes of all actors of a kind.", "actor");
        _messages = [.. Kinds.Select(kind => messages.WithLabels(Word(kind)))];
        _waiting = [.. Kinds.Select(kind => waiting.WithLabels(Word(kind)))];
        registry.AddBeforeCollectCallback(CountWaiting);
    }

    public IDisposable Placement() => _placement.NewTimer();
    public IDisposable Step(string step) => _step.WithLabels(step).NewTimer();
    public IDisposable Call(string call) => _call.WithLabels(call).NewTimer();

    /// <summary>An actor of this kind takes one message, until it is disposed of.</summary>
    public IDisposable Message(EntityKind actor) => _messages[(int)actor].NewTimer();

    public void Silence() => _silences.Inc();

    /// <summary>Told how many events this controller has stored, after they are and before anybody is answered.</summary>
    public Action<long>? OnStored { get; set; }

    public void Stored(int events, TimeSpan after)
    {
        OnStored?.Invoke(Interlocked.Add(ref _stored, events));
        _events.Inc(events);
        _store.Observe(after.TotalSeconds);
    }

    internal void Opened(EntityKind actor, IMessageQueue mailbox) => _mailboxes[mailbox] = actor;

    internal void Closed(IMessageQueue mailbox) => _mailboxes.TryRemove(mailbox, out _);

    /// <summary>Asked of the queues themselves when somebody scrapes: no message pays for it, and no count can drift.</summary>
    private void CountWaiting()
    {
        var waiting = new long[Kinds.Length];
        foreach (var (mailbox, actor) in _mailboxes)
            waiting[(int)actor] += mailbox.Count;
        for (var kind = 0; kind < waiting.Length; kind++)
            _waiting[kind].Set(waiting[kind]);
    }

    private static string Word(EntityKind kind) => kind switch
    {
        EntityKind.VmPartition => "vm_partition",
        EntityKind.VmIds => "vm_ids",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
