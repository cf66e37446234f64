using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>C allows one close callback a connection; this is it, and it calls everybody who asked.</summary>
internal sealed unsafe class CloseCallbacks
{
    private readonly Lock _lock = new();
    private Action<ConnectCloseReason>[] _handlers = [];
    private nint _token;

    /// <summary>The function that C knows us by.</summary>
    public static readonly delegate* unmanaged<nint, int, nint, void> Called = &OnClose;

    public bool IsRegistered
    {
        get
        {
            lock (_lock)
                return _token != 0;
        }
    }

    public IDisposable Add(ConnectHandle connection, Action<ConnectCloseReason> handler)
    {
        lock (_lock)
        {
            if (_token == 0)
            {
                var token = CallbackTable.Add(this);
                try
                {
                    Check.Ok(Interop.virConnectRegisterCloseCallback(connection, Called, token, CallbackTable.Free));
                }
                catch (LibvirtException)
                {
                    CallbackTable.Remove(token);
                    throw;
                }

                _token = token;
            }

            _handlers = [.. _handlers, handler];
        }

        return new Registration(this, handler);
    }

    /// <summary>The connection holds a reference to itself as long as the callback stands.</summary>
    public void Unregister(ConnectHandle connection)
    {
        lock (_lock)
        {
            _handlers = [];
            if (_token == 0)
                return;
            Interop.virConnectUnregisterCloseCallback(connection, Called);
            // A driver that knows no close callbacks takes the registration, forgets it, and never calls the free function.
            CallbackTable.Remove(_token);
            _token = 0;
        }
    }

    [UnmanagedCallersOnly]
    private static void OnClose(nint connection, int reason, nint token)
    {
        var handlers = CallbackTable.Find<CloseCallbacks>(token) is { } self ? Volatile.Read(ref self._handlers) : [];
        foreach (var handler in handlers)
            Tell(handler, (ConnectCloseReason)reason);
    }

    /// <summary>On a thread of the pool: C calls us with a lock of its own held, and whoever hears of the end will want to
    /// dispose of the connection, which takes that lock.</summary>
    public static void Tell(Action<ConnectCloseReason> handler, ConnectCloseReason reason)
        => ThreadPool.UnsafeQueueUserWorkItem(static told =>
        {
            try
            {
                told.Handler(told.Reason);
            }
            catch (Exception e)
            {
                EventLoop.Report(e);
            }
        }, (Handler: handler, Reason: reason), preferLocal: false);

    private sealed class Registration(CloseCallbacks owner, Action<ConnectCloseReason> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._lock)
            {
                var left = owner._handlers.ToList();
                left.Remove(handler);
                owner._handlers = [.. left];
            }
        }
    }
}
