using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Auth;

/// <summary>From groups outside to groups here: a group's template names its counterpart (GROUP_DN, OIDC_GROUP, ...).</summary>
public sealed class GroupMapping(Inventory inventory)
{
    /// <summary>Ids, ascending; without case, as directories compare.</summary>
    public IReadOnlyList<int> Of(string templateAttribute, IReadOnlyCollection<string> outside) =>
        [.. inventory.All(PoolKind.Group).Values
            .Where(g => g.Template[templateAttribute] is { Length: > 0 } counterpart && outside.Contains(counterpart, StringComparer.OrdinalIgnoreCase))
            .Select(g => g.Id)];
}
