namespace LibvirtSharp;

/// <summary>A callback that stands on a connection: its id there and the C function that takes it back.</summary>
internal readonly record struct Registered(EventFamily Family, int Id);

internal sealed partial class ConnectHandle
{
    private readonly Lock _lock = new();
    private readonly HashSet<Registered> _registered = [];
    private bool _closing;

    public CloseCallbacks Closes { get; } = new();

    /// <summary>Remembers a callback until it is taken back. False when the connection is already going: then the caller
    /// takes it back at once.</summary>
    public bool Remember(Registered callback)
    {
        lock (_lock)
            return !_closing && _registered.Add(callback);
    }

    /// <summary>True for the one caller who is to take the callback back.</summary>
    public bool Forget(Registered callback)
    {
        lock (_lock)
            return _registered.Remove(callback);
    }

    /// <summary>C's callbacks hold references to the connection: it would never close under them.</summary>
    protected override void BeforeFree(nint pointer)
    {
        Registered[] left;
        lock (_lock)
        {
            _closing = true;
            left = [.. _registered];
            _registered.Clear();
        }

        if ((left.Length == 0 && !Closes.IsRegistered) || Interop.virConnectRef(pointer) < 0)
            return;
        using var alive = new ConnectHandle(pointer);
        foreach (var callback in left)
            callback.Family.Deregister(alive, callback.Id);
        Closes.Unregister(alive);
    }
}
