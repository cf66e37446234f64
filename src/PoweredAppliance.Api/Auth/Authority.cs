using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Auth;

/// <summary>Asks <see cref="AccessControl"/> with the zone's ACL rules about objects as Inventory has them.</summary>
public sealed class Authority(Inventory inventory)
{
    private volatile Ruled _rules = new(ImmutableSortedDictionary<int, PooledObject>.Empty, []);

    private sealed record Ruled(ImmutableSortedDictionary<int, PooledObject> From, ImmutableArray<AclRule> Rules);

    public Refusal? May(Subject who, Rights rights, VirtualMachine vm) => Ask(who, rights, Of(vm) with { Lock = vm.Lock });

    public Refusal? May(Subject who, Rights rights, PooledObject o) => Ask(who, rights, Of(o) with { Lock = o.Lock });

    /// <summary>Whether locked or not: who looks at it, locks it or takes the lock away.</summary>
    public Refusal? MayThoughLocked(Subject who, Rights rights, VirtualMachine vm) => Ask(who, rights, Of(vm));

    /// <inheritdoc cref="MayThoughLocked(Subject, Rights, VirtualMachine)"/>
    public Refusal? MayThoughLocked(Subject who, Rights rights, PooledObject o) => Ask(who, rights, Of(o));

    /// <summary>Is there for the subject: lists and info calls show it.</summary>
    public bool Shows(Subject who, VirtualMachine vm) => who.IsAdmin || MayThoughLocked(who, Rights.Use, vm) is null;

    /// <inheritdoc cref="Shows(Subject, VirtualMachine)"/>
    public bool Shows(Subject who, PooledObject o) => who.IsAdmin || MayThoughLocked(who, Rights.Use, o) is null;

    /// <summary>About what is no object of a pool, or a kind as a whole.</summary>
    public Refusal? May(Subject who, Rights rights, AccessObject what) => Ask(who, rights, what);

    public Refusal? MayZone(Subject who, Rights rights, int zone) => Ask(who, rights, new AccessObject(ObjectKinds.Zone, zone));

    public Refusal? MayCreate(Subject who, PoolKind kind) => Ask(who, Rights.Create, New(KindOf(kind), who));

    public Refusal? MayCreateVm(Subject who) => Ask(who, Rights.Create, New(ObjectKinds.Vm, who));

    /// <summary>The right on a VM that an operation takes of this subject, by a word of <see cref="VmOperationLevels"/>.</summary>
    public Rights Takes(Subject who, string operation) => VmOperationLevels.Of(
        operation, inventory.Find(PoolKind.User, who.User.Value)?.Template, inventory.Find(PoolKind.Group, who.Group.Value)?.Template);

    /// <summary>What is not made yet will be the maker's and of his group.</summary>
    private static AccessObject New(ObjectKinds kind, Subject who) => new(kind, -1, who.User, who.Group, Permissions.None, []);

    private Refusal? Ask(Subject who, Rights rights, AccessObject what) => who.IsAdmin && what.Lock is null ? null : AccessControl.Authorize(new(who, rights, what), Rules());

    private ImmutableArray<AclRule> Rules()
    {
        var pool = inventory.All(PoolKind.Acl);
        if (!ReferenceEquals(_rules.From, pool))
            _rules = new(pool, [.. pool.Values.Select(AclRule.Of).OfType<AclRule>()]);
        return _rules.Rules;
    }

    private static AccessObject Of(VirtualMachine vm) => new(
        ObjectKinds.Vm, vm.Id.Value, vm.Owner.User, vm.Owner.Group, new(vm.Permissions), vm.Host is { } host ? [host.Cluster] : []);

    private static AccessObject Of(PooledObject o)
    {
        var clusters = (o.Fact("CLUSTER_IDS") ?? o.Fact("CLUSTER_ID") ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, CultureInfo.InvariantCulture)).ToImmutableArray();
        return o.Kind switch
        {
            PoolKind.Host or PoolKind.Cluster or PoolKind.Zone or PoolKind.Vdc or PoolKind.Acl or PoolKind.Hook =>
                new(KindOf(o.Kind), o.Id, null, null, Permissions.None, clusters),
            // A user may see and use himself, the members of a group their group.
            PoolKind.User => new(ObjectKinds.User, o.Id, new(o.Id), o.Owner.Group, new(0b110_000_000), []),
            PoolKind.Group => new(ObjectKinds.Group, o.Id, null, new(o.Id), new(0b000_100_000), []),
            _ => new(KindOf(o.Kind), o.Id, o.Owner.User, o.Owner.Group, new(o.Permissions), clusters),
        };
    }

    public static ObjectKinds KindOf(PoolKind kind) => kind switch
    {
        PoolKind.Host => ObjectKinds.Host,
        PoolKind.User => ObjectKinds.User,
        PoolKind.Group => ObjectKinds.Group,
        PoolKind.Image => ObjectKinds.Image,
        PoolKind.Template => ObjectKinds.Template,
        PoolKind.VirtualNetwork => ObjectKinds.Net,
        PoolKind.Datastore => ObjectKinds.Datastore,
        PoolKind.Cluster => ObjectKinds.Cluster,
        PoolKind.Zone => ObjectKinds.Zone,
        PoolKind.Acl => ObjectKinds.Acl,
        PoolKind.Vdc => ObjectKinds.Vdc,
        PoolKind.SecurityGroup => ObjectKinds.SecGroup,
        PoolKind.VmGroup => ObjectKinds.VmGroup,
        PoolKind.VirtualRouter => ObjectKinds.VRouter,
        PoolKind.Marketplace => ObjectKinds.Marketplace,
        PoolKind.MarketplaceApp => ObjectKinds.MarketplaceApp,
        PoolKind.Document => ObjectKinds.Document,
        PoolKind.VnTemplate => ObjectKinds.VnTemplate,
        PoolKind.Hook => ObjectKinds.Hook,
        PoolKind.BackupJob => ObjectKinds.BackupJob,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind without rights"),
    };
}
