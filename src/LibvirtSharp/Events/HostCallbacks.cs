using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>What C calls when something happens to a network, a pool, a device or a secret. The pointers are lent for the
/// time of the call.</summary>
internal static unsafe class HostCallbacks
{
    [UnmanagedCallersOnly]
    public static void NetworkLifecycle(nint connection, nint network, int what, int detail, nint token)
        => EventHub.Deliver(token, () =>
        {
            var (name, uuid) = Network(network);
            return new NetworkLifecycleNotice(name, uuid, (NetworkEventLifecycleType)what, detail);
        });

    [UnmanagedCallersOnly]
    public static void StoragePoolLifecycle(nint connection, nint pool, int what, int detail, nint token)
        => EventHub.Deliver(token, () =>
        {
            var (name, uuid) = StoragePool(pool);
            return new StoragePoolLifecycleNotice(name, uuid, (StoragePoolEventLifecycleType)what, detail);
        });

    [UnmanagedCallersOnly]
    public static void StoragePoolRefresh(nint connection, nint pool, nint token)
        => EventHub.Deliver(token, () =>
        {
            var (name, uuid) = StoragePool(pool);
            return new StoragePoolRefreshNotice(name, uuid);
        });

    [UnmanagedCallersOnly]
    public static void NodeDeviceLifecycle(nint connection, nint device, int what, int detail, nint token)
        => EventHub.Deliver(token, () => new NodeDeviceLifecycleNotice(
            NodeDevice(device), (NodeDeviceEventLifecycleType)what, detail));

    [UnmanagedCallersOnly]
    public static void NodeDeviceUpdate(nint connection, nint device, nint token)
        => EventHub.Deliver(token, () => new NodeDeviceUpdateNotice(NodeDevice(device)));

    [UnmanagedCallersOnly]
    public static void SecretLifecycle(nint connection, nint secret, int what, int detail, nint token)
        => EventHub.Deliver(token, () =>
        {
            var (uuid, type, usage) = Secret(secret);
            return new SecretLifecycleNotice(uuid, type, usage, (SecretEventLifecycleType)what, detail);
        });

    [UnmanagedCallersOnly]
    public static void SecretValueChanged(nint connection, nint secret, nint token)
        => EventHub.Deliver(token, () =>
        {
            var (uuid, type, usage) = Secret(secret);
            return new SecretValueChangedNotice(uuid, type, usage);
        });

    private static (string Name, Guid Uuid) Network(nint network)
    {
        Check.Ok(Interop.virNetworkRef(network));
        using var handle = new NetworkHandle(network);
        var uuid = stackalloc byte[16];
        Check.Ok(Interop.virNetworkGetUUID(handle, uuid));
        return (Check.Name(Interop.virNetworkGetName(handle)), CText.Uuid(new ReadOnlySpan<byte>(uuid, 16)));
    }

    private static (string Name, Guid Uuid) StoragePool(nint pool)
    {
        Check.Ok(Interop.virStoragePoolRef(pool));
        using var handle = new StoragePoolHandle(pool);
        var uuid = stackalloc byte[16];
        Check.Ok(Interop.virStoragePoolGetUUID(handle, uuid));
        return (Check.Name(Interop.virStoragePoolGetName(handle)), CText.Uuid(new ReadOnlySpan<byte>(uuid, 16)));
    }

    private static string NodeDevice(nint device)
    {
        Check.Ok(Interop.virNodeDeviceRef(device));
        using var handle = new NodeDeviceHandle(device);
        return Check.Name(Interop.virNodeDeviceGetName(handle));
    }

    private static (Guid Uuid, SecretUsageType Type, string Usage) Secret(nint secret)
    {
        Check.Ok(Interop.virSecretRef(secret));
        using var handle = new SecretHandle(secret);
        var uuid = stackalloc byte[16];
        Check.Ok(Interop.virSecretGetUUID(handle, uuid));
        return (CText.Uuid(new ReadOnlySpan<byte>(uuid, 16)), (SecretUsageType)Interop.virSecretGetUsageType(handle),
            CText.Borrowed(Interop.virSecretGetUsageID(handle)) ?? "");
    }
}
