using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Pools;

/// <summary>What a kind demands of its objects beyond what all share; whoever makes or updates one, it holds.</summary>
internal static class KindRules
{
    /// <summary>The new object, completed.</summary>
    public static (PooledObject? Made, Refusal? Why) Made(PooledObject o, ObjectPool pool) => o.Kind switch
    {
        PoolKind.VirtualNetwork => VirtualNetworks.Made(o, pool),
        PoolKind.SecurityGroup => SecurityRules.Checked(o),
        PoolKind.VirtualRouter => VirtualRouters.Made(o),
        PoolKind.Hook => HookTemplate.Made(o),
        PoolKind.VmGroup => Written(o, VmGroupRoles.ForNew(o.Template)),
        PoolKind.BackupJob => Written(o, BackupJobRules.ForNew(o.Template)),
        PoolKind.Datastore => DatastoreRules.Made(o),
        PoolKind.Marketplace => MarketRules.Market(o),
        PoolKind.MarketplaceApp => MarketRules.App(o),
        _ => (o, null),
    };

    /// <param name="next">with the template that the update gave it</param>
    public static (PooledObject? Made, Refusal? Why) Updated(PooledObject before, PooledObject next) => next.Kind switch
    {
        PoolKind.VirtualNetwork => VirtualNetworks.Updated(before, next),
        PoolKind.SecurityGroup => SecurityRules.Checked(next),
        PoolKind.VirtualRouter => VirtualRouters.Updated(before, next),
        PoolKind.Hook => Written(next, HookTemplate.Checked(next.Fact(HookTemplate.TypeFact)!, next.Template)),
        PoolKind.VmGroup => Written(next, VmGroupRoles.Updated(before.Template, next.Template)),
        PoolKind.BackupJob => Written(next, BackupJobRules.Updated(before.Template, next.Template)),
        PoolKind.Datastore => DatastoreRules.Updated(before, next),
        PoolKind.Marketplace => MarketRules.Market(next),
        PoolKind.MarketplaceApp => MarketRules.AppUpdated(next),
        _ => (next, null),
    };

    /// <summary>A whole template that cannot be is the writer's slip, whatever the same refusal means of a part of it.</summary>
    private static (PooledObject? Made, Refusal? Why) Written(PooledObject o, (Template? Made, Refusal? Why) template) =>
        template.Why is { } why ? (null, why with { Code = ErrorCode.Internal }) : With(o, template);

    internal static (PooledObject? Made, Refusal? Why) With(PooledObject o, (Template? Made, Refusal? Why) template) =>
        template is ({ } made, null) ? (o with { Template = made }, null) : (null, template.Why);
}
