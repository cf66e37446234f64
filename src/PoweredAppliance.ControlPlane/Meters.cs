using Prometheus;

namespace PoweredAppliance.ControlPlane;

/// <summary>This controller's own measurements, for /metrics. Names are promises; see docs/monitoring.md.</summary>
public sealed class Meters(CollectorRegistry registry)
{
    private static readonly double[] Fast = [.000001, .00001, .0001, .001, .01, .1, 1];
    private static readonly double[] Slow = [.001, .005, .025, .1, .5, 1, 5, 15, 60];

    private readonly Histogram _placement = Metrics.WithCustomRegistry(registry).CreateHistogram(
        "powered_placement_seconds", "Time to choose a host for one VM.", new HistogramConfiguration { Buckets = Fast });
    private readonly Histogram _step = Metrics.WithCustomRegistry(registry).CreateHistogram(
        "powered_host_step_seconds", "Time a host took for one step of a VM.", ["step"], new HistogramConfiguration { Buckets = Slow });
    private readonly Histogram _call = Metrics.WithCustomRegistry(registry).CreateHistogram(
        "powered_hypervisor_call_seconds", "Time of one call of a host's driver.", ["call"], new HistogramConfiguration { Buckets = Slow });
    private readonly Counter _silences = Metrics.WithCustomRegistry(registry).CreateCounter(
        "powered_host_silences_total", "How often a host fell silent.");
    private readonly Histogram _store = Metrics.WithCustomRegistry(registry).CreateHistogram(
        "powered_journal_write_seconds", "Time from a decision to its events being stored.", new HistogramConfiguration { Buckets = Slow });
    private readonly Counter _events = Metrics.WithCustomRegistry(registry).CreateCounter(
        "powered_journal_events_total", "Events stored by this controller.");

    private readonly Histogram _message = Metrics.WithCustomRegistry(registry).CreateHistogram(
        "powered_actor_message_seconds", "Time an actor took for one message; its count is the rate.", ["actor"], new HistogramConfiguration { Buckets = Fast });

    private long _stored;

    public IDisposable Placement() => _placement.NewTimer();
    public IDisposable Step(string step) => _step.WithLabels(step).NewTimer();
    public IDisposable Call(string call) => _call.WithLabels(call).NewTimer();
    /// <summary>One message of an actor of this kind is done that was begun at this Stopwatch time stamp.</summary>
    public void Handled(string actor, long began) => _message.WithLabels(actor).Observe(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds);

    public void Silence() => _silences.Inc();
    /// <summary>Told how many events this controller has stored, after they are and before anybody is answered.</summary>
    public Action<long>? OnStored { get; set; }

    public void Stored(int events, TimeSpan after)
    {
        OnStored?.Invoke(Interlocked.Add(ref _stored, events));
        _events.Inc(events);
        _store.Observe(after.TotalSeconds);
    }
}
