namespace LibvirtSharp;

public sealed partial class Connect
{
    /// <summary>
    /// virConnectDomainEventRegisterAny and its siblings: hear of everything of type <typeparamref name="T"/> from now until the
    /// result or the connection is disposed of. <c>Subscribe&lt;DomainLifecycleNotice&gt;</c> is one event;
    /// <c>Subscribe&lt;DomainNotice&gt;</c> or <c>Subscribe&lt;Notice&gt;</c> are all of them that the driver has,
    /// except <see cref="QemuMonitorNotice"/>, which must be named.
    /// <paramref name="handler"/> runs on the one event-loop thread, in order, and must not wait: while it does, keepalives of
    /// every connection go unanswered. What it throws goes to <see cref="EventLoop.HandlerFailed"/>.
    /// </summary>
    /// <param name="handler">Called with each notice.</param>
    /// <param name="only">Domain notices of this domain alone.</param>
    /// <exception cref="LibvirtException">The driver has no such event at all.</exception>
    public IDisposable Subscribe<T>(Action<T> handler, Domain? only = null) where T : Notice
    {
        var kinds = NoticeKind.All.Where(k => k.Brings(typeof(T)))
            .Where(k => only is null || k.Type.IsSubclassOf(typeof(DomainNotice))).ToList();
        if (kinds.Count == 0)
            throw new ArgumentException($"no domain brings {typeof(T).Name}", nameof(only));

        return Held(() =>
        {
            var subscription = new Subscription(_handle, ListenerTo(handler, only?.Uuid));
            try
            {
                AddAll(subscription, kinds);
                return subscription;
            }
            catch
            {
                subscription.Dispose();
                throw;
            }
        });
    }

    /// <summary>virConnectRegisterCloseCallback: tells once when the connection breaks, and why. Handlers run on the
    /// thread pool and may dispose of the connection. Any number may be registered. A driver that runs in this process has nothing that
    /// breaks and never calls.</summary>
    public IDisposable RegisterCloseCallback(Action<ConnectCloseReason> handler)
        => Held(() => _handle.Closes.Add(_handle, handler));

    /// <summary>A method of its own, so that what C keeps alive captures the handler and not this connection with it.</summary>
    private static Listener ListenerTo<T>(Action<T> handler, Guid? only) where T : Notice => new(notice => handler((T)notice), only);

    private static void AddAll(Subscription subscription, List<NoticeKind> kinds)
    {
        LibvirtException? refused = null;
        var standing = 0;
        foreach (var kind in kinds)
        {
            try
            {
                subscription.Add(kind);
                standing++;
            }
            catch (LibvirtException e) when (kinds.Count > 1 && e.IsNotSupported)
            {
                refused = e; // one of many that this driver does not have
            }
        }

        if (standing == 0 && refused is not null)
            throw refused;
    }

    /// <summary>The connection stays open underneath while C registers and we remember, so that a Dispose at the same time finds what
    /// it has to take back.</summary>
    private T Held<T>(Func<T> act)
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            return act();
        }
        finally
        {
            if (held)
                _handle.DangerousRelease();
        }
    }
}
