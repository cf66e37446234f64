namespace LibvirtSharp;

/// <summary>libvirt says that something has happened. Notices are plain values: they hold nothing open. None are kept for a
/// connection that was down: after it is open again, look.</summary>
public abstract record Notice;

/// <summary>Something has happened to a domain.</summary>
public abstract record DomainNotice(DomainIdentity Domain) : Notice;

/// <summary>Defined, started, suspended, stopped, ... The meaning of <paramref name="Detail"/> depends on the event:
/// <see cref="DomainEventStoppedDetailType"/>, <see cref="DomainEventStartedDetailType"/>, ...</summary>
public sealed record DomainLifecycleNotice(DomainIdentity Domain, DomainEventType Event, int Detail) : DomainNotice(Domain);

/// <summary>The guest has rebooted itself. One reboot may give more than one notice.</summary>
public sealed record RebootNotice(DomainIdentity Domain) : DomainNotice(Domain);

/// <summary>The guest has set its clock: seconds from UTC.</summary>
public sealed record RtcChangeNotice(DomainIdentity Domain, long UtcOffsetSeconds) : DomainNotice(Domain);

/// <summary>The guest has not fed its watchdog, and this is being done about it.</summary>
public sealed record WatchdogNotice(DomainIdentity Domain, DomainEventWatchdogAction Action) : DomainNotice(Domain);

/// <summary>A disk has failed, and this was done about it.</summary>
public sealed record IOErrorNotice(DomainIdentity Domain, string SourcePath, string DeviceAlias, DomainEventIOErrorAction Action)
    : DomainNotice(Domain);

/// <summary>As <see cref="IOErrorNotice"/>, with the reason if it is known, such as enospc.</summary>
public sealed record IOErrorReasonNotice(
    DomainIdentity Domain, string SourcePath, string DeviceAlias, DomainEventIOErrorAction Action, string? Reason) : DomainNotice(Domain);

/// <summary>One end of a VNC or SPICE connection.</summary>
public sealed record GraphicsAddress(DomainEventGraphicsAddressType Family, string? Node, string? Port);

/// <summary>Somebody comes to, is at, or leaves a display. <paramref name="Identities"/> is who: type and name.</summary>
public sealed record GraphicsNotice(DomainIdentity Domain, DomainEventGraphicsPhase Phase, GraphicsAddress Local, GraphicsAddress Remote,
    string? AuthScheme, IReadOnlyList<(string Type, string Name)> Identities) : DomainNotice(Domain);

/// <summary>The channel to the hypervisor has failed: the domain runs, but cannot be driven until libvirt starts again.</summary>
public sealed record ControlErrorNotice(DomainIdentity Domain) : DomainNotice(Domain);

/// <summary>A block job has ended or is ready. The disk by its target, such as vda.</summary>
public sealed record BlockJobNotice(
    DomainIdentity Domain, string Disk, DomainBlockJobType Type, ConnectDomainEventBlockJobStatus Status) : DomainNotice(Domain);

/// <summary>As <see cref="BlockJobNotice"/>, from before libvirt named disks by target: the disk by its path.</summary>
public sealed record BlockJobPathNotice(
    DomainIdentity Domain, string Path, DomainBlockJobType Type, ConnectDomainEventBlockJobStatus Status) : DomainNotice(Domain);

/// <summary>A missing medium was dropped or replaced at start.</summary>
public sealed record DiskChangeNotice(
    DomainIdentity Domain, string? OldSourcePath, string? NewSourcePath, string DeviceAlias, ConnectDomainEventDiskChangeReason Reason)
    : DomainNotice(Domain);

/// <summary>The guest has opened or closed a tray.</summary>
public sealed record TrayChangeNotice(DomainIdentity Domain, string DeviceAlias, DomainEventTrayChangeReason Reason) : DomainNotice(Domain);

/// <summary>The guest has woken up.</summary>
public sealed record PmWakeupNotice(DomainIdentity Domain, int Reason) : DomainNotice(Domain);

/// <summary>The guest has gone to sleep, memory powered.</summary>
public sealed record PmSuspendNotice(DomainIdentity Domain, int Reason) : DomainNotice(Domain);

/// <summary>The guest has gone to sleep, memory on disk.</summary>
public sealed record PmSuspendDiskNotice(DomainIdentity Domain, int Reason) : DomainNotice(Domain);

/// <summary>The guest has given memory back or taken it: KiB that it now has.</summary>
public sealed record BalloonChangeNotice(DomainIdentity Domain, ulong ActualKib) : DomainNotice(Domain);

/// <summary>A device is there.</summary>
public sealed record DeviceAddedNotice(DomainIdentity Domain, string DeviceAlias) : DomainNotice(Domain);

/// <summary>A device is gone: the guest has let go of it.</summary>
public sealed record DeviceRemovedNotice(DomainIdentity Domain, string DeviceAlias) : DomainNotice(Domain);

/// <summary>The guest did not let go of a device.</summary>
public sealed record DeviceRemovalFailedNotice(DomainIdentity Domain, string DeviceAlias) : DomainNotice(Domain);

/// <summary>Limits of CPU or disk have changed (<see cref="DomainTunableKeys"/>).</summary>
public sealed record TunableNotice(DomainIdentity Domain, TypedParameters Values) : DomainNotice(Domain);

/// <summary>The guest's agent has come or gone.</summary>
public sealed record AgentLifecycleNotice(
    DomainIdentity Domain, ConnectDomainEventAgentLifecycleState State, ConnectDomainEventAgentLifecycleReason Reason) : DomainNotice(Domain);

/// <summary>A migration begins to go over the guest's memory once more.</summary>
public sealed record MigrationIterationNotice(DomainIdentity Domain, int Iteration) : DomainNotice(Domain);

/// <summary>A migration, save, dump or backup has ended (<see cref="DomainJobKeys"/>).</summary>
public sealed record JobCompletedNotice(DomainIdentity Domain, DomainJobStats Stats) : DomainNotice(Domain);

/// <summary>Title, description or an element of the metadata has changed.</summary>
public sealed record MetadataChangeNotice(DomainIdentity Domain, DomainMetadataType Type, string? Uri) : DomainNotice(Domain);

/// <summary>Writing has passed the byte that was set as threshold, by that much.</summary>
public sealed record BlockThresholdNotice(DomainIdentity Domain, string Device, string? Path, ulong Threshold, ulong Excess)
    : DomainNotice(Domain);

/// <summary>Memory of the host has failed under the guest.</summary>
public sealed record MemoryFailureNotice(DomainIdentity Domain, DomainMemoryFailureRecipientType Recipient,
    DomainMemoryFailureActionType Action, DomainMemoryFailureFlags Flags) : DomainNotice(Domain);

/// <summary>A memory device has another size now: KiB.</summary>
public sealed record MemoryDeviceSizeChangeNotice(DomainIdentity Domain, string DeviceAlias, ulong SizeKib) : DomainNotice(Domain);

/// <summary>qemu's monitor says so itself, in its own words; <paramref name="Details"/> is JSON.</summary>
public sealed record QemuMonitorNotice(DomainIdentity Domain, string Event, DateTimeOffset At, string? Details) : DomainNotice(Domain);
