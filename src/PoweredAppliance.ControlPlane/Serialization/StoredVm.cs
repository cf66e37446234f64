using System.Text.Json.Serialization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>
/// How a VM's events lie in the journal. A form that was released is never changed: a new one gets the next number and the old
/// one is still read. Times are unix milliseconds, templates OpenNebula text.
/// </summary>
internal static class StoredVm
{
    internal sealed record CreatedV1(
        int Vm, long At, string Name, int Uid, int Gid, int Permissions, string Template, string UserTemplate, bool OnHold);

    /// <param name="Disks">the DISK vectors as OpenNebula text</param>
    internal sealed record DisksFilledV1(int Vm, long At, string Disks, string? Why);

    /// <param name="Snapshots">as an image keeps them</param>
    internal sealed record SnapshotsInheritedV1(int Vm, long At, int Disk, string Snapshots);
    internal sealed record MigrationBegunV1(
        int Vm, long At, int Host, string Hostname, int Cluster, int Datastore, string VmMad, string TmMad, int Generation, MigrationWay Way, int Uid, int Gid);
    internal sealed record MigrationGrantedV1(int Vm, long At, int Generation, int GraphicsPort);
    internal sealed record MigrationRefusedV1(int Vm, long At, int Generation, string Why);
    internal sealed record ActionTakenV1(int Vm, long At, VmAction Action, int Uid, int Gid);
    internal sealed record OfferedV1(
        int Vm, long At, int Host, string Hostname, int Cluster, int Datastore, string VmMad, string TmMad, int Generation, int Uid, int Gid);
    internal sealed record OfferRefusedV1(int Vm, long At, int Generation, string Why);
    internal sealed record PlacedV1(int Vm, long At, int Generation, int GraphicsPort);
    internal sealed record UnplaceableV1(int Vm, long At, string Why);
    internal sealed record StepDoneV1(int Vm, long At, int Generation, VmStep Step, string? DeployId);
    internal sealed record StepFailedV1(int Vm, long At, int Generation, VmStep Step, string Why);
    internal sealed record ObservedV1(int Vm, long At, Sighting Sighting, string Detail);
    internal sealed record RecoveredV1(int Vm, long At, RecoverOperation Operation, int Uid, int Gid);
    internal sealed record RenamedV1(int Vm, long At, string Name);
    internal sealed record UserTemplateSetV1(int Vm, long At, string UserTemplate);
    internal sealed record PermissionsSetV1(int Vm, long At, int Permissions);
    internal sealed record OwnerSetV1(int Vm, long At, int Uid, int Gid);
    internal sealed record LockedV1(int Vm, long At, LockLevel Level, int Uid);
    internal sealed record UnlockedV1(int Vm, long At);
    internal sealed record ScheduleSetV1(int Vm, long At, string Entry);
    internal sealed record ScheduleDroppedV1(int Vm, long At, int Id);

    /// <param name="Rules">SECURITY_GROUP_RULE vectors as OpenNebula text</param>
    internal sealed record RulesSetV1(int Vm, long At, string Rules, int? Nic, string? Groups, bool Tell, HistoryAction? Word, int Uid, int Gid);

    /// <param name="Stdout">base64, as is Stderr; both only of a command that has ended</param>
    internal sealed record CommandReportedV1(int Vm, long At, long Pid, int? ReturnCode, string? Stdout, string? Stderr);
    internal sealed record ReconfiguredV1(int Vm, long At, string Template, HistoryAction Word, int Uid, int Gid);

