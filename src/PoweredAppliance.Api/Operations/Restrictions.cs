using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

/// <summary>Refuses restricted attributes of who is no administrator, in OpenNebula's words. The field of the refusal is the attribute.</summary>
internal static class Restrictions
{
    /// <summary>Null: nothing restricted is given.</summary>
    /// <param name="what">is given, as the text names it</param>
    /// <param name="kind">whose list counts</param>
    /// <param name="of">what comes from there unchanged was not given by the subject</param>
    public static Refusal? Given(Subject who, string what, PoolKind kind, Template given, Template? of = null)
    {
        if (who.IsAdmin || RestrictedAttributes.Changed(kind, of ?? Template.Empty, given, append: true) is not { } restricted)
            return null;
        var part = restricted.Parts.FirstOrDefault(p => given.Vectors(restricted.Name).Any(v => v[p] is not null));
        return new(ErrorCode.Authorization, $"User [{who.User}] : {what} includes a restricted attribute {(of is null ? part : null) ?? restricted.Name}.",
            part is null ? restricted.Name : $"{restricted.Name}/{part}", given[restricted.Name]);
    }

    /// <summary>VLANs are for administrators and for who has a group whose rules name them. Null: what is given has none that are not.</summary>
    /// <param name="networkTemplate">that the network is made of, -1: of none</param>
    public static Refusal? Vlans(Inventory inventory, Subject who, Template given, int networkTemplate)
    {
        if (who.IsAdmin)
            return null;
        var groups = (who.Groups.IsDefault ? [] : who.Groups).Append(who.Group).Distinct()
            .Select(g => inventory.Find(PoolKind.Group, g.Value)?.Fact(VlanRules.Fact)).OfType<string>().Select(rules => Template.Parse(rules)).ToList();
        return VlanRules.Denies(groups, given, networkTemplate) is { } why ? new(ErrorCode.Authorization, $"User [{who.User}] : {why}") : null;
    }

    /// <summary>Null: what is restricted stays as it is.</summary>
    public static Refusal? Updated(Subject who, PoolKind kind, int id, Template before, Template given, bool append) =>
        who.IsAdmin || RestrictedAttributes.Changed(kind, before, given, append) is not { Name: var name }
            ? null
            : new(ErrorCode.Internal, "Cannot update template. "
                + (append ? "User Template includes a restricted attribute " : "Tried to change restricted attribute: ") + name, name, given[name], id);
}
