using System.Runtime.CompilerServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>Room that was offered to VMs, by VM and generation and by host, in one array.</summary>
internal sealed class OfferBook
{
    public const int None = -1;

    private int[] _buckets = NoneOf(8);
    private Entry[] _entries = new Entry[8];
    private int _used, _free = None;

    public int Count { get; private set; }

    public ref readonly Entry this[int offer] => ref _entries[offer];

    /// <summary>The offer's number, or <see cref="None"/>.</summary>
    public int Find(int vm, int generation)
    {
        var at = _buckets[vm & _buckets.Length - 1];
        while (at != None && (_entries[at].Vm != vm || _entries[at].Generation != generation))
            at = _entries[at].NextInBucket;
        return at;
    }

    /// <param name="newest">the newest offer of the host, which becomes this one</param>
    public void Add(int vm, int generation, int host, in Room room, ref int newest)
    {
        if (_free is var at and not None)
        {
            _free = _entries[at].NextInBucket;
        }
        else
        {
            at = _used++;
            if (at == _entries.Length)
                Grow();
        }

        // Ids count up, so that their low digits spread them, and what came together lies together.
        ref var bucket = ref _buckets[vm & _buckets.Length - 1];
        ref var entry = ref _entries[at];
        (entry.Vm, entry.Generation, entry.Host) = (vm, generation, host);
        (entry.CpuPercent, entry.Kibibytes, entry.MebibytesOfDisk) = (room.CpuPercent, room.Kibibytes, room.MebibytesOfDisk);
        (entry.NextInBucket, entry.OlderOnHost, entry.NewerOnHost) = (bucket, newest, None);
        if (newest != None)
            _entries[newest].NewerOnHost = at;
        bucket = newest = at;
        Count++;
    }

    public void Remove(int offer, ref int newest)
    {
        ref var gone = ref _entries[offer];
        if (gone.NewerOnHost == None)
            newest = gone.OlderOnHost;
        else
            _entries[gone.NewerOnHost].OlderOnHost = gone.OlderOnHost;
        if (gone.OlderOnHost != None)
            _entries[gone.OlderOnHost].NewerOnHost = gone.NewerOnHost;

        ref var link = ref _buckets[gone.Vm & _buckets.Length - 1];
        while (link != offer)
            link = ref _entries[link].NextInBucket;
        link = gone.NextInBucket;
        gone.NextInBucket = _free;
        _free = offer;
        Count--;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length + _entries.Length / 4);
        if (_entries.Length <= _buckets.Length)
            return;
        _buckets = NoneOf(_buckets.Length * 2);
        for (var at = 0; at < _used - 1; at++)
        {
            ref var bucket = ref _buckets[_entries[at].Vm & _buckets.Length - 1];
            (_entries[at].NextInBucket, bucket) = (bucket, at);
        }
    }

    private static int[] NoneOf(int length)
    {
        var all = new int[length];
        Array.Fill(all, None);
        return all;
    }

    internal struct Entry
    {
        public long Kibibytes, MebibytesOfDisk;
        public int Vm, Generation, Host, CpuPercent, NextInBucket, OlderOnHost, NewerOnHost;

        public readonly Room Room
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => new(CpuPercent, Kibibytes, MebibytesOfDisk);
        }
    }
}