    internal static (string Manifest, object Form) Store(IEvent e)
    {
        var (vm, at) = (e.Vm.Value, e.At.ToUnixTimeMilliseconds());
        return e switch
        {
            Created c => ("vm/created/1", new CreatedV1(
                vm, at, c.Name, c.Owner.User.Value, c.Owner.Group.Value, c.Permissions, c.Template.ToText(), c.UserTemplate.ToText(), c.OnHold)),
            DisksFilled f => ("vm/disks-filled/1", new DisksFilledV1(vm, at, Template.Of(f.Disks).ToText(), f.Why)),
            SnapshotsInherited i => ("vm/snapshots-inherited/1", new SnapshotsInheritedV1(vm, at, i.Tree.Disk, ImageSnapshots.Write(i.Tree, i.Vm))),
            ActionTaken a => ("vm/action-taken/1", new ActionTakenV1(vm, at, a.Action, a.By.User.Value, a.By.Group.Value)),
            Offered o => ("vm/offered/1", new OfferedV1(
                vm, at, o.Host.Host.Value, o.Host.Hostname, o.Host.Cluster, o.Host.Datastore, o.Host.VmMad, o.Host.TmMad, o.Generation,
                o.By.User.Value, o.By.Group.Value)),
            OfferRefused r => ("vm/offer-refused/1", new OfferRefusedV1(vm, at, r.Generation, r.Why)),
            Placed p => ("vm/placed/1", new PlacedV1(vm, at, p.Generation, p.GraphicsPort)),
            Unplaceable u => ("vm/unplaceable/1", new UnplaceableV1(vm, at, u.Why)),
            MigrationBegun m => ("vm/migration-begun/1", new MigrationBegunV1(
                vm, at, m.To.Host.Value, m.To.Hostname, m.To.Cluster, m.To.Datastore, m.To.VmMad, m.To.TmMad, m.Generation, m.Way,
                m.By.User.Value, m.By.Group.Value)),
            MigrationGranted m => ("vm/migration-granted/1", new MigrationGrantedV1(vm, at, m.Generation, m.GraphicsPort)),
            MigrationRefused m => ("vm/migration-refused/1", new MigrationRefusedV1(vm, at, m.Generation, m.Why)),
            StepDone d => ("vm/step-done/1", new StepDoneV1(vm, at, d.Generation, d.Step, d.DeployId)),
            StepFailed f => ("vm/step-failed/1", new StepFailedV1(vm, at, f.Generation, f.Step, f.Why)),
            Observed s => ("vm/observed/1", new ObservedV1(vm, at, s.Sighting, s.Detail)),
            ChangeBegun c => StoredChange.Store(c),
            CommandReported { Report: var r } => ("vm/command-reported/1", new CommandReportedV1(
                vm, at, r.Pid, r.ReturnCode, r.ReturnCode is null ? null : r.Stdout, r.ReturnCode is null ? null : r.Stderr)),
            ScheduleSet s => ("vm/schedule-set/1", new ScheduleSetV1(vm, at, Template.Of(s.Entry).ToText())),
            ScheduleDropped d => ("vm/schedule-dropped/1", new ScheduleDroppedV1(vm, at, d.Id)),
            RulesSet r => ("vm/rules-set/1", new RulesSetV1(
                vm, at, r.Rules.ToText(), r.Nic, r.Groups, r.Tell, r.Word, r.By.User.Value, r.By.Group.Value)),
            Reconfigured r => ("vm/reconfigured/1", new ReconfiguredV1(vm, at, r.Template.ToText(), r.Word, r.By.User.Value, r.By.Group.Value)),
            DiskSnapshotRenamed r => ("vm/disk-snapshot-renamed/1", new StoredChange.DiskSnapshotRenamedV1(vm, at, r.Disk, r.Snapshot, r.Name)),
            Recovered r => ("vm/recovered/1", new RecoveredV1(vm, at, r.Operation, r.By.User.Value, r.By.Group.Value)),
            Renamed r => ("vm/renamed/1", new RenamedV1(vm, at, r.Name)),
            UserTemplateSet u => ("vm/user-template-set/1", new UserTemplateSetV1(vm, at, u.UserTemplate.ToText())),
            PermissionsSet p => ("vm/permissions-set/1", new PermissionsSetV1(vm, at, p.Permissions)),
            OwnerSet o => ("vm/owner-set/1", new OwnerSetV1(vm, at, o.Owner.User.Value, o.Owner.Group.Value)),
            Locked l => ("vm/locked/1", new LockedV1(vm, at, l.Level, l.By.Value)),
            Unlocked => ("vm/unlocked/1", new UnlockedV1(vm, at)),
            _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event without a stored form"),
        };
    }

