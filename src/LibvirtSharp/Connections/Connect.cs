namespace LibvirtSharp;

/// <summary>A connection to a hypervisor. Every call waits for the host's answer, without a limit of its own: open on a
/// thread that may hang, and set a keepalive, which ends the calls to a host that fell silent. Safe for use by many
/// threads at once.</summary>
public sealed partial class Connect : IDisposable
{
    private readonly ConnectHandle _handle;

    private Connect(ConnectHandle handle) => _handle = handle;

    internal ConnectHandle Handle => _handle;

    /// <summary>virConnectOpen. <paramref name="uri"/> such as qemu:///system, qemu+tls://host/system, test:///default;
    /// null is libvirt's default. There is no time limit: a host that accepts and never answers is waited for.</summary>
    public static Connect Open(string? uri = null)
    {
        Begin();
        return new Connect(new ConnectHandle(Check.Pointer(Interop.virConnectOpen(uri))));
    }

    /// <summary>As <see cref="Open"/>, on a thread of its own, since the C call can neither be hurried nor ended. Cancelled, the task
    /// ends at once; the thread waits on for the host, and closes what it may yet be given.</summary>
    public static Task<Connect> OpenAsync(string? uri, CancellationToken cancel)
    {
        var opened = new TaskCompletionSource<Connect>(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = cancel.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<Connect>)state!).TrySetCanceled(token), opened);
        new Thread(() =>
        {
            try
            {
                var connect = Open(uri);
                if (!opened.TrySetResult(connect))
                    connect.Dispose();
            }
            catch (Exception e)
            {
                opened.TrySetException(e); // of no interest any more when the caller has gone
            }
            finally
            {
                cancelled.Dispose();
            }
        })
        { IsBackground = true, Name = "libvirt open" }.Start();
        return opened.Task;
    }

    /// <summary>virConnectOpenReadOnly: everything that would change something is refused.</summary>
    public static Connect OpenReadOnly(string? uri = null)
    {
        Begin();
        return new Connect(new ConnectHandle(Check.Pointer(Interop.virConnectOpenReadOnly(uri))));
    }

    /// <summary>virConnectOpenAuth. <paramref name="answer"/> is asked on this thread, while this call runs, for each
    /// credential that the host wants; null refuses it and the open fails.</summary>
    public static Connect OpenAuth(
        string? uri, Func<CredentialRequest, string?> answer, ConnectFlags flags = 0, params ReadOnlySpan<ConnectCredentialType> types)
    {
        Begin();
        return new Connect(new ConnectHandle(Authentication.Open(uri, answer, (uint)flags, types)));
    }

    private static void Begin()
    {
        ProcessLibrary.TakeClient();
        EventLoop.EnsureRunning();
    }

    /// <summary>virConnectIsAlive: false once the connection is known to be broken; then open a new one.</summary>
    public bool IsAlive => Check.Yes(Interop.virConnectIsAlive(_handle));

    /// <summary>virConnectIsEncrypted</summary>
    public bool IsEncrypted => Check.Yes(Interop.virConnectIsEncrypted(_handle));

    /// <summary>virConnectIsSecure: encrypted, or a transport that never leaves the machine.</summary>
    public bool IsSecure => Check.Yes(Interop.virConnectIsSecure(_handle));

    /// <summary>virConnectGetHostname</summary>
    public unsafe string Hostname => Check.Text(Interop.virConnectGetHostname(_handle));

    /// <summary>virConnectGetURI, as libvirt resolved it.</summary>
    public unsafe string Uri => Check.Text(Interop.virConnectGetURI(_handle));

    /// <summary>virConnectGetType: the driver's name, such as QEMU or TEST.</summary>
    public unsafe string Type => Check.Name(Interop.virConnectGetType(_handle));

    /// <summary>virConnectGetVersion: of the hypervisor.</summary>
    public unsafe LibvirtVersion Version
    {
        get
        {
            nuint version;
            Check.Ok(Interop.virConnectGetVersion(_handle, &version));
            return LibvirtVersion.FromNumber(version);
        }
    }

    /// <summary>virConnectGetLibVersion: of the libvirt at the other end.</summary>
    public unsafe LibvirtVersion LibVersion
    {
        get
        {
            nuint version;
            Check.Ok(Interop.virConnectGetLibVersion(_handle, &version));
            return LibvirtVersion.FromNumber(version);
        }
    }

    /// <summary>virConnectSetKeepAlive: asks the host every <paramref name="intervalSeconds"/> for a sign of life and breaks the
    /// connection when <paramref name="count"/> of them stay unanswered: about interval * (count + 1) seconds after the last
    /// traffic. Zero or less ends it. False when the host's libvirt is too old for it, or when the driver runs in this
    /// process and needs none.</summary>
    public bool SetKeepAlive(int intervalSeconds, uint count)
    {
        var result = Interop.virConnectSetKeepAlive(_handle, intervalSeconds, count);
        if (result >= 0)
            return result == 0;
        var failure = LibvirtException.Last(nameof(Interop.virConnectSetKeepAlive));
        return failure.Code is ErrorNumber.NoSupport ? false : throw failure; // a driver in this process has nothing to lose
    }

    /// <summary>virConnectSetIdentity: whom the host shall hold responsible for the calls made from now on.</summary>
    public unsafe void SetIdentity(TypedParameters identity)
    {
        using var native = new CTypedParameters(identity);
        Check.Ok(Interop.virConnectSetIdentity(_handle, native.Pointer, native.Count, 0));
    }

    /// <summary>virConnectClose, when the calls that run have returned. Subscriptions end; objects that came from here
    /// stay valid and keep the connection open underneath until they are disposed of too. The last goodbye waits for the host's answer,
    /// as every call does.</summary>
    public void Dispose() => _handle.Dispose();
}
