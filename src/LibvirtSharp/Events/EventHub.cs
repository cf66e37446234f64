namespace LibvirtSharp;

/// <summary>Which callbacks stand on a connection in C, and who hears them. C takes a callback function once for each event,
/// so all who want the same event share it: it is registered with the first of them and taken back with the last.</summary>
internal sealed unsafe class EventHub
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NoticeKind, Standing> _standing = [];

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _standing.Count == 0;
        }
    }

    public void Add(ConnectHandle connection, NoticeKind kind, Listener listener)
    {
        lock (_lock)
        {
            if (!_standing.TryGetValue(kind, out var standing))
                _standing.Add(kind, standing = Standing.Register(connection, kind));
            standing.Listeners = [.. standing.Listeners, listener];
        }
    }

    public void Remove(ConnectHandle connection, NoticeKind kind, Listener listener)
    {
        lock (_lock)
        {
            if (!_standing.TryGetValue(kind, out var standing) || !standing.Listeners.Contains(listener))
                return;
            standing.Listeners = [.. standing.Listeners.Where(l => l != listener)];
            if (standing.Listeners.Length > 0)
                return;
            _standing.Remove(kind);
            standing.Deregister(connection);
        }
    }

    /// <summary>C's callbacks hold references to the connection: it would never close under them.</summary>
    public void Clear(ConnectHandle connection)
    {
        lock (_lock)
        {
            foreach (var standing in _standing.Values)
                standing.Deregister(connection);
            _standing.Clear();
        }
    }

    /// <summary>Called by C, through the callbacks: makes the notice and hands it to all who listen. Nothing may unwind into C.
    /// Takes no lock: C may be waiting for this thread while another holds ours.</summary>
    public static void Deliver(nint token, Func<Notice> make)
    {
        if (CallbackTable.Find<Standing>(token) is not { } standing)
            return;
        try
        {
            var notice = make();
            foreach (var listener in standing.Listeners)
                listener.Hear(notice);
        }
        catch (Exception e)
        {
            EventLoop.Report(e);
        }
    }

    private sealed class Standing(NoticeKind kind)
    {
        private volatile Listener[] _listeners = [];
        private int _id;

        public Listener[] Listeners
        {
            get => _listeners;
            set => _listeners = value;
        }

        public static Standing Register(ConnectHandle connection, NoticeKind kind)
        {
            var standing = new Standing(kind);
            var token = CallbackTable.Add(standing);
            standing._id = kind.Register(connection, token);
            if (standing._id >= 0)
                return standing;
            var failure = LibvirtException.Last(kind.RegisterFunction);
            CallbackTable.Remove(token);
            throw failure;
        }

        /// <summary>A failure means that the callback is gone already, with its connection; C gives it back all the same.</summary>
        public void Deregister(ConnectHandle connection) => kind.Deregister(connection, _id);
    }
}