    internal static IEvent Restore(object form) => form switch
    {
        CreatedV1 c => new Created(
            new(c.Vm), Time(c.At), c.Name, By(c.Uid, c.Gid), c.Permissions, Template.Parse(c.Template), Template.Parse(c.UserTemplate), c.OnHold),
        DisksFilledV1 f => new DisksFilled(new(f.Vm), Time(f.At), [.. Template.Parse(f.Disks).Vectors("DISK")], f.Why),
        SnapshotsInheritedV1 i => new SnapshotsInherited(new(i.Vm), Time(i.At), ImageSnapshots.Read(i.Snapshots, i.Disk)),
        ActionTakenV1 a => new ActionTaken(new(a.Vm), Time(a.At), a.Action, By(a.Uid, a.Gid)),
        OfferedV1 o => new Offered(
            new(o.Vm), Time(o.At), new(new(o.Host), o.Hostname, o.Cluster, o.Datastore, o.VmMad, o.TmMad), o.Generation, By(o.Uid, o.Gid)),
        OfferRefusedV1 r => new OfferRefused(new(r.Vm), Time(r.At), r.Generation, r.Why),
        PlacedV1 p => new Placed(new(p.Vm), Time(p.At), p.Generation, p.GraphicsPort),
        UnplaceableV1 u => new Unplaceable(new(u.Vm), Time(u.At), u.Why),
        MigrationBegunV1 m => new MigrationBegun(
            new(m.Vm), Time(m.At), new(new(m.Host), m.Hostname, m.Cluster, m.Datastore, m.VmMad, m.TmMad), m.Generation, m.Way, By(m.Uid, m.Gid)),
        MigrationGrantedV1 m => new MigrationGranted(new(m.Vm), Time(m.At), m.Generation, m.GraphicsPort),
        MigrationRefusedV1 m => new MigrationRefused(new(m.Vm), Time(m.At), m.Generation, m.Why),
        StepDoneV1 d => new StepDone(new(d.Vm), Time(d.At), d.Generation, d.Step, d.DeployId),
        StepFailedV1 f => new StepFailed(new(f.Vm), Time(f.At), f.Generation, f.Step, f.Why),
        ObservedV1 s => new Observed(new(s.Vm), Time(s.At), s.Sighting, s.Detail),
        StoredChange.ChangeBegunV1 c => StoredChange.Restore(c),
        StoredChange.ResizeBegunV1 c => StoredChange.Restore(c),
        StoredChange.ReconfigureBegunV1 c => StoredChange.Restore(c),
        StoredChange.ExecuteBegunV1 c => StoredChange.Restore(c),
        CommandReportedV1 c => new CommandReported(new(c.Vm), Time(c.At), new(c.Pid, c.ReturnCode, c.Stdout ?? "", c.Stderr ?? "")),
        ScheduleSetV1 s => new ScheduleSet(new(s.Vm), Time(s.At), Template.Parse(s.Entry).Attributes.OfType<VectorAttribute>().Single()),
        ScheduleDroppedV1 d => new ScheduleDropped(new(d.Vm), Time(d.At), d.Id),
        RulesSetV1 r => new RulesSet(
            new(r.Vm), Time(r.At), Template.Parse(r.Rules), r.Nic, r.Groups, r.Tell, r.Word, By(r.Uid, r.Gid)),
        ReconfiguredV1 r => new Reconfigured(new(r.Vm), Time(r.At), Template.Parse(r.Template), r.Word, By(r.Uid, r.Gid)),
        StoredChange.DiskSnapshotRenamedV1 r => new DiskSnapshotRenamed(new(r.Vm), Time(r.At), r.Disk, r.Snapshot, r.Name),
        RecoveredV1 r => new Recovered(new(r.Vm), Time(r.At), r.Operation, By(r.Uid, r.Gid)),
        RenamedV1 r => new Renamed(new(r.Vm), Time(r.At), r.Name),
        UserTemplateSetV1 u => new UserTemplateSet(new(u.Vm), Time(u.At), Template.Parse(u.UserTemplate)),
        PermissionsSetV1 p => new PermissionsSet(new(p.Vm), Time(p.At), p.Permissions),
        OwnerSetV1 o => new OwnerSet(new(o.Vm), Time(o.At), By(o.Uid, o.Gid)),
        LockedV1 l => new Locked(new(l.Vm), Time(l.At), l.Level, new(l.Uid)),
        UnlockedV1 u => new Unlocked(new(u.Vm), Time(u.At)),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "not a stored form of a VM"),
    };

    internal static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    internal static Caller By(int uid, int gid) => new(new(uid), new(gid));
}

