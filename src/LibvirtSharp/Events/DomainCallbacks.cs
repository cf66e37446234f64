using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>What C calls when something happens to a domain: one function for each shape of event. The pointers are lent
/// for the time of the call.</summary>
internal static unsafe class DomainCallbacks
{
    [UnmanagedCallersOnly]
    public static int Lifecycle(nint connection, nint domain, int what, int detail, nint token)
    {
        EventHub.Deliver(token, () => new DomainLifecycleNotice(DomainIdentity.OfLent(domain), (DomainEventType)what, detail));
        return 0;
    }

    [UnmanagedCallersOnly]
    public static void Reboot(nint connection, nint domain, nint token)
        => EventHub.Deliver(token, () => new RebootNotice(DomainIdentity.OfLent(domain)));

    [UnmanagedCallersOnly]
    public static void ControlError(nint connection, nint domain, nint token)
        => EventHub.Deliver(token, () => new ControlErrorNotice(DomainIdentity.OfLent(domain)));

    [UnmanagedCallersOnly]
    public static void RtcChange(nint connection, nint domain, long utcOffset, nint token)
        => EventHub.Deliver(token, () => new RtcChangeNotice(DomainIdentity.OfLent(domain), utcOffset));

    [UnmanagedCallersOnly]
    public static void Watchdog(nint connection, nint domain, int action, nint token)
        => EventHub.Deliver(token, () => new WatchdogNotice(DomainIdentity.OfLent(domain), (DomainEventWatchdogAction)action));

    [UnmanagedCallersOnly]
    public static void IOError(nint connection, nint domain, byte* path, byte* alias, int action, nint token)
        => EventHub.Deliver(token, () => new IOErrorNotice(
            DomainIdentity.OfLent(domain), Text(path), Text(alias), (DomainEventIOErrorAction)action));

    [UnmanagedCallersOnly]
    public static void IOErrorReason(nint connection, nint domain, byte* path, byte* alias, int action, byte* reason, nint token)
        => EventHub.Deliver(token, () => new IOErrorReasonNotice(
            DomainIdentity.OfLent(domain), Text(path), Text(alias), (DomainEventIOErrorAction)action, CText.Borrowed(reason)));

    [UnmanagedCallersOnly]
    public static void Graphics(nint connection, nint domain, int phase, virDomainEventGraphicsAddress* local,
        virDomainEventGraphicsAddress* remote, byte* scheme, virDomainEventGraphicsSubject* subject, nint token)
        => EventHub.Deliver(token, () => new GraphicsNotice(DomainIdentity.OfLent(domain), (DomainEventGraphicsPhase)phase,
            Address(local), Address(remote), CText.Borrowed(scheme), Identities(subject)));

    [UnmanagedCallersOnly]
    public static void BlockJob(nint connection, nint domain, byte* disk, int type, int status, nint token)
        => EventHub.Deliver(token, () => new BlockJobNotice(
            DomainIdentity.OfLent(domain), Text(disk), (DomainBlockJobType)type, (ConnectDomainEventBlockJobStatus)status));

    [UnmanagedCallersOnly]
    public static void BlockJobPath(nint connection, nint domain, byte* path, int type, int status, nint token)
        => EventHub.Deliver(token, () => new BlockJobPathNotice(
            DomainIdentity.OfLent(domain), Text(path), (DomainBlockJobType)type, (ConnectDomainEventBlockJobStatus)status));

    [UnmanagedCallersOnly]
    public static void DiskChange(nint connection, nint domain, byte* old, byte* now, byte* alias, int reason, nint token)
        => EventHub.Deliver(token, () => new DiskChangeNotice(DomainIdentity.OfLent(domain),
            CText.Borrowed(old), CText.Borrowed(now), Text(alias), (ConnectDomainEventDiskChangeReason)reason));

    [UnmanagedCallersOnly]
    public static void TrayChange(nint connection, nint domain, byte* alias, int reason, nint token)
        => EventHub.Deliver(token, () => new TrayChangeNotice(
            DomainIdentity.OfLent(domain), Text(alias), (DomainEventTrayChangeReason)reason));

    [UnmanagedCallersOnly]
    public static void PmWakeup(nint connection, nint domain, int reason, nint token)
        => EventHub.Deliver(token, () => new PmWakeupNotice(DomainIdentity.OfLent(domain), reason));

    [UnmanagedCallersOnly]
    public static void PmSuspend(nint connection, nint domain, int reason, nint token)
        => EventHub.Deliver(token, () => new PmSuspendNotice(DomainIdentity.OfLent(domain), reason));

    [UnmanagedCallersOnly]
    public static void PmSuspendDisk(nint connection, nint domain, int reason, nint token)
        => EventHub.Deliver(token, () => new PmSuspendDiskNotice(DomainIdentity.OfLent(domain), reason));

