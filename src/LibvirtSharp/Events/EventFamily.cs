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

internal static class EventFamilies
{
    /// <summary>Takes a callback back. A failure means that it is gone already, with its connection.</summary>
    public static int Deregister(this EventFamily family, ConnectHandle connection, int id) => family switch
    {
        EventFamily.Domain => Interop.virConnectDomainEventDeregisterAny(connection, id),
        EventFamily.Network => Interop.virConnectNetworkEventDeregisterAny(connection, id),
        EventFamily.StoragePool => Interop.virConnectStoragePoolEventDeregisterAny(connection, id),
        EventFamily.NodeDevice => Interop.virConnectNodeDeviceEventDeregisterAny(connection, id),
        EventFamily.Secret => Interop.virConnectSecretEventDeregisterAny(connection, id),
        EventFamily.QemuMonitor => Interop.virConnectDomainQemuMonitorEventDeregister(connection, id),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "a family of events that nobody registers"),
    };
}
