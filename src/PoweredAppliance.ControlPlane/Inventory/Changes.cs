using System.Collections.Concurrent;
using System.Threading.Channels;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <param name="Kind">vm, host, image ...</param>
public readonly record struct Change(string Kind, int Id);

/// <summary>Tells watchers what changed. A watcher that is too slow loses the oldest changes, never delays the teller; it re-reads.</summary>
public sealed class Changes
{
    private const int Backlog = 4096;
    private readonly ConcurrentDictionary<Channel<Change>, bool> _watchers = new();

    public void Tell(Change change)
    {
        foreach (var (watcher, _) in _watchers)
            watcher.Writer.TryWrite(change);
    }

    public Watch Subscribe()
    {
        var channel = Channel.CreateBounded<Change>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[channel] = true;
        return new(channel.Reader, () => _watchers.TryRemove(channel, out _));
    }

    public sealed class Watch(ChannelReader<Change> changes, Action end) : IDisposable
    {
        public ChannelReader<Change> Reader { get; } = changes;
        public void Dispose() => end();
    }
}
