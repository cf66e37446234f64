using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Core.Access;

/// <summary>One ACL rule in OpenNebula's encoding: the low 32 bits of a part are an id, the bits above say what kind of
/// id (#, @, *, %) and, in the resource, which kinds of objects.</summary>
/// <param name="Id">The rule's number.</param>
/// <param name="User">Whom: #uid, @gid or *.</param>
/// <param name="Resource">What: kinds and #id, @gid, %cluster or *.</param>
/// <param name="Rights">What they may do.</param>
/// <param name="Zone">Where: #zone or *.</param>
public sealed record AclRule(int Id, ulong User, ulong Resource, Rights Rights, ulong Zone)
{
    public const ulong Individual = 0x100000000;
    public const ulong OfGroup = 0x200000000;
    public const ulong All = 0x400000000;
    public const ulong OfCluster = 0x800000000;

    private const ulong IdBits = 0xFFFFFFFF;
    private const ulong ScopeBits = Individual | OfGroup | All | OfCluster;

    /// <summary>The kinds that a rule can speak of by cluster, and those that it cannot speak of by group.</summary>
    private const ObjectKinds InClusters = ObjectKinds.Host | ObjectKinds.Net | ObjectKinds.Datastore;
    private const ObjectKinds WithoutGroup = ObjectKinds.Host | ObjectKinds.Group | ObjectKinds.Cluster | ObjectKinds.Zone | ObjectKinds.Vdc;

    public ObjectKinds Kinds => (ObjectKinds)(Resource & ~(IdBits | ScopeBits));

    public string UserHex => Hex(User);
    public string ResourceHex => Hex(Resource);
    public string RightsHex => Hex((ulong)Rights);
    public string ZoneHex => Hex(Zone);

    /// <summary>The rule of an object of the ACL's pool; null when its facts are no rule.</summary>
    public static AclRule? Of(PooledObject o) => FromHex(
        o.Id, o.Fact("USER") ?? "", o.Fact("RESOURCE") ?? "", o.Fact("RIGHTS") ?? "", o.Fact("ZONE") ?? "").Rule;

