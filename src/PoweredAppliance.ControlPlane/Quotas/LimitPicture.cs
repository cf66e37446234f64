using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;

namespace PoweredAppliance.ControlPlane.Quotas;

/// <summary>Limits as Inventory has them.</summary>
public static class LimitPicture
{
    private const int KeeperOfDefaults = 0;

    /// <summary>The holder's own.</summary>
    public static QuotaLimits Limits(this Inventory.Inventory inventory, QuotaHolder holder) => QuotaLimits.Of(Text(inventory, holder));

    /// <summary>Those of all users, or of all groups, that have no others.</summary>
    public static QuotaLimits DefaultLimits(this Inventory.Inventory inventory, bool ofGroups) => inventory.Limits(new(ofGroups, KeeperOfDefaults));

    /// <summary>Everything that the holder may not go beyond.</summary>
    public static IEnumerable<QuotaLimit> LimitsOn(this Inventory.Inventory inventory, QuotaHolder holder) =>
        inventory.Limits(holder).With(inventory.DefaultLimits(holder.IsGroup));

    /// <summary>Whether anything limits the owner of an object: mostly nothing does, and nothing has to be asked.</summary>
    public static bool IsLimited(this Inventory.Inventory inventory, Caller owner) => QuotaHolder.Of(owner)
        .Any(holder => Text(inventory, holder) is not null || Text(inventory, new(holder.IsGroup, KeeperOfDefaults)) is not null);

    private static string? Text(Inventory.Inventory inventory, QuotaHolder holder) =>
        inventory.Find(holder.IsGroup ? PoolKind.Group : PoolKind.User, holder.Id)?.Fact(QuotaLimits.Fact);
}
