using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>The one thread that turns libvirt's event loop: it answers keepalives and carries every callback. It starts
/// with the first use of the library and turns until the process ends; it does not keep the process alive.</summary>
public static unsafe class EventLoop
{
    /// <summary>A source that is always there, so that the loop never sleeps for longer than this.</summary>
    private const int TickMilliseconds = 1000;

    private static readonly Lock Starting = new();
    private static Thread? _thread;
    private static long _turns;

    /// <summary>A handler threw. The exception goes here, since it must not unwind through C; with nobody listening it is
    /// written to standard error. Called on the thread that the handler ran on.</summary>
    public static event Action<Exception>? HandlerFailed;

    /// <summary>How often the loop has turned: at least once a second while it lives.</summary>
    public static long Turns => Interlocked.Read(ref _turns);

    /// <summary>True on the event-loop thread, where a call to a remote host would wait for itself.</summary>
    public static bool IsCurrentThread => ReferenceEquals(Thread.CurrentThread, Volatile.Read(ref _thread));

    /// <summary>libvirt wants its event loop registered before the first connection is opened.</summary>
    /// <exception cref="DllNotFoundException">libvirt.so.0 is not installed.</exception>
    public static void EnsureRunning()
    {
        if (Volatile.Read(ref _thread) is not null)
            return;
        lock (Starting)
        {
            if (_thread is not null)
                return;
            Check.Ok(Interop.virInitialize());
            Interop.virSetErrorFunc(0, &Silence);
            Check.Ok(Interop.virEventRegisterDefaultImpl());
            Check.Ok(Interop.virEventAddTimeout(TickMilliseconds, &Tick, 0, null));
            var thread = new Thread(Turn) { IsBackground = true, Name = "libvirt events" };
            thread.Start();
            Volatile.Write(ref _thread, thread);
        }
    }

    internal static void Report(Exception e)
    {
        if (HandlerFailed is { } listening)
            listening(e);
        else
            Console.Error.WriteLine($"a libvirt event handler failed: {e}");
    }

    private static void Turn()
    {
        while (true)
        {
            Check.Ok(Interop.virEventRunDefaultImpl());
            Interlocked.Increment(ref _turns);
        }
    }

    [UnmanagedCallersOnly]
    private static void Tick(int timer, nint opaque)
    {
    }

    /// <summary>Errors become exceptions; without this libvirt also prints each of them.</summary>
    [UnmanagedCallersOnly]
    private static void Silence(nint opaque, virError* error)
    {
    }
}
