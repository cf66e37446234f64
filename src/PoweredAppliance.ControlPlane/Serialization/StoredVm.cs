using System.Text.Json.Serialization;
using PoweredAppliance.Core;
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

    internal static (string Manifest, object Form) Store(IEvent e)
    {
        var (vm, at) = (e.Vm.Value, e.At.ToUnixTimeMilliseconds());
        return e switch
        {
            Created c => ("vm/created/1", new CreatedV1(
                vm, at, c.Name, c.Owner.User.Value, c.Owner.Group.Value, c.Permissions, c.Template.ToText(), c.UserTemplate.ToText(), c.OnHold)),
            ActionTaken a => ("vm/action-taken/1", new ActionTakenV1(vm, at, a.Action, a.By.User.Value, a.By.Group.Value)),
            Offered o => ("vm/offered/1", new OfferedV1(
                vm, at, o.Host.Host.Value, o.Host.Hostname, o.Host.Cluster, o.Host.Datastore, o.Host.VmMad, o.Host.TmMad, o.Generation,
                o.By.User.Value, o.By.Group.Value)),
            OfferRefused r => ("vm/offer-refused/1", new OfferRefusedV1(vm, at, r.Generation, r.Why)),
            Placed p => ("vm/placed/1", new PlacedV1(vm, at, p.Generation, p.GraphicsPort)),
            Unplaceable u => ("vm/unplaceable/1", new UnplaceableV1(vm, at, u.Why)),
            StepDone d => ("vm/step-done/1", new StepDoneV1(vm, at, d.Generation, d.Step, d.DeployId)),
            StepFailed f => ("vm/step-failed/1", new StepFailedV1(vm, at, f.Generation, f.Step, f.Why)),
            Observed s => ("vm/observed/1", new ObservedV1(vm, at, s.Sighting, s.Detail)),
            Recovered r => ("vm/recovered/1", new RecoveredV1(vm, at, r.Operation, r.By.User.Value, r.By.Group.Value)),
            Renamed r => ("vm/renamed/1", new RenamedV1(vm, at, r.Name)),
            UserTemplateSet u => ("vm/user-template-set/1", new UserTemplateSetV1(vm, at, u.UserTemplate.ToText())),
            PermissionsSet p => ("vm/permissions-set/1", new PermissionsSetV1(vm, at, p.Permissions)),
            OwnerSet o => ("vm/owner-set/1", new OwnerSetV1(vm, at, o.Owner.User.Value, o.Owner.Group.Value)),
            _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event without a stored form"),
        };
    }

    internal static IEvent Restore(object form) => form switch
    {
        CreatedV1 c => new Created(
            new(c.Vm), Time(c.At), c.Name, By(c.Uid, c.Gid), c.Permissions, Template.Parse(c.Template), Template.Parse(c.UserTemplate), c.OnHold),
        ActionTakenV1 a => new ActionTaken(new(a.Vm), Time(a.At), a.Action, By(a.Uid, a.Gid)),
        OfferedV1 o => new Offered(
            new(o.Vm), Time(o.At), new(new(o.Host), o.Hostname, o.Cluster, o.Datastore, o.VmMad, o.TmMad), o.Generation, By(o.Uid, o.Gid)),
        OfferRefusedV1 r => new OfferRefused(new(r.Vm), Time(r.At), r.Generation, r.Why),
        PlacedV1 p => new Placed(new(p.Vm), Time(p.At), p.Generation, p.GraphicsPort),
        UnplaceableV1 u => new Unplaceable(new(u.Vm), Time(u.At), u.Why),
        StepDoneV1 d => new StepDone(new(d.Vm), Time(d.At), d.Generation, d.Step, d.DeployId),
        StepFailedV1 f => new StepFailed(new(f.Vm), Time(f.At), f.Generation, f.Step, f.Why),
        ObservedV1 s => new Observed(new(s.Vm), Time(s.At), s.Sighting, s.Detail),
        RecoveredV1 r => new Recovered(new(r.Vm), Time(r.At), r.Operation, By(r.Uid, r.Gid)),
        RenamedV1 r => new Renamed(new(r.Vm), Time(r.At), r.Name),
        UserTemplateSetV1 u => new UserTemplateSet(new(u.Vm), Time(u.At), Template.Parse(u.UserTemplate)),
        PermissionsSetV1 p => new PermissionsSet(new(p.Vm), Time(p.At), p.Permissions),
        OwnerSetV1 o => new OwnerSet(new(o.Vm), Time(o.At), By(o.Uid, o.Gid)),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "not a stored form of a VM"),
    };

    internal static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    internal static Caller By(int uid, int gid) => new(new(uid), new(gid));
}

[JsonSourceGenerationOptions(
    UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredVm.CreatedV1), TypeInfoPropertyName = "VmCreatedV1")]
[JsonSerializable(typeof(StoredVm.ActionTakenV1))]
[JsonSerializable(typeof(StoredVm.OfferedV1))]
[JsonSerializable(typeof(StoredVm.OfferRefusedV1))]
[JsonSerializable(typeof(StoredVm.PlacedV1))]
[JsonSerializable(typeof(StoredVm.UnplaceableV1))]
[JsonSerializable(typeof(StoredVm.StepDoneV1))]
[JsonSerializable(typeof(StoredVm.StepFailedV1))]
[JsonSerializable(typeof(StoredVm.ObservedV1))]
[JsonSerializable(typeof(StoredVm.RecoveredV1))]
[JsonSerializable(typeof(StoredVm.RenamedV1))]
[JsonSerializable(typeof(StoredVm.UserTemplateSetV1))]
[JsonSerializable(typeof(StoredVm.PermissionsSetV1))]
[JsonSerializable(typeof(StoredVm.OwnerSetV1))]
[JsonSerializable(typeof(StoredHost.ConfiguredV1))]
[JsonSerializable(typeof(StoredHost.CapacityLearnedV1))]
[JsonSerializable(typeof(StoredHost.ClaimedV1))]
[JsonSerializable(typeof(StoredHost.FreedV1))]
[JsonSerializable(typeof(StoredHost.RetiredV1))]
[JsonSerializable(typeof(StoredPool.PutV1))]
[JsonSerializable(typeof(StoredPool.DroppedV1))]
[JsonSerializable(typeof(StoredZone.FoundedV1))]
internal sealed partial class StoredJson : JsonSerializerContext;
