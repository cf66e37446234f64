using System.Collections.Concurrent;
using System.Threading.Channels;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <param name="Kind">vm, host, image ...</param>
public readonly record struct Change(long Sequence, string Kind, int Id);

/// <summary>Tells watchers what changed. A watcher that is too slow is told that it missed something, and never delays the teller.</summary>
public sealed class Changes
{
    private const int Backlog = 8192;
    private readonly ConcurrentDictionary<Watch, bool> _watchers = new();
    private long _sequence;

    public long Last => Volatile.Read(ref _sequence);

    public void Tell(string kind, int id)
    {
        var change = new Change(Interlocked.Increment(ref _sequence), kind, id);
        foreach (var (watcher, _) in _watchers)
            watcher.Offer(change);
    }

    public Watch Subscribe()
    {
        var watch = new Watch(this);
        _watchers[watch] = true;
        return watch;
    }

    public sealed class Watch : IDisposable
    {
        private readonly Channel<Change> _channel = Channel.CreateBounded<Change>(Backlog);
        private readonly Changes _changes;
        private volatile bool _missed;

        internal Watch(Changes changes) => _changes = changes;

        public ChannelReader<Change> Reader => _channel.Reader;

        /// <summary>True once after changes were lost: what was read before is old.</summary>
        public bool TakeMissed()
        {
            var missed = _missed;
            _missed = false;
            return missed;
        }

        internal void Offer(Change change)
        {
            if (!_channel.Writer.TryWrite(change))
                _missed = true;
        }

        public void Dispose() => _changes._watchers.TryRemove(this, out _);
    }
}
