namespace LibvirtSharp;

/// <summary>Somebody who wants to hear. Callbacks in C keep this alive, so it must not keep the connection alive: then a
/// connection that everybody has forgotten can be collected.</summary>
internal sealed class Listener(Action<Notice> handler, Guid? only)
{
    private volatile bool _ended;

    public void End() => _ended = true;

    public void Hear(Notice notice)
    {
        if (_ended || (only is { } uuid && (notice as DomainNotice)?.Domain.Uuid != uuid))
            return;
        try
        {
            handler(notice);
        }
        catch (Exception e)
        {
            EventLoop.Report(e); // the others who listen shall hear it too
        }
    }
}

/// <summary>What the caller of Subscribe holds.</summary>
internal sealed class Subscription(ConnectHandle connection, Listener listener) : IDisposable
{
    private readonly List<NoticeKind> _kinds = [];

    public void Add(NoticeKind kind)
    {
        connection.Events.Add(connection, kind, listener);
        _kinds.Add(kind);
    }

    /// <summary>No notice begins to be delivered after this; one that is on its way on the event-loop thread may still end.</summary>
    public void Dispose()
    {
        listener.End();
        var held = false;
        try
        {
            connection.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            return; // the connection took its callbacks back when it closed
        }

        foreach (var kind in _kinds)
            connection.Events.Remove(connection, kind, listener);
        connection.DangerousRelease();
    }
}
