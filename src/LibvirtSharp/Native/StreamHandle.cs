namespace LibvirtSharp;

internal sealed partial class StreamHandle
{
    /// <summary>False once the transfer has been finished or aborted, which C wants to happen exactly once.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The waiting of a stream that does not block, once somebody has waited.</summary>
    public StreamReadiness? Readiness { get; set; }

    protected override void BeforeFree(nint pointer)
    {
        if ((!IsOpen && Readiness is null) || Interop.virStreamRef(pointer) < 0)
            return;
        using var alive = new StreamHandle(pointer);
        if (Readiness is { } readiness)
        {
            Interop.virStreamEventRemoveCallback(alive);
            readiness.End();
        }

        if (IsOpen)
            Interop.virStreamAbort(alive);
    }
}
