namespace LibvirtSharp;

/// <summary>The families of events; each has its own pair of C functions to register and deregister.</summary>
internal enum EventFamily
{
    Domain,
    Network,
    StoragePool,
    NodeDevice,
    Secret,
    QemuMonitor,
}

/// <summary>A type of notice, the event that brings it, and the function that C is to call for it.</summary>
internal sealed unsafe record NoticeKind(Type Type, EventFamily Family, int Id, nint Callback)
{
    public static readonly IReadOnlyList<NoticeKind> All =
    [
        // The callback's shape is known to C by the event's id alone, so the pointers are kept without a type.
        Domain<DomainLifecycleNotice>(DomainEventId.Lifecycle, (nint)(delegate* unmanaged<nint, nint, int, int, nint, int>)&DomainCallbacks.Lifecycle),
        Domain<RebootNotice>(DomainEventId.Reboot, (nint)(delegate* unmanaged<nint, nint, nint, void>)&DomainCallbacks.Reboot),
        Domain<RtcChangeNotice>(DomainEventId.RtcChange, (nint)(delegate* unmanaged<nint, nint, long, nint, void>)&DomainCallbacks.RtcChange),
        Domain<WatchdogNotice>(DomainEventId.Watchdog, (nint)(delegate* unmanaged<nint, nint, int, nint, void>)&DomainCallbacks.Watchdog),
        Domain<IOErrorNotice>(DomainEventId.IoError, (nint)(delegate* unmanaged<nint, nint, byte*, byte*, int, nint, void>)&DomainCallbacks.IOError),
        Domain<GraphicsNotice>(DomainEventId.Graphics, (nint)(delegate* unmanaged<nint, nint, int, virDomainEventGraphicsAddress*,
            virDomainEventGraphicsAddress*, byte*, virDomainEventGraphicsSubject*, nint, void>)&DomainCallbacks.Graphics),
        Domain<IOErrorReasonNotice>(DomainEventId.IoErrorReason,
            (nint)(delegate* unmanaged<nint, nint, byte*, byte*, int, byte*, nint, void>)&DomainCallbacks.IOErrorReason),
        Domain<ControlErrorNotice>(DomainEventId.ControlError, (nint)(delegate* unmanaged<nint, nint, nint, void>)&DomainCallbacks.ControlError),
        Domain<BlockJobPathNotice>(DomainEventId.BlockJob, (nint)(delegate* unmanaged<nint, nint, byte*, int, int, nint, void>)&DomainCallbacks.BlockJobPath),
        Domain<DiskChangeNotice>(DomainEventId.DiskChange,
            (nint)(delegate* unmanaged<nint, nint, byte*, byte*, byte*, int, nint, void>)&DomainCallbacks.DiskChange),
        Domain<TrayChangeNotice>(DomainEventId.TrayChange, (nint)(delegate* unmanaged<nint, nint, byte*, int, nint, void>)&DomainCallbacks.TrayChange),
        Domain<PmWakeupNotice>(DomainEventId.Pmwakeup, (nint)(delegate* unmanaged<nint, nint, int, nint, void>)&DomainCallbacks.PmWakeup),
        Domain<PmSuspendNotice>(DomainEventId.Pmsuspend, (nint)(delegate* unmanaged<nint, nint, int, nint, void>)&DomainCallbacks.PmSuspend),
        Domain<BalloonChangeNotice>(DomainEventId.BalloonChange, (nint)(delegate* unmanaged<nint, nint, ulong, nint, void>)&DomainCallbacks.BalloonChange),
        Domain<PmSuspendDiskNotice>(DomainEventId.PmsuspendDisk, (nint)(delegate* unmanaged<nint, nint, int, nint, void>)&DomainCallbacks.PmSuspendDisk),
        Domain<DeviceRemovedNotice>(DomainEventId.DeviceRemoved, (nint)(delegate* unmanaged<nint, nint, byte*, nint, void>)&DomainCallbacks.DeviceRemoved),
        Domain<BlockJobNotice>(DomainEventId.BlockJob2, (nint)(delegate* unmanaged<nint, nint, byte*, int, int, nint, void>)&DomainCallbacks.BlockJob),
        Domain<TunableNotice>(DomainEventId.Tunable, (nint)(delegate* unmanaged<nint, nint, virTypedParameter*, int, nint, void>)&DomainCallbacks.Tunable),
        Domain<AgentLifecycleNotice>(DomainEventId.AgentLifecycle,
            (nint)(delegate* unmanaged<nint, nint, int, int, nint, void>)&DomainCallbacks.AgentLifecycle),
        Domain<DeviceAddedNotice>(DomainEventId.DeviceAdded, (nint)(delegate* unmanaged<nint, nint, byte*, nint, void>)&DomainCallbacks.DeviceAdded),
        Domain<MigrationIterationNotice>(DomainEventId.MigrationIteration,
            (nint)(delegate* unmanaged<nint, nint, int, nint, void>)&DomainCallbacks.MigrationIteration),
        Domain<JobCompletedNotice>(DomainEventId.JobCompleted,
            (nint)(delegate* unmanaged<nint, nint, virTypedParameter*, int, nint, void>)&DomainCallbacks.JobCompleted),
        Domain<DeviceRemovalFailedNotice>(DomainEventId.DeviceRemovalFailed,
            (nint)(delegate* unmanaged<nint, nint, byte*, nint, void>)&DomainCallbacks.DeviceRemovalFailed),
        Domain<MetadataChangeNotice>(DomainEventId.MetadataChange,
            (nint)(delegate* unmanaged<nint, nint, int, byte*, nint, void>)&DomainCallbacks.MetadataChange),
        Domain<BlockThresholdNotice>(DomainEventId.BlockThreshold,
            (nint)(delegate* unmanaged<nint, nint, byte*, byte*, ulong, ulong, nint, void>)&DomainCallbacks.BlockThreshold),
        Domain<MemoryFailureNotice>(DomainEventId.MemoryFailure,
            (nint)(delegate* unmanaged<nint, nint, int, int, uint, nint, void>)&DomainCallbacks.MemoryFailure),
        Domain<MemoryDeviceSizeChangeNotice>(DomainEventId.MemoryDeviceSizeChange,
            (nint)(delegate* unmanaged<nint, nint, byte*, ulong, nint, void>)&DomainCallbacks.MemoryDeviceSizeChange),
        new(typeof(NetworkLifecycleNotice), EventFamily.Network, (int)NetworkEventId.Lifecycle,
            (nint)(delegate* unmanaged<nint, nint, int, int, nint, void>)&HostCallbacks.NetworkLifecycle),
        new(typeof(StoragePoolLifecycleNotice), EventFamily.StoragePool, (int)StoragePoolEventId.Lifecycle,
            (nint)(delegate* unmanaged<nint, nint, int, int, nint, void>)&HostCallbacks.StoragePoolLifecycle),
        new(typeof(StoragePoolRefreshNotice), EventFamily.StoragePool, (int)StoragePoolEventId.Refresh,
            (nint)(delegate* unmanaged<nint, nint, nint, void>)&HostCallbacks.StoragePoolRefresh),
        new(typeof(NodeDeviceLifecycleNotice), EventFamily.NodeDevice, (int)NodeDeviceEventId.Lifecycle,
            (nint)(delegate* unmanaged<nint, nint, int, int, nint, void>)&HostCallbacks.NodeDeviceLifecycle),
        new(typeof(NodeDeviceUpdateNotice), EventFamily.NodeDevice, (int)NodeDeviceEventId.Update,
            (nint)(delegate* unmanaged<nint, nint, nint, void>)&HostCallbacks.NodeDeviceUpdate),
        new(typeof(SecretLifecycleNotice), EventFamily.Secret, (int)SecretEventId.Lifecycle,
            (nint)(delegate* unmanaged<nint, nint, int, int, nint, void>)&HostCallbacks.SecretLifecycle),
        new(typeof(SecretValueChangedNotice), EventFamily.Secret, (int)SecretEventId.ValueChanged,
            (nint)(delegate* unmanaged<nint, nint, nint, void>)&HostCallbacks.SecretValueChanged),
        new(typeof(QemuMonitorNotice), EventFamily.QemuMonitor, 0,
            (nint)(delegate* unmanaged<nint, nint, byte*, long, uint, byte*, nint, void>)&DomainCallbacks.QemuMonitor),
    ];

