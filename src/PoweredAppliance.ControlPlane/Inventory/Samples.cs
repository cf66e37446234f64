namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>What was measured of one thing over the last hour, a sample every two minutes and the newest. In memory alone: it begins anew with
/// the controller.</summary>
internal sealed class Samples<T>
{
    public const int Most = 30, SecondsBetween = 120;

    private readonly Lock _lock = new();
    private readonly Queue<(long At, T Sample)> _kept = new(2);
    private long _lastKept = long.MinValue;
    private (long At, T Sample)? _newest;

    public void Put(long at, T sample)
    {
        lock (_lock)
        {
            _newest = (at, sample);
            if (_lastKept != long.MinValue && at - _lastKept < SecondsBetween)
                return;
            if (_kept.Count == Most)
                _kept.Dequeue();
            _kept.Enqueue((at, sample));
            _lastKept = at;
        }
    }

    public IReadOnlyList<T> Since(long since)
    {
        lock (_lock)
        {
            if (_newest is not { } newest)
                return [];
            var kept = _kept.Where(k => k.At >= since && k.At < newest.At).Select(k => k.Sample);
            return newest.At >= since ? [.. kept, newest.Sample] : [.. kept];
        }
    }
}

/// <summary>A VM's measurement, small enough to keep many; null: the hypervisor did not say. Units as in <see cref="VmReading"/>.</summary>
public readonly record struct VmSample(
    long At, decimal? CpuPercent, long? MemoryKibibytes, ulong? NetReceivedBytes, ulong? NetSentBytes,
    ulong? DiskReadBytes, ulong? DiskWrittenBytes, ulong? DiskReads, ulong? DiskWrites)
{
    public static VmSample Of(VmReading reading) => new(
        reading.At, reading.CpuPercent, reading.Domain.MemoryRssKibibytes, reading.Domain.NetReceivedBytes, reading.Domain.NetSentBytes,
        reading.Domain.DiskReadBytes, reading.Domain.DiskWrittenBytes, reading.Domain.DiskReads, reading.Domain.DiskWrites);
}
