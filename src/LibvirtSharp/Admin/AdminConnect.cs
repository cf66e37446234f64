namespace LibvirtSharp;

/// <summary>libvirt-admin: the daemon itself rather than what it drives: its servers, clients, worker threads and logs. libvirt's
/// two libraries cannot both be at work in one process: one that has opened a <see cref="Connect"/> cannot open this, and the
/// other way round.</summary>
public sealed unsafe class AdminConnect : IDisposable
{
    private readonly AdmConnectHandle _handle;

    private AdminConnect(AdmConnectHandle handle) => _handle = handle;

    /// <summary>virAdmConnectOpen, such as libvirtd:///system; null is libvirt's default.</summary>
    /// <exception cref="DllNotFoundException">libvirt-admin.so.0 is not installed.</exception>
    /// <exception cref="InvalidOperationException">This process has opened a <see cref="Connect"/>.</exception>
    public static AdminConnect Open(string? uri = null)
    {
        ProcessLibrary.TakeAdmin();
        EventLoop.EnsureRunning();
        Check.Ok(Interop.virAdmInitialize());
        return new AdminConnect(new AdmConnectHandle(Check.Pointer(Interop.virAdmConnectOpen(uri, 0))));
    }

    /// <summary>virAdmGetVersion: of the library in this process.</summary>
    public static LibvirtVersion LibraryVersion
    {
        get
        {
            ulong version;
            Check.Ok(Interop.virAdmGetVersion(&version));
            return LibvirtVersion.FromNumber(version);
        }
    }

    /// <summary>virAdmConnectGetLibVersion: of the daemon.</summary>
    public LibvirtVersion LibVersion
    {
        get
        {
            ulong version;
            Check.Ok(Interop.virAdmConnectGetLibVersion(_handle, &version));
            return LibvirtVersion.FromNumber(version);
        }
    }

    /// <summary>virAdmConnectIsAlive</summary>
    public bool IsAlive => Check.Yes(Interop.virAdmConnectIsAlive(_handle));

    /// <summary>virAdmConnectGetURI</summary>
    public string Uri => Check.Text(Interop.virAdmConnectGetURI(_handle));

    /// <summary>virAdmConnectListServers</summary>
    public IReadOnlyList<AdminServer> ListServers()
    {
        nint* servers;
        var count = Check.Ok(Interop.virAdmConnectListServers(_handle, &servers, 0));
        return CText.OwnedArray(servers, count, Wrap);
    }

    /// <summary>virAdmConnectLookupServer</summary>
    public AdminServer LookupServer(string name) => Wrap(Check.Pointer(Interop.virAdmConnectLookupServer(_handle, name, 0)));

    /// <summary>virAdmConnectGetLoggingFilters, virAdmConnectSetLoggingFilters: in the form of libvirtd.conf.</summary>
    public string LoggingFilters
    {
        get
        {
            byte* filters;
            Check.Ok(Interop.virAdmConnectGetLoggingFilters(_handle, &filters, 0));
            return CText.Owned(filters) ?? "";
        }
        set => Check.Ok(Interop.virAdmConnectSetLoggingFilters(_handle, value, 0));
    }

    /// <summary>virAdmConnectGetLoggingOutputs, virAdmConnectSetLoggingOutputs: in the form of libvirtd.conf.</summary>
    public string LoggingOutputs
    {
        get
        {
            byte* outputs;
            Check.Ok(Interop.virAdmConnectGetLoggingOutputs(_handle, &outputs, 0));
            return CText.Owned(outputs) ?? "";
        }
        set => Check.Ok(Interop.virAdmConnectSetLoggingOutputs(_handle, value, 0));
    }

    /// <summary>virAdmConnectSetDaemonTimeout: the daemon ends after that many seconds without work; 0 is never.</summary>
    public void SetDaemonTimeout(uint seconds) => Check.Ok(Interop.virAdmConnectSetDaemonTimeout(_handle, seconds, 0));

    /// <summary>virAdmConnectRegisterCloseCallback: tells once when the connection breaks, and why. One at a time.</summary>
    public IDisposable RegisterCloseCallback(Action<ConnectCloseReason> handler) => AdminCloseCallback.Register(_handle, handler);

    /// <summary>virAdmConnectClose</summary>
    public void Dispose() => _handle.Dispose();

    private AdminServer Wrap(nint pointer) => new(new AdmServerHandle(pointer));
}
