namespace LibvirtSharp;

/// <summary>A guest: running, or defined and waiting to be. The object is a reference; disposing of it does not touch
/// the guest. Safe for use by many threads at once.</summary>
public sealed unsafe partial class Domain : IDisposable
{
    private readonly DomainHandle _handle;

    internal Domain(Connect connect, DomainHandle handle) => (Connect, _handle) = (connect, handle);

    internal DomainHandle Handle => _handle;

    /// <summary>The connection that this came from.</summary>
    public Connect Connect { get; }

    /// <summary>virDomainGetName</summary>
    public string Name => Check.Name(Interop.virDomainGetName(_handle));

    /// <summary>virDomainGetUUID</summary>
    public Guid Uuid => Identity.Uuid;

    /// <summary>virDomainGetID: the number of this run; null when the domain does not run.</summary>
    public int? Id => DomainIdentity.IdOf(_handle);

    /// <summary>Name, UUID and id as one value.</summary>
    public DomainIdentity Identity => DomainIdentity.Of(_handle);

    /// <summary>virDomainIsActive: running or paused.</summary>
    public bool IsActive => Check.Yes(Interop.virDomainIsActive(_handle));

    /// <summary>virDomainIsPersistent: false for a domain whose definition ends when it stops.</summary>
    public bool IsPersistent => Check.Yes(Interop.virDomainIsPersistent(_handle));

    /// <summary>virDomainIsUpdated: the running domain and its definition have grown apart.</summary>
    public bool IsUpdated => Check.Yes(Interop.virDomainIsUpdated(_handle));

    /// <summary>virDomainGetOSType, such as hvm.</summary>
    public string OsType => Check.Text(Interop.virDomainGetOSType(_handle));

    /// <summary>virDomainGetAutostart, virDomainSetAutostart: starts with the host's libvirt.</summary>
    public bool Autostart
    {
        get
        {
            int on;
            Check.Ok(Interop.virDomainGetAutostart(_handle, &on));
            return on != 0;
        }
        set => Check.Ok(Interop.virDomainSetAutostart(_handle, value ? 1 : 0));
    }

    /// <summary>virDomainGetXMLDesc</summary>
    public string GetXmlDesc(DomainXmlFlags flags = 0) => Check.Text(Interop.virDomainGetXMLDesc(_handle, (uint)flags));

    /// <summary>virDomainGetState. The meaning of <c>Reason</c> depends on the state: <see cref="DomainShutoffReason"/>,
    /// <see cref="DomainPausedReason"/>, <see cref="DomainRunningReason"/>, ...</summary>
    public (DomainState State, int Reason) GetState()
    {
        int state, reason;
        Check.Ok(Interop.virDomainGetState(_handle, &state, &reason, 0));
        return ((DomainState)state, reason);
    }

    /// <summary>virDomainGetInfo</summary>
    public DomainInfo GetInfo()
    {
        virDomainInfo info;
        Check.Ok(Interop.virDomainGetInfo(_handle, &info));
        return new DomainInfo((DomainState)info.state, info.maxMem, info.memory, info.nrVirtCpu, info.cpuTime);
    }

    /// <summary>virDomainGetControlInfo: whether the channel to the hypervisor is free, busy or broken.</summary>
    public DomainControlInfo GetControlInfo()
    {
        virDomainControlInfo info;
        Check.Ok(Interop.virDomainGetControlInfo(_handle, &info, 0));
        return new DomainControlInfo((DomainControlState)info.state, info.details, info.stateTime);
    }

    /// <summary>virDomainGetMessages: what libvirt finds worth saying, such as deprecated settings.</summary>
    public IReadOnlyList<string> GetMessages(DomainMessageType types = 0)
    {
        byte** messages;
        var count = Check.Ok(Interop.virDomainGetMessages(_handle, &messages, (uint)types));
        return CText.OwnedArray(messages, count);
    }

    /// <summary>virDomainFree; the guest is not touched.</summary>
    public void Dispose() => _handle.Dispose();
}

/// <summary>Memory in KiB, CPU time in nanoseconds since the start.</summary>
public sealed record DomainInfo(DomainState State, ulong MaxMemoryKib, ulong MemoryKib, int Vcpus, ulong CpuTime);

/// <summary>How long the state holds, in milliseconds.</summary>
public sealed record DomainControlInfo(DomainControlState State, uint Details, ulong StateMilliseconds);
