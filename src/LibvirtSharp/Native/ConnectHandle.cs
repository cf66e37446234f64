namespace LibvirtSharp;

internal sealed partial class ConnectHandle
{
    public EventHub Events { get; } = new();

    public CloseCallbacks Closes { get; } = new();

    /// <summary>C's callbacks hold references to the connection: it would never close under them.</summary>
    protected override void BeforeFree(nint pointer)
    {
        if ((Events.IsEmpty && !Closes.IsRegistered) || Interop.virConnectRef(pointer) < 0)
            return;
        using var alive = new ConnectHandle(pointer);
        Events.Clear(alive);
        Closes.Unregister(alive);
    }
}
