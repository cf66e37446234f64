using System.Collections.Immutable;

namespace PoweredAppliance.Core.Access;

/// <summary>Who asks. <paramref name="Groups"/> are all groups of the user, with or without the primary one; a session
/// that is bound to one group names that one alone.</summary>
public sealed record Subject(UserId User, GroupId Group, ImmutableArray<GroupId> Groups)
{
    public Subject(UserId user, GroupId group)
        : this(user, group, [])
    {
    }

    /// <summary>oneadmin and the members of its group pass every check.</summary>
    public bool IsAdmin => User.Value == 0 || IsIn(new GroupId(0));

    public bool IsIn(GroupId group) => Group == group || (!Groups.IsDefault && Groups.Contains(group));
}

/// <summary>What is asked about. An object that does not exist yet has the id -1; one that has no owner, group or
/// permissions of its own (a host, a cluster) leaves them out, and only rules can give rights on it.</summary>
/// <param name="Clusters">The ids of the clusters it is in.</param>
public sealed record AccessObject(
    ObjectKinds Kind, int Id, UserId? Owner, GroupId? Group, Permissions Permissions, ImmutableArray<int> Clusters)
{
    public AccessObject(ObjectKinds kind, int id = -1)
        : this(kind, id, null, null, Permissions.None, [])
    {
    }

    /// <summary>Null: it is not locked, or the lock does not matter to the question.</summary>
    public ObjectLock? Lock { get; init; }

    public ImmutableArray<int> Clusters { get; init => field = value.IsDefault ? [] : value; } =
        Clusters.IsDefault ? [] : Clusters;
}

/// <summary>One question: may this subject do that to this object? Several rights in one question must all be given by
/// the same source.</summary>
public sealed record AccessRequest(Subject Subject, Rights Rights, AccessObject Object)
{
    /// <inheritdoc cref="RefusalText"/>
    public string LockedText => $"User [{Subject.User}] : {Object.Kind.Text()} is locked. [{Object.Id}].";

    /// <summary>As a client reads it behind the method's name.</summary>
    public string RefusalText
    {
        get
        {
            var id = Object.Id >= 0 ? $" [{Object.Id}]" : "";
            return $"User [{Subject.User}] : Not authorized to perform {Rights.Text()} {Object.Kind.Text()}{id}.";
        }
    }
}

public static class AccessControl
{
    private const ObjectKinds MadeByUsers = ObjectKinds.Vm | ObjectKinds.Image | ObjectKinds.Template
        | ObjectKinds.Document | ObjectKinds.SecGroup | ObjectKinds.VmGroup | ObjectKinds.BackupJob;

    private const ObjectKinds Markets = ObjectKinds.Marketplace | ObjectKinds.MarketplaceApp;

    private static readonly ulong Users = AclRule.OfGroup | 1;

    /// <summary>The rules of a zone on its first day. Those from 3 on come from its first VDC.</summary>
    public static ImmutableArray<AclRule> DefaultRules(int zone = 0)
    {
        var here = AclRule.Individual | (uint)zone;
        return
        [
            new(0, Users, (ulong)MadeByUsers | AclRule.All, Rights.Create, AclRule.All),
            new(1, AclRule.All, (ulong)ObjectKinds.Zone | AclRule.All, Rights.Use, AclRule.All),
            new(2, AclRule.All, (ulong)Markets | AclRule.All, Rights.Use, AclRule.All),
            new(3, Users, (ulong)ObjectKinds.Host | AclRule.All, Rights.Manage, here),
            new(4, Users, (ulong)ObjectKinds.Net | AclRule.All, Rights.Use, here),
            new(5, Users, (ulong)ObjectKinds.Datastore | AclRule.All, Rights.Use, here),
        ];
    }

    /// <summary>Null when it is allowed: to oneadmin and its group always, else by the object's own permissions or by
    /// one rule. Rules only add rights. A lock stops whoever has the right.</summary>
    /// <returns>The refusal, with the code AUTHORIZATION, that names the right, the kind and the id.</returns>
    public static Refusal? Authorize(AccessRequest request, IEnumerable<AclRule> rules, int zone = 0) => Given(request, rules, zone)
        ?? (request.Object.Lock is { } there && there.Stops(request.Rights)
            ? new Refusal(ErrorCode.Authorization, request.LockedText, ObjectId: request.Object.Id)
            : null);

    private static Refusal? Given(AccessRequest request, IEnumerable<AclRule> rules, int zone)
    {
        var (subject, rights, what) = request;
        if (subject.IsAdmin || OwnPermissionsAllow(request))
            return null;

        foreach (var rule in rules)
            if ((rule.Rights & rights) == rights && rights != Rights.None
                && rule.HoldsIn(zone) && rule.Speaks(subject) && rule.Covers(what))
                return null;

        return new Refusal(ErrorCode.Authorization, request.RefusalText, ObjectId: what.Id);
    }

    private static bool OwnPermissionsAllow(AccessRequest request)
    {
        var (subject, rights, what) = request;
        return what.Permissions.Allow(
            rights, owner: what.Owner == subject.User, inGroup: what.Group is { } group && subject.IsIn(group));
    }
}
