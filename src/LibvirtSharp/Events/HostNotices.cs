namespace LibvirtSharp;

/// <summary>A network was defined, started, stopped, undefined.</summary>
public sealed record NetworkLifecycleNotice(string Name, Guid Uuid, NetworkEventLifecycleType Event, int Detail) : Notice;

/// <summary>Something has happened to a storage pool.</summary>
public abstract record StoragePoolNotice(string Name, Guid Uuid) : Notice;

public sealed record StoragePoolLifecycleNotice(string Name, Guid Uuid, StoragePoolEventLifecycleType Event, int Detail)
    : StoragePoolNotice(Name, Uuid);

/// <summary>The pool was looked through again; its volumes may be others now.</summary>
public sealed record StoragePoolRefreshNotice(string Name, Guid Uuid) : StoragePoolNotice(Name, Uuid);

/// <summary>Something has happened to a device of the host.</summary>
public abstract record NodeDeviceNotice(string Name) : Notice;

public sealed record NodeDeviceLifecycleNotice(string Name, NodeDeviceEventLifecycleType Event, int Detail) : NodeDeviceNotice(Name);

public sealed record NodeDeviceUpdateNotice(string Name) : NodeDeviceNotice(Name);

/// <summary>Something has happened to a secret.</summary>
public abstract record SecretNotice(Guid Uuid, SecretUsageType UsageType, string UsageId) : Notice;

public sealed record SecretLifecycleNotice(Guid Uuid, SecretUsageType UsageType, string UsageId, SecretEventLifecycleType Event, int Detail)
    : SecretNotice(Uuid, UsageType, UsageId);

public sealed record SecretValueChangedNotice(Guid Uuid, SecretUsageType UsageType, string UsageId)
    : SecretNotice(Uuid, UsageType, UsageId);
