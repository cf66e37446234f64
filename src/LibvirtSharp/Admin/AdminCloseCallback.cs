using System.Runtime.InteropServices;

namespace LibvirtSharp;

internal sealed unsafe class AdminCloseCallback : IDisposable
{
    private readonly AdmConnectHandle _connection;
    private readonly nint _token;
    private int _disposed;

    private AdminCloseCallback(AdmConnectHandle connection, nint token) => (_connection, _token) = (connection, token);

    public static AdminCloseCallback Register(AdmConnectHandle connection, Action<ConnectCloseReason> handler)
    {
        var token = CallbackTable.Add(handler);
        try
        {
            Check.Ok(Interop.virAdmConnectRegisterCloseCallback(connection, &OnClose, token, CallbackTable.Free));
        }
        catch (LibvirtException)
        {
            CallbackTable.Remove(token);
            throw;
        }

        var callback = new AdminCloseCallback(connection, token);
        connection.CloseCallback = callback;
        return callback;
    }

    public void Dispose()
    {
        if (!_connection.IsClosed)
            End(_connection);
    }

    public void End(AdmConnectHandle connection)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        Interop.virAdmConnectUnregisterCloseCallback(connection, &OnClose);
        CallbackTable.Remove(_token);
    }

    [UnmanagedCallersOnly]
    private static void OnClose(nint connection, int reason, nint token)
    {
        if (CallbackTable.Find<Action<ConnectCloseReason>>(token) is { } handler)
            CloseCallbacks.Tell(handler, (ConnectCloseReason)reason);
    }
}

internal sealed partial class AdmConnectHandle
{
    public AdminCloseCallback? CloseCallback { get; set; }

    protected override void BeforeFree(nint pointer)
    {
        if (CloseCallback is null || Interop.virAdmConnectRef(pointer) < 0)
            return;
        using var alive = new AdmConnectHandle(pointer);
        CloseCallback.End(alive);
    }
}
