using System.Collections.Immutable;
using System.Security.Cryptography;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.user.* and one.userquota.info</summary>
internal sealed class UserMethods(Cloud cloud, Authority authority, UserOperations users, PoolOperations pools, PoolMethods shared)
{
    private const int Oneadmin = 0, Users = 1;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.user.addgroup"] = c => Groups(c, groups => [.. groups, c.Int(2)]),
        ["one.user.allocate"] = Allocate,
        ["one.user.chgrp"] = c => Groups(c, groups => [c.Int(2), .. groups.Skip(1)]),
        ["one.user.delete"] = Delete,
        ["one.user.delgroup"] = DeleteGroup,
        ["one.user.enable"] = Enable,
        ["one.user.info"] = c => Task.FromResult(shared.Info(c.Who, PoolKind.User, c.Id == -1 ? c.Who.User.Value : c.Id)),
        ["one.user.login"] = Login,
        ["one.user.passwd"] = c => Reply.Of(users.SetPassword(c.Who, c.Id, c.Text(2))),
        ["one.userquota.info"] = _ => Task.FromResult<Reply>(Documents.DefaultQuotas(PoolKind.User)),
    };

    private async Task<Reply> Allocate(Call call)
    {
        var (name, password, driver, groups) = (call.Text(1), call.Text(2), call.Text(3), call.Arguments.Ints(4));
        if (authority.MayCreate(call.Who, PoolKind.User) is { } why)
            return why;
        if (driver is not ("" or "core"))
            return new Refusal(ErrorCode.Internal, $"Driver {driver} is not supported; users log in by the driver core.", "driver", driver);
        if (name.Contains(':', StringComparison.Ordinal))
            return new Refusal(ErrorCode.Internal, "Invalid NAME, a user's name has no ':'", "NAME", name);
        if (UserOperations.CheckPassword(password) is { } bad)
            return bad;
        if (groups.FirstOrDefault(g => cloud.Inventory.Find(PoolKind.Group, g) is null, -1) is >= 0 and var unknown)
            return Refusal.NotFound("group", unknown);
        if (groups.FirstOrDefault(g => g < 0) is < 0 and var negative)
            return Refusal.NotFound("group", negative);
        return await pools.Allocate(call.Who, PoolKind.User, name, Template.Empty,
        [
            new("PASSWORD", Passwords.Hash(password, RandomNumberGenerator.GetBytes(Passwords.MinSaltBytes))), new("AUTH_DRIVER", "core"),
            new("ENABLED", "1"), new("GIDS", groups.IsEmpty ? Permitted.Text(Users) : string.Join(',', groups.Distinct())),
        ]).ConfigureAwait(false);
    }

    private Task<Reply> Delete(Call call)
    {
        if (shared.Find(call, PoolKind.User, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        return call.Id == call.Who.User.Value
            ? Refused(call.Id, "Nobody deletes himself.")
            : Reply.Of(pools.Delete(call.Who, PoolKind.User, call.Id));
    }

    private async Task<Reply> Login(Call call)
    {
        var (token, why) = await users.Login(call.Who, call.Text(1), call.Text(2), call.Int(3), call.Int(4)).ConfigureAwait(false);
        return why is null ? token! : why;
    }

    private Task<Reply> Enable(Call call) => shared.Find(call, PoolKind.User, Rights.Admin).Why is { } missing
        ? Task.FromResult<Reply>(missing)
        : call.Id == Oneadmin && !call.Bool(2) ? Refused(call.Id, "oneadmin cannot be disabled.") : Set(call.Id, "ENABLED", call.Bool(2) ? "1" : "0");

    private Task<Reply> DeleteGroup(Call call)
    {
        if (shared.Find(call, PoolKind.User, Rights.Manage) is not ({ } user, null))
            return Task.FromResult<Reply>(shared.Find(call, PoolKind.User, Rights.Manage).Why!);
        if (user.FactIds("GIDS").FirstOrDefault(Users) == call.Int(2))
            return Refused(call.Id, $"Group {call.Int(2)} is the primary group of user {user.Name} and cannot be left.");
        return user.FactIds("GIDS").Contains(call.Int(2))
            ? Groups(call, groups => [.. groups.Where(g => g != call.Int(2))])
            : Refused(call.Id, $"User {user.Name} is not in group {call.Int(2)}.");
    }

    /// <summary>The first of the groups is the primary one. Putting somebody into a group takes the right to manage that too.</summary>
    private Task<Reply> Groups(Call call, Func<ImmutableArray<int>, IEnumerable<int>> change)
    {
        if (shared.Find(call, PoolKind.User, Rights.Manage) is not ({ } user, null))
            return Task.FromResult<Reply>(shared.Find(call, PoolKind.User, Rights.Manage).Why!);
        if (cloud.Inventory.Find(PoolKind.Group, call.Int(2)) is not { } group)
            return Task.FromResult<Reply>(Refusal.NotFound("group", call.Int(2)));
        if (authority.May(call.Who, Rights.Manage, group) is { } why)
            return Task.FromResult<Reply>(why);
        var changed = change([.. user.FactIds("GIDS").DefaultIfEmpty(Users)]).Distinct().ToList();
        return call.Id == Oneadmin && changed[0] != 0
            ? Refused(call.Id, "The primary group of oneadmin cannot be changed.")
            : Set(call.Id, "GIDS", string.Join(',', changed));
    }

    private Task<Reply> Set(int id, string fact, string value) => Reply.Of(cloud.Pool(new PoolProtocol.SetFacts(
        PoolKind.User, id, ImmutableSortedDictionary<string, string>.Empty.Add(fact, value))));

    private static Task<Reply> Refused(int id, string text) => Task.FromResult<Reply>(new Refusal(ErrorCode.Internal, text, ObjectId: id));
}
