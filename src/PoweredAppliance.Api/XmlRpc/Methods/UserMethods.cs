using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.user.*</summary>
internal sealed class UserMethods(
    Cloud cloud, Authority authority, UserOperations users, CredentialOperations credentials, PoolOperations pools, PoolMethods shared, AccessChanges access, Documents documents) : IMethods
{
    private const int Oneadmin = 0, AdminGroup = 0, Users = 1;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.user.addgroup"] = c => Member(c, joins: true),
        ["one.user.allocate"] = Allocate,
        ["one.user.chauth"] = c => Reply.Of(credentials.SetDriver(c.Who, c.Id, c.Text(2), c.Text(3))),
        ["one.user.chgrp"] = ChangePrimary,
        ["one.user.delete"] = Delete,
        ["one.user.delgroup"] = c => Member(c, joins: false),
        ["one.user.enable"] = Enable,
        ["one.user.info"] = c => Task.FromResult(Info(c, c.Id == -1 ? c.Who.User.Value : c.Id)),
        ["one.user.login"] = Login,
        ["one.user.passwd"] = c => Reply.Of(credentials.SetPassword(c.Who, c.Id, c.Text(2))),
    };

    /// <summary>The first group is the primary one. Putting somebody into a group that is not one's own takes the right to manage it.</summary>
    private async Task<Reply> Allocate(Call call)
    {
        var (name, password, driver, groups) = (call.Text(1), call.Text(2), call.Text(3), call.Arguments.Ints(4));
        if (groups.Where(g => cloud.Inventory.Find(PoolKind.Group, g) is null).Select(g => (int?)g).FirstOrDefault() is { } unknown)
            return Refusal.NotFound("group", unknown);
        if (authority.MayCreate(call.Who, PoolKind.User) is { } why)
            return why;
        foreach (var group in groups.Where(g => g != call.Who.Group.Value))
            if (authority.May(call.Who, Rights.Manage, cloud.Inventory.Find(PoolKind.Group, group)!) is { } no)
                return no;
        if (name.Contains(':', StringComparison.Ordinal))
            return new Refusal(ErrorCode.Internal, "Invalid NAME, a user's name has no ':'", "NAME", name);
        var (facts, bad) = credentials.New(driver, password);
        if (bad is not null)
            return bad;
        var otherwise = call.Who.Group.Value == AdminGroup ? Users : call.Who.Group.Value;
        return await pools.Allocate(call.Who, PoolKind.User, name, Template.Empty,
        [
            .. facts, new("GIDS", groups.IsEmpty ? Permitted.Text(otherwise) : string.Join(',', groups.Distinct())),
        ]).ConfigureAwait(false);
    }

    /// <summary>Sunstone asks for its own PASSWORD, which it has shown to know, to make tokens with it.</summary>
    private Reply Info(Call call, int id) =>
        id == call.Who.User.Value && cloud.Inventory.Find(PoolKind.User, id) is { } own && own.Fact("AUTH_DRIVER")?.StartsWith(AuthDrivers.ServerPrefix, StringComparison.Ordinal) == true
            ? documents.Server(own)
            : shared.Info(call.Who, PoolKind.User, id, decrypt: call.Bool(2));

    private Task<Reply> Delete(Call call)
    {
        if (shared.Find(call, PoolKind.User, Rights.Admin).Why is { } missing)
            return Refused(missing);
        if (call.Id == Oneadmin)
            return Refused(new(ErrorCode.Internal, "oneadmin cannot be deleted.", ObjectId: call.Id));
        return call.Id == call.Who.User.Value
            ? Refused(new(ErrorCode.Internal, "Nobody deletes himself.", ObjectId: call.Id))
            : Reply.Of(access.Remove(PoolKind.User, call.Id));
    }

    private async Task<Reply> Login(Call call)
    {
        var (token, why) = await users.Login(call.Who, call.Text(1), call.Text(2), call.Int(3), call.Int(4)).ConfigureAwait(false);
        return why is null ? token! : why;
    }

    private Task<Reply> Enable(Call call)
    {
        if (shared.Find(call, PoolKind.User, Rights.Admin).Why is { } missing)
            return Refused(missing);
        return call.Id == Oneadmin
            ? Refused(new(ErrorCode.Action, "Cannot enable/disable oneadmin user", ObjectId: call.Id))
            : Set(call.Id, "ENABLED", call.Bool(2) ? "1" : "0");
    }

    /// <summary>Joins or leaves a further group; who leaves it does not administer it any more.</summary>
    private async Task<Reply> Member(Call call, bool joins)
    {
        if (Find(call, Rights.Manage) is not ({ } user, { } group, null))
            return Find(call, Rights.Manage).Why!;
        if (credentials.GroupsAreDrivers(user) is { } managed)
            return managed;
        if (!joins && user.FactIds("GIDS").FirstOrDefault(Users) == group.Id)
            return new Refusal(ErrorCode.Action, "Cannot remove user from the primary group", ObjectId: user.Id);
        if (!joins && await Dismiss(group, user).ConfigureAwait(false) is { } why)
            return why;
        ImmutableArray<string> which = [Permitted.Text(group.Id)];
        return await cloud.Pool(new EditList(
            PoolKind.User, user.Id, "GIDS", Put: joins ? which : [], Drop: joins ? [] : which,
            new(ErrorCode.Action, joins ? "User is already in this group" : "User is not part of this group", ObjectId: user.Id))).ConfigureAwait(false);
    }

    /// <summary>The old primary group is left, unless the new one was a further group of the user.</summary>
    private async Task<Reply> ChangePrimary(Call call)
    {
        if (Find(call, Rights.Use) is not ({ } user, { } group, null))
            return Find(call, Rights.Use).Why!;
        if (user.Id == Oneadmin)
            return new Refusal(ErrorCode.Internal, "user [0] oneadmin cannot be moved outside of the group [0] oneadmin", ObjectId: user.Id);
        var groups = user.FactIds("GIDS").DefaultIfEmpty(Users).ToList();
        if (groups[0] == group.Id)
            return Answer.Of(user.Id);
        var isFurther = groups.Contains(group.Id);
        if (!isFurther && credentials.GroupsAreDrivers(user) is { } managed)
            return managed;
        if (!isFurther && cloud.Inventory.Find(PoolKind.Group, groups[0]) is { } old && await Dismiss(old, user).ConfigureAwait(false) is { } why)
            return why;
        return await Set(user.Id, "GIDS", string.Join(',', groups.Skip(isFurther ? 0 : 1).Where(g => g != group.Id).Prepend(group.Id))).ConfigureAwait(false);
    }

    private async Task<Refusal?> Dismiss(PooledObject group, PooledObject user) => group.FactIds("ADMINS").Contains(user.Id)
        ? (await access.Change(new(PoolKind.Group, group.Id, "ADMINS", [], [Permitted.Text(user.Id)], new(ErrorCode.Action, "User is not part of this group"))).ConfigureAwait(false)).Refusal
        : null;

    /// <summary>The user, whom the caller must be able to manage, and the group, on which he must have this right.</summary>
    private (PooledObject? User, PooledObject? Group, Refusal? Why) Find(Call call, Rights onGroup)
    {
        if (cloud.Inventory.Find(PoolKind.User, call.Id) is not { } user)
            return (null, null, Refusal.NotFound("user", call.Id));
        return cloud.Inventory.Find(PoolKind.Group, call.Int(2)) is not { } group
            ? (null, null, Refusal.NotFound("group", call.Int(2)))
            : (user, group, authority.May(call.Who, Rights.Manage, user) ?? authority.May(call.Who, onGroup, group));
    }

    private Task<Reply> Set(int id, string fact, string value) => Reply.Of(cloud.Pool(new PoolProtocol.SetFacts(
        PoolKind.User, id, ImmutableSortedDictionary<string, string>.Empty.Add(fact, value))));

    private static Task<Reply> Refused(Refusal why) => Task.FromResult<Reply>(why);
}
