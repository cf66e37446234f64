using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Core.Tests.Access;

/// <summary>Subjects, objects and rules with few different ids, so that they meet.</summary>
internal static class AccessGen
{
    private static readonly Gen<int> Id = Gen.Int[0, 3];

    private static readonly Gen<ObjectKinds> Kind = OneOf(
        ObjectKinds.Vm, ObjectKinds.Host, ObjectKinds.Net, ObjectKinds.BackupJob);

    private static readonly Gen<Rights> SomeRights = Gen.Int[1, 15].Select(r => (Rights)r);

    private static readonly Gen<Rights> Asked = Gen.Frequency(
        (3, OneOf(Rights.Use, Rights.Manage, Rights.Admin, Rights.Create)), (1, SomeRights));

    public static readonly Gen<Subject> Subject = Gen.Select(Id, Id, Id.Array[0, 2], (user, group, groups) =>
        new Subject(new UserId(user), new GroupId(group), [.. groups.Select(g => new GroupId(g))]));

    public static readonly Gen<AccessObject> Object = Gen.Select(
        Kind, Gen.Int[-1, 3], Id, Id, Gen.Int[0, 511], Id.Array[0, 2],
        (kind, id, owner, group, bits, clusters) => new AccessObject(
            kind, id, new UserId(owner), new GroupId(group), new Permissions(bits), [.. clusters]));

    public static readonly Gen<AclRule> Rule = Gen.Select(
        Id,
        Scoped(AclRule.Individual, AclRule.OfGroup, AclRule.All),
        Gen.Select(Kind, Kind, Scoped(AclRule.Individual, AclRule.OfGroup, AclRule.All, AclRule.OfCluster)),
        SomeRights,
        Scoped(AclRule.Individual, AclRule.All),
        (id, user, resource, rights, zone) =>
            new AclRule(id, user, (ulong)Speakable(resource.Item1 | resource.Item2, resource.Item3) | resource.Item3, rights, zone));

    public static readonly Gen<(AccessRequest Request, ImmutableArray<AclRule> Rules, int Zone)> Question = Gen.Select(
        Gen.Select(Subject, Asked, Object),
        Rule.Array[0, 4],
        Id,
        (asked, rules, zone) => (new AccessRequest(asked.Item1, asked.Item2, asked.Item3), rules.ToImmutableArray(), zone));

    /// <summary>Hosts are of no group, and only hosts and networks are in clusters.</summary>
    private static ObjectKinds Speakable(ObjectKinds kinds, ulong scope) => (scope & (AclRule.OfGroup | AclRule.OfCluster)) switch
    {
        AclRule.OfGroup => kinds == ObjectKinds.Host ? ObjectKinds.Net : kinds & ~ObjectKinds.Host,
        AclRule.OfCluster => (kinds & (ObjectKinds.Host | ObjectKinds.Net)) is var some and not ObjectKinds.None ? some : ObjectKinds.Net,
        _ => kinds,
    };

    private static Gen<ulong> Scoped(params ulong[] scopes) =>
        Gen.Select(OneOf(scopes), Id, (scope, id) => scope == AclRule.All ? scope : scope | (uint)id);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
