using System.Collections.Concurrent;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>What a host tells by itself, to whoever listens and to steps that wait for a domain to change.</summary>
internal sealed class HostNotices(HostObserver observer) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();
    private Action<HostNotice>[] _listeners = [];
    private bool _closed;

    internal void Listen(Action<HostNotice> onNotice)
    {
        lock (_lock)
            _listeners = [.. _listeners, onNotice];
    }

    /// <summary>Completes with the next notice about the domain.</summary>
    internal Task Next(Guid uuid) =>
        _waiting.GetOrAdd(uuid, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Subscribes on a new connection; the subscriptions end with it.</summary>
    internal void ListenTo(Connect connect)
    {
        connect.Subscribe<DomainLifecycleNotice>(n => Changed(n.Domain, DomainStates.Event(n.Event, n.Detail)));
        if (connect.Type is "TEST")
            return; // has no other
        connect.Subscribe<RebootNotice>(n => Changed(n.Domain, "rebooted"));
        connect.Subscribe<WatchdogNotice>(n => Changed(n.Domain, $"watchdog: {n.Action}"));
        connect.Subscribe<IOErrorReasonNotice>(n => Changed(n.Domain, $"i/o error on {n.DeviceAlias} ({n.SourcePath}): {n.Reason}"));
        connect.Subscribe<AgentLifecycleNotice>(n => Changed(n.Domain, $"guest agent {n.State.ToString().ToLowerInvariant()}"));
    }

    internal void Lost(string reason) => Tell(new HostNotice.ConnectionLost(reason));

    private void Changed(DomainIdentity domain, string what)
    {
        if (_waiting.TryRemove(domain.Uuid, out var waiting))
            waiting.TrySetResult();
        Tell(new HostNotice.DomainChanged(domain.Name, observer.VmOf(domain.Uuid), what));
    }

    /// <summary>Under the lock, so that every listener hears them in the same order.</summary>
    private void Tell(HostNotice notice)
    {
        lock (_lock)
        {
            if (_closed)
                return;
            foreach (var listener in _listeners)
                listener(notice);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _closed = true;
    }
}