    /// <summary>True when <c>Subscribe&lt;T&gt;</c> covers this kind. qemu's own events come only to who names them.</summary>
    public bool Brings(Type wanted) => Family == EventFamily.QemuMonitor ? wanted == Type : wanted.IsAssignableFrom(Type);

    public string RegisterFunction => Family switch
    {
        EventFamily.Domain => nameof(Interop.virConnectDomainEventRegisterAny),
        EventFamily.Network => nameof(Interop.virConnectNetworkEventRegisterAny),
        EventFamily.StoragePool => nameof(Interop.virConnectStoragePoolEventRegisterAny),
        EventFamily.NodeDevice => nameof(Interop.virConnectNodeDeviceEventRegisterAny),
        EventFamily.Secret => nameof(Interop.virConnectSecretEventRegisterAny),
        _ => nameof(Interop.virConnectDomainQemuMonitorEventRegister),
    };

    /// <summary>C's id of the callback, or -1.</summary>
    public int Register(ConnectHandle connection, nint token)
    {
        var generic = (delegate* unmanaged<nint, nint, nint, void>)Callback;
        return Family switch
        {
            EventFamily.Domain => Interop.virConnectDomainEventRegisterAny(
                connection, DomainHandle.None, Id, generic, token, CallbackTable.Free),
            EventFamily.Network => Interop.virConnectNetworkEventRegisterAny(
                connection, NetworkHandle.None, Id, generic, token, CallbackTable.Free),
            EventFamily.StoragePool => Interop.virConnectStoragePoolEventRegisterAny(
                connection, StoragePoolHandle.None, Id, generic, token, CallbackTable.Free),
            EventFamily.NodeDevice => Interop.virConnectNodeDeviceEventRegisterAny(
                connection, NodeDeviceHandle.None, Id, generic, token, CallbackTable.Free),
            EventFamily.Secret => Interop.virConnectSecretEventRegisterAny(
                connection, SecretHandle.None, Id, generic, token, CallbackTable.Free),
            _ => Interop.virConnectDomainQemuMonitorEventRegister(connection, DomainHandle.None, null,
                (delegate* unmanaged<nint, nint, byte*, long, uint, byte*, nint, void>)Callback, token, CallbackTable.Free, 0),
        };
    }

    public int Deregister(ConnectHandle connection, int id) => Family switch
    {
        EventFamily.Domain => Interop.virConnectDomainEventDeregisterAny(connection, id),
        EventFamily.Network => Interop.virConnectNetworkEventDeregisterAny(connection, id),
        EventFamily.StoragePool => Interop.virConnectStoragePoolEventDeregisterAny(connection, id),
        EventFamily.NodeDevice => Interop.virConnectNodeDeviceEventDeregisterAny(connection, id),
        EventFamily.Secret => Interop.virConnectSecretEventDeregisterAny(connection, id),
        _ => Interop.virConnectDomainQemuMonitorEventDeregister(connection, id),
    };

    private static NoticeKind Domain<T>(DomainEventId id, nint callback) where T : DomainNotice
        => new(typeof(T), EventFamily.Domain, (int)id, callback);
}
