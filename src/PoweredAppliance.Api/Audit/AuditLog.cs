using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Client;
using Prometheus;

namespace PoweredAppliance.Api.Audit;

/// <param name="Folder">its own folder, made when first needed</param>
/// <param name="MaxMebibytes">of all series together: half is for changes, a quarter each for reads and for strangers</param>
/// <param name="Reads">false: calls that only look are not kept</param>
public sealed record AuditSettings(string Folder, int MaxMebibytes = 1024, bool Reads = true);

/// <summary>
/// Keeps every call. Answering threads put it into a bounded queue and go on; one writer takes what has gathered every
/// <see cref="Gathers"/>, appends it, and brings changes and refusals to the disk within <see cref="FlushesEvery"/> more. A queue that
/// is full drops calls and counts them: an API that waits for its log would be a way to stop it.
/// </summary>
internal sealed class AuditLog : BackgroundService
{
    /// <summary>What a kill -9 can lose.</summary>
    public static readonly TimeSpan Gathers = TimeSpan.FromMilliseconds(20);

    public static readonly TimeSpan FlushesEvery = TimeSpan.FromMilliseconds(200);

    private const int MostWaiting = 65_536;

    private readonly AuditSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditLog> _log;
    private readonly Counter _lost;
    private readonly Channel<AnsweredCall> _waiting = Channel.CreateBounded<AnsweredCall>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Dictionary<AuditSeries, (AuditFiles Files, ArrayBufferWriter<byte> Lines, Counter.Child Kept)> _series;
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;
    private long _last;
    private long _flushed;
    private int _unwritten;
    private bool _failing;

    public AuditLog(AuditSettings settings, CollectorRegistry registry, TimeProvider time, ILogger<AuditLog> log)
    {
        (_settings, _time, _log, _json) = (settings, time, log, new(_line));
        var metrics = Prometheus.Metrics.WithCustomRegistry(registry);
        var kept = metrics.CreateCounter("powered_audit_entries_total", "Calls that were written to the audit log.", "series");
        _lost = metrics.CreateCounter("powered_audit_lost_total", "Calls that the audit log had no room for, or could not write.");
        var all = settings.MaxMebibytes * 1024L * 1024;
        _series = Enum.GetValues<AuditSeries>().ToDictionary(
            s => s, s => (
                new AuditFiles(settings.Folder, s, s is AuditSeries.Changes ? all / 2 : all / 4),
                new ArrayBufferWriter<byte>(64 * 1024),
                kept.WithLabels(s.ToString().ToLowerInvariant())));
    }

    /// <summary>How many calls are not written yet, those of a batch that is being written too.</summary>
    public int Unwritten => Volatile.Read(ref _unwritten);

    public IEnumerable<AuditFiles> Series => _series.Values.Select(s => s.Files);

    /// <summary>Costs the caller no more than a place in a queue.</summary>
    public void Add(AnsweredCall call)
    {
        if (!_settings.Reads && call.Series is AuditSeries.Reads)
            return;
        Interlocked.Increment(ref _unwritten);
        if (_waiting.Writer.TryWrite(call))
            return;
        Interlocked.Decrement(ref _unwritten);
        _lost.Inc();
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Here, since one that is stopped at once never executes, and yet writes what it was given.
        _last = Series.Max(s => s.LastId());
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        _flushed = _time.GetTimestamp();
        try
        {
            while (true)
            {
                // With something unflushed it wakes by itself.
                using var alarm = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                if (_series.Any(s => MustReachTheDisk(s.Key) && s.Value.Files.IsDirty))
                    alarm.CancelAfter(FlushesEvery);
                try
                {
                    await _waiting.Reader.WaitToReadAsync(alarm.Token).ConfigureAwait(false);
                    await Task.Delay(Gathers, stoppingToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
                {
                    // time to flush
                }

                Write();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Write();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        Write(); // what was answered while the last batch was written
        foreach (var files in Series)
            files.Dispose();
    }

    public override void Dispose()
    {
        _json.Dispose();
        base.Dispose();
    }

    private void Write()
    {
        var batch = 0;
        for (; _waiting.Reader.TryRead(out var call); batch++)
            Line(call);
        foreach (var (series, (files, lines, _)) in _series)
        {
            try
            {
                if (lines.WrittenCount > 0)
                    files.Append(lines.WrittenSpan);
                if (MustReachTheDisk(series) && files.IsDirty && _time.GetElapsedTime(_flushed) >= FlushesEvery)
                    files.Flush();
                _failing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _lost.Inc(lines.WrittenSpan.Count((byte)'\n'));
                if (!_failing)
                    _log.LogError(e, "the audit log in {Folder} cannot be written; calls are answered and not kept", _settings.Folder);
                _failing = true;
            }

            lines.ResetWrittenCount();
        }

        if (_time.GetElapsedTime(_flushed) >= FlushesEvery)
            _flushed = _time.GetTimestamp();
        Interlocked.Add(ref _unwritten, -batch);
    }

    /// <summary>Reads get there when the kernel finds time.</summary>
    private static bool MustReachTheDisk(AuditSeries series) => series is not AuditSeries.Reads;

    private void Line(AnsweredCall call)
    {
        // Also when the clock was set back, the order of ids is the order of the answers.
        _last = Math.Max(_last + 1, (call.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        _line.ResetWrittenCount();
        _json.Reset(_line);
        JsonSerializer.Serialize(_json, call.Entry(_last), WireJson.Default.AuditEntry);
        var (_, lines, kept) = _series[call.Series];
        lines.Write(_line.WrittenSpan);
        lines.Write("\n"u8);
        kept.Inc();
    }
}