[JsonSourceGenerationOptions(
    UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredVm.CreatedV1), TypeInfoPropertyName = "VmCreatedV1")]
[JsonSerializable(typeof(StoredVm.DisksFilledV1))]
[JsonSerializable(typeof(StoredVm.SnapshotsInheritedV1))]
[JsonSerializable(typeof(StoredVm.ActionTakenV1))]
[JsonSerializable(typeof(StoredVm.MigrationBegunV1))]
[JsonSerializable(typeof(StoredVm.MigrationGrantedV1))]
[JsonSerializable(typeof(StoredVm.MigrationRefusedV1))]
[JsonSerializable(typeof(StoredVm.OfferedV1))]
[JsonSerializable(typeof(StoredVm.OfferRefusedV1))]
[JsonSerializable(typeof(StoredVm.PlacedV1))]
[JsonSerializable(typeof(StoredVm.UnplaceableV1))]
[JsonSerializable(typeof(StoredVm.StepDoneV1))]
[JsonSerializable(typeof(StoredVm.StepFailedV1))]
[JsonSerializable(typeof(StoredVm.ObservedV1))]
[JsonSerializable(typeof(StoredChange.ChangeBegunV1))]
[JsonSerializable(typeof(StoredChange.DiskSnapshotRenamedV1))]
[JsonSerializable(typeof(StoredChange.ResizeBegunV1))]
[JsonSerializable(typeof(StoredChange.ReconfigureBegunV1))]
[JsonSerializable(typeof(StoredChange.ExecuteBegunV1))]
[JsonSerializable(typeof(StoredVm.CommandReportedV1))]
[JsonSerializable(typeof(StoredVm.ReconfiguredV1))]
[JsonSerializable(typeof(StoredVm.RulesSetV1))]
[JsonSerializable(typeof(StoredVm.ScheduleSetV1))]
[JsonSerializable(typeof(StoredVm.ScheduleDroppedV1))]
[JsonSerializable(typeof(StoredVm.RecoveredV1))]
[JsonSerializable(typeof(StoredVm.RenamedV1))]
[JsonSerializable(typeof(StoredVm.UserTemplateSetV1))]
[JsonSerializable(typeof(StoredVm.PermissionsSetV1))]
[JsonSerializable(typeof(StoredVm.OwnerSetV1))]
[JsonSerializable(typeof(StoredVm.LockedV1))]
[JsonSerializable(typeof(StoredVm.UnlockedV1))]
[JsonSerializable(typeof(StoredHost.ConfiguredV1))]
[JsonSerializable(typeof(StoredHost.CapacityLearnedV1))]
[JsonSerializable(typeof(StoredHost.ClaimedV1))]
[JsonSerializable(typeof(StoredHost.FreedV1))]
[JsonSerializable(typeof(StoredHost.RetiredV1))]
[JsonSerializable(typeof(StoredPool.PutV1))]
[JsonSerializable(typeof(StoredPool.DroppedV1))]
[JsonSerializable(typeof(StoredZone.FoundedV1))]
[JsonSerializable(typeof(StoredZone.DescribedV1))]
[JsonSerializable(typeof(StoredZone.EnabledV1))]
[JsonSerializable(typeof(StoredHook.QueuedV1))]
[JsonSerializable(typeof(StoredHook.RanV1))]
[JsonSerializable(typeof(StoredHook.ForgottenV1))]
internal sealed partial class StoredJson : JsonSerializerContext;
