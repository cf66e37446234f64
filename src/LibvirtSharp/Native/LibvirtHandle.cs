using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>One counted reference to an object of libvirt's. Each kind gives it back by its own C function, once,
/// when the last call that uses it has returned.</summary>
internal abstract class LibvirtHandle : SafeHandle
{
    private bool _disposing;

    protected LibvirtHandle(nint pointer) : base(0, ownsHandle: true)
    {
        SetHandle(pointer);
        if (pointer != 0)
            LiveCounts.HandleOpened();
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The C function that gives the reference back; negative when it failed.</summary>
    protected abstract int Free(nint pointer);

    /// <summary>What must be undone in C before the reference goes.</summary>
    protected virtual void BeforeFree(nint pointer)
    {
    }

    protected override void Dispose(bool disposing)
    {
        _disposing |= disposing;
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        var pointer = handle;
        if (_disposing)
            return Release(pointer);

        // Dropped without Dispose: we are on the finalizer thread, and the last reference to a connection says goodbye to
        // the daemon, which may not answer. The process's only finalizer must not wait for that.
        return ThreadPool.UnsafeQueueUserWorkItem(static s => s.Self.Release(s.Pointer), (Self: this, Pointer: pointer), false);
    }

    private bool Release(nint pointer)
    {
        BeforeFree(pointer);
        var result = Free(pointer);
        LiveCounts.HandleClosed();
        return result >= 0;
    }
}