    /// <summary>What <see cref="Of"/> reads.</summary>
    public ImmutableSortedDictionary<string, string> ToFacts() => ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("USER", UserHex), KeyValuePair.Create("RESOURCE", ResourceHex), KeyValuePair.Create("RIGHTS", RightsHex),
        KeyValuePair.Create("ZONE", ZoneHex),
    ]);

    /// <summary>Reads the four parts as they come over the wire: hexadecimal, with or without 0x.</summary>
    /// <returns>The rule, or what is wrong with which part.</returns>
    public static (AclRule? Rule, string? Wrong) FromHex(
        int id, string user, string resource, string rights, string zone)
    {
        if (FromHex(user) is not { } u || !IsPart(u, Individual, OfGroup, All))
            return (null, $"Malformed user '{user}': hexadecimal of #uid, @gid or *");
        if (FromHex(resource) is not { } r || !IsResource(r))
            return (null, $"Malformed resource '{resource}': hexadecimal of KIND+KIND/#id, @gid, %cluster (of HOST, NET, DATASTORE) or *");
        if (FromHex(rights) is not { } what || what == 0 || (what & ~(ulong)AccessWords.AllRights) != 0)
            return (null, $"Malformed rights '{rights}': hexadecimal sum of USE 1, MANAGE 2, ADMIN 4, CREATE 8");
        if (FromHex(zone) is not { } z || !IsPart(z, Individual, All))
            return (null, $"Malformed zone '{zone}': hexadecimal of #zone or *");
        return (new AclRule(id, u, r, (Rights)what, z), null);
    }

    /// <summary>Reads <c>USER KIND+KIND/WHICH RIGHT+RIGHT [ZONE]</c>; without a zone it is this one.</summary>
    /// <inheritdoc cref="FromHex(int, string, string, string, string)" path="/returns"/>
    public static (AclRule? Rule, string? Wrong) FromText(int id, string text, int thisZone = 0)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (3 or 4))
            return (null, $"Malformed rule '{text}': it is USER KIND+KIND/WHICH RIGHT+RIGHT [ZONE]");
        if (Part(words[0]) is not { } user || !IsPart(user, Individual, OfGroup, All))
            return (null, $"Malformed user '{words[0]}': it is #uid, @gid or *");

        var slash = words[1].IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || AccessWords.ParseKinds(words[1][..slash]) is not { } kinds
            || Part(words[1][(slash + 1)..]) is not { } which
            || !IsResource((ulong)kinds | which))
            return (null, $"Malformed resource '{words[1]}': it is KIND+KIND/#id, @gid, %cluster (of HOST, NET, DATASTORE) or *");
        if (AccessWords.ParseRights(words[2]) is not { } rights)
            return (null, $"Malformed rights '{words[2]}': they are USE, MANAGE, ADMIN, CREATE joined by +");

        var zone = words.Length == 4 ? Part(words[3]) : Individual | (uint)thisZone;
        return zone is { } z && IsPart(z, Individual, All)
            ? (new AclRule(id, user, (ulong)kinds | which, rights, z), null)
            : (null, $"Malformed zone '{words[3]}': it is #zone or *");
    }

    /// <summary>The order in which a list of rules is shown: by whom, then by id.</summary>
    public static IEnumerable<AclRule> InOrder(IEnumerable<AclRule> rules) =>
        rules.OrderBy(r => r.User).ThenBy(r => r.Id);

    /// <summary>It is for this user or group, or about what is of this group.</summary>
    public bool SpeaksOf(PoolKind kind, int id) => kind switch
    {
        PoolKind.User => User == (Individual | (uint)id),
        PoolKind.Group => User == (OfGroup | (uint)id) || ((Resource & ScopeBits) == OfGroup && (uint)Resource == (uint)id),
        _ => false,
    };

    /// <summary>The same rule, whatever its number: such a second one is refused.</summary>
    public bool SaysTheSame(AclRule other) =>
        (User, Resource, Rights, Zone) == (other.User, other.Resource, other.Rights, other.Zone);

    /// <summary><c>@1 HOST/* MANAGE #0</c></summary>
    public override string ToString() =>
        $"{PartText(User)} {Kinds.Text()}/{PartText(Resource)} {Rights.Text()} {PartText(Zone)}";

    internal bool Speaks(Subject subject) => (User & ScopeBits) switch
    {
        All => true,
        Individual => (uint)User == (uint)subject.User.Value,
        OfGroup => subject.IsIn(new GroupId((int)(uint)User)),
        _ => false,
    };

    internal bool Covers(AccessObject what) => (Kinds & what.Kind) != 0 && (Resource & ScopeBits) switch
    {
        All => true,
        Individual => what.Id >= 0 && (uint)Resource == (uint)what.Id,
        OfGroup => what.Group is { Value: >= 0 } group && (uint)Resource == (uint)group.Value,
        OfCluster => what.Clusters.Contains((int)(uint)Resource),
        _ => false,
    };

    internal bool HoldsIn(int zone) => (Zone & ScopeBits) == All || (uint)Zone == (uint)zone;

    private static bool IsResource(ulong part) =>
        IsPart(part & (IdBits | ScopeBits), Individual, OfGroup, All, OfCluster)
        && (part & ~(IdBits | ScopeBits)) is var kinds and not 0 && (kinds & ~(ulong)AccessWords.AllKinds) == 0
        && ((part & OfCluster) == 0 || ((ObjectKinds)kinds & ~InClusters) == 0) && ((part & OfGroup) == 0 || ((ObjectKinds)kinds & WithoutGroup) == 0);

    /// <summary>Exactly one kind of id of those allowed, and an id that fits it.</summary>
    private static bool IsPart(ulong part, params ReadOnlySpan<ulong> scopes) =>
        scopes.Contains(part & ~IdBits) && ((part & All) != 0 ? (part & IdBits) == 0 : (part & IdBits) <= int.MaxValue);

    private static ulong? Part(string text) => text switch
    {
        "*" => All,
        ['#', .. var id] when Number(id) is { } n => Individual | n,
        ['@', .. var id] when Number(id) is { } n => OfGroup | n,
        ['%', .. var id] when Number(id) is { } n => OfCluster | n,
        _ => null,
    };

    private static string PartText(ulong part) => (part & ScopeBits) switch
    {
        Individual => $"#{(uint)part}",
        OfGroup => $"@{(uint)part}",
        OfCluster => $"%{(uint)part}",
        _ => "*",
    };

    private static uint? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (uint)number : null;

    private static string Hex(ulong part) => part.ToString("x", CultureInfo.InvariantCulture);

    private static ulong? FromHex(string text) =>
        ulong.TryParse(
            text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text,
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out var part) ? part : null;
}
