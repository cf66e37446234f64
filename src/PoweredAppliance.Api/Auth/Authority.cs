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

    public Refusal? May(Subject who, Rights rights, VirtualMachine vm) => Ask(who, rights, new(
        ObjectKinds.Vm, vm.Id.Value, vm.Owner.User, vm.Owner.Group, new(vm.Permissions), vm.Host is { } host ? [host.Cluster] : []));

    public Refusal? May(Subject who, Rights rights, PooledObject o) => Ask(who, rights, Of(o));

    public Refusal? MayCreate(Subject who, PoolKind kind) => Ask(who, Rights.Create, new AccessObject(KindOf(kind)));

    public Refusal? MayCreateVm(Subject who) => Ask(who, Rights.Create, new AccessObject(ObjectKinds.Vm));

    private Refusal? Ask(Subject who, Rights rights, AccessObject what) => who.IsAdmin ? null : AccessControl.Authorize(new(who, rights, what), Rules());

    private ImmutableArray<AclRule> Rules()
    {
        var pool = inventory.All(PoolKind.Acl);
        if (!ReferenceEquals(_rules.From, pool))
            _rules = new(pool, [.. pool.Values.Select(Rule).OfType<AclRule>()]);
        return _rules.Rules;
    }

    /// <summary>The rule of a pool's object; null when its facts are no rule.</summary>
    public static AclRule? Rule(PooledObject o) => AclRule.FromHex(
        o.Id, o.Fact("USER") ?? "", o.Fact("RESOURCE") ?? "", o.Fact("RIGHTS") ?? "", o.Fact("ZONE") ?? "").Rule;

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
