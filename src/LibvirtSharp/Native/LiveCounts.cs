namespace LibvirtSharp;

/// <summary>How many objects of libvirt's this process holds, and how many callbacks libvirt could still make into it.
/// Both are zero when everything is disposed of: what stays is a leak.</summary>
public static class LiveCounts
{
    private static long _handles;
    private static long _callbacks;

    /// <summary>References held: connections, domains, volumes, streams, ...</summary>
    public static long Handles => Interlocked.Read(ref _handles);

    /// <summary>Callbacks that libvirt has not yet given back by its free function. It gives back on the event-loop
    /// thread, so the count may reach zero a moment after the last Dispose.</summary>
    public static long Callbacks => Interlocked.Read(ref _callbacks);

    internal static void HandleOpened() => Interlocked.Increment(ref _handles);

    internal static void HandleClosed() => Interlocked.Decrement(ref _handles);

    internal static void CallbackGiven() => Interlocked.Increment(ref _callbacks);

    internal static void CallbackReturned() => Interlocked.Decrement(ref _callbacks);
}
