using System.Globalization;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Core.Access;

/// <summary>
/// The ACL rules that follow from VDCs and from administrators of groups. A VDC's facts are lists with commas: GROUPS of ids; CLUSTERS,
/// HOSTS, DATASTORES and VNETS of <c>ZONE:ID</c>, where -10 is all of the zone. A group's fact ADMINS is a list of users.
/// </summary>
public static class DerivedRules
{
    public const int AllResources = -10;

    /// <summary>A VDC's lists of resources by the kind of object that is in them.</summary>
    public static readonly IReadOnlyList<(PoolKind Kind, string Fact)> Resources =
        [(PoolKind.Cluster, "CLUSTERS"), (PoolKind.Host, "HOSTS"), (PoolKind.Datastore, "DATASTORES"), (PoolKind.VirtualNetwork, "VNETS")];

    /// <summary>What a VDC gives, as OpenNebula ships it and by its names of it.</summary>
    public static readonly IReadOnlyList<(string Name, Rights Rights)> Granted =
    [
        .. from part in (IEnumerable<(PoolKind Kind, string Word)>)[(PoolKind.Cluster, "CLUSTER_"), (PoolKind.Host, ""), (PoolKind.Datastore, ""), (PoolKind.VirtualNetwork, "")]
           from given in Given(part.Kind)
           select ($"DEFAULT_VDC_{part.Word}{(part.Kind is PoolKind.VirtualNetwork ? "VNET" : given.Kind.Text())}_ACL", given.Rights),
    ];

    private const ObjectKinds OfGroups = ObjectKinds.Vm | ObjectKinds.Net | ObjectKinds.Image | ObjectKinds.Template | ObjectKinds.Document
        | ObjectKinds.SecGroup | ObjectKinds.VRouter | ObjectKinds.VmGroup | ObjectKinds.BackupJob;

    /// <summary>The facts that rules follow from; other kinds have none.</summary>
    public static IReadOnlyList<string> Facts(PoolKind kind) => kind switch
    {
        PoolKind.Vdc => ["GROUPS", .. Resources.Select(r => r.Fact)],
        PoolKind.Group => ["ADMINS"],
        _ => [],
    };

    /// <summary>All rules of the object with facts as given; each once, with the number -1.</summary>
    /// <param name="fact">its value by its name, null or empty: there is none</param>
    public static IEnumerable<AclRule> Of(PoolKind kind, int id, Func<string, string?> fact) => kind switch
    {
        PoolKind.Vdc => OfVdc(fact).Distinct(),
        PoolKind.Group => Elements(fact("ADMINS")).SelectMany(admin => OfAdmin(Number(admin), id)).Distinct(),
        _ => [],
    };

    /// <summary>The elements of a fact that is a list.</summary>
    public static IEnumerable<string> Elements(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<AclRule> OfVdc(Func<string, string?> fact) =>
        from @group in Elements(fact("GROUPS"))
        from resource in Resources
        from element in Elements(fact(resource.Fact))
        let colon = element.IndexOf(':', StringComparison.Ordinal)
        let which = Which(resource.Kind, Number(element[(colon + 1)..]))
        from given in Given(resource.Kind)
        select new AclRule(
            -1, AclRule.OfGroup | (uint)Number(@group), (ulong)given.Kind | which, given.Rights, AclRule.Individual | (uint)Number(element[..colon]));

    private static ulong Which(PoolKind kind, int id) => (kind, id) switch
    {
        (_, AllResources) => AclRule.All,
        (PoolKind.Cluster, _) => AclRule.OfCluster | (uint)id,
        _ => AclRule.Individual | (uint)id,
    };

    private static (ObjectKinds Kind, Rights Rights)[] Given(PoolKind kind) => kind switch
    {
        PoolKind.Host => [(ObjectKinds.Host, Rights.Manage)],
        PoolKind.Datastore => [(ObjectKinds.Datastore, Rights.Use)],
        PoolKind.VirtualNetwork => [(ObjectKinds.Net, Rights.Use)],
        _ => [(ObjectKinds.Host, Rights.Manage), (ObjectKinds.Net, Rights.Use), (ObjectKinds.Datastore, Rights.Use)],
    };

    private static IEnumerable<AclRule> OfAdmin(int user, int group)
    {
        var (who, ofGroup) = (AclRule.Individual | (uint)user, AclRule.OfGroup | (uint)group);
        yield return new(-1, who, (ulong)ObjectKinds.User | ofGroup, AccessWords.AllRights, AclRule.All);
        yield return new(-1, who, (ulong)OfGroups | ofGroup, Rights.Use | Rights.Manage, AclRule.All);
        yield return new(-1, who, (ulong)ObjectKinds.VRouter | AclRule.All, Rights.Create, AclRule.All);
        yield return new(-1, who, (ulong)ObjectKinds.Group | AclRule.Individual | (uint)group, Rights.Manage, AclRule.All);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