    [UnmanagedCallersOnly]
    public static void BalloonChange(nint connection, nint domain, ulong actual, nint token)
        => EventHub.Deliver(token, () => new BalloonChangeNotice(DomainIdentity.OfLent(domain), actual));

    [UnmanagedCallersOnly]
    public static void DeviceAdded(nint connection, nint domain, byte* alias, nint token)
        => EventHub.Deliver(token, () => new DeviceAddedNotice(DomainIdentity.OfLent(domain), Text(alias)));

    [UnmanagedCallersOnly]
    public static void DeviceRemoved(nint connection, nint domain, byte* alias, nint token)
        => EventHub.Deliver(token, () => new DeviceRemovedNotice(DomainIdentity.OfLent(domain), Text(alias)));

    [UnmanagedCallersOnly]
    public static void DeviceRemovalFailed(nint connection, nint domain, byte* alias, nint token)
        => EventHub.Deliver(token, () => new DeviceRemovalFailedNotice(DomainIdentity.OfLent(domain), Text(alias)));

    [UnmanagedCallersOnly]
    public static void Tunable(nint connection, nint domain, virTypedParameter* values, int count, nint token)
        => EventHub.Deliver(token, () => new TunableNotice(DomainIdentity.OfLent(domain), TypedParameters.Copy(values, count)));

    [UnmanagedCallersOnly]
    public static void AgentLifecycle(nint connection, nint domain, int state, int reason, nint token)
        => EventHub.Deliver(token, () => new AgentLifecycleNotice(DomainIdentity.OfLent(domain),
            (ConnectDomainEventAgentLifecycleState)state, (ConnectDomainEventAgentLifecycleReason)reason));

    [UnmanagedCallersOnly]
    public static void MigrationIteration(nint connection, nint domain, int iteration, nint token)
        => EventHub.Deliver(token, () => new MigrationIterationNotice(DomainIdentity.OfLent(domain), iteration));

    [UnmanagedCallersOnly]
    public static void JobCompleted(nint connection, nint domain, virTypedParameter* values, int count, nint token)
        => EventHub.Deliver(token, () => new JobCompletedNotice(DomainIdentity.OfLent(domain),
            new DomainJobStats(DomainJobType.Completed, TypedParameters.Copy(values, count))));

    [UnmanagedCallersOnly]
    public static void MetadataChange(nint connection, nint domain, int type, byte* uri, nint token)
        => EventHub.Deliver(token, () => new MetadataChangeNotice(
            DomainIdentity.OfLent(domain), (DomainMetadataType)type, CText.Borrowed(uri)));

    [UnmanagedCallersOnly]
    public static void BlockThreshold(nint connection, nint domain, byte* device, byte* path, ulong threshold, ulong excess, nint token)
        => EventHub.Deliver(token, () => new BlockThresholdNotice(
            DomainIdentity.OfLent(domain), Text(device), CText.Borrowed(path), threshold, excess));

    [UnmanagedCallersOnly]
    public static void MemoryFailure(nint connection, nint domain, int recipient, int action, uint flags, nint token)
        => EventHub.Deliver(token, () => new MemoryFailureNotice(DomainIdentity.OfLent(domain),
            (DomainMemoryFailureRecipientType)recipient, (DomainMemoryFailureActionType)action, (DomainMemoryFailureFlags)flags));

    [UnmanagedCallersOnly]
    public static void MemoryDeviceSizeChange(nint connection, nint domain, byte* alias, ulong size, nint token)
        => EventHub.Deliver(token, () => new MemoryDeviceSizeChangeNotice(DomainIdentity.OfLent(domain), Text(alias), size));

    [UnmanagedCallersOnly]
    public static void QemuMonitor(nint connection, nint domain, byte* what, long seconds, uint micros, byte* details, nint token)
        => EventHub.Deliver(token, () => new QemuMonitorNotice(DomainIdentity.OfLent(domain), Text(what),
            DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(micros), CText.Borrowed(details)));

    private static string Text(byte* text) => CText.Borrowed(text) ?? "";

    private static GraphicsAddress Address(virDomainEventGraphicsAddress* a)
        => new((DomainEventGraphicsAddressType)a->family, CText.Borrowed(a->node), CText.Borrowed(a->service));

    private static (string, string)[] Identities(virDomainEventGraphicsSubject* subject)
    {
        var identities = new (string, string)[subject is null ? 0 : subject->nidentity];
        for (var i = 0; i < identities.Length; i++)
            identities[i] = (Text(subject->identities[i].type), Text(subject->identities[i].name));
        return identities;
    }
}
