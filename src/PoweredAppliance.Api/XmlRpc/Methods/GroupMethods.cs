using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.group.*</summary>
internal sealed class GroupMethods(Cloud cloud, Authority authority, PoolMethods shared, AccessChanges access) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.group.allocate"] = Allocate,
        ["one.group.delete"] = Delete,
        ["one.group.info"] = c => Task.FromResult(shared.Info(c.Who, PoolKind.Group, c.Id == -1 ? c.Who.Group.Value : c.Id, decrypt: c.Bool(2))),
        ["one.group.addadmin"] = c => Admin(c, appoints: true),
        ["one.group.deladmin"] = c => Admin(c, appoints: false),
        ["one.group.vlan"] = Vlan,
    };

    private Task<Reply> Allocate(Call call) => authority.MayCreate(call.Who, PoolKind.Group) is { } why
        ? Refused(why)
        : Reply.Of(access.MakeGroup(new(
            PoolKind.Group, call.Text(1), call.Who.Caller(), Permitted.New(cloud.Inventory, call.Who), Template.Empty, ImmutableSortedDictionary<string, string>.Empty)));

    private Task<Reply> Delete(Call call)
    {
        if (shared.Find(call, PoolKind.Group, Rights.Admin).Why is { } missing)
            return Refused(missing);
        var members = cloud.Inventory.All(PoolKind.User).Values.Count(u => u.FactIds("GIDS").Contains(call.Id));
        return members > 0
            ? Refused(new(ErrorCode.Action, $"Group {call.Id} is not empty, it has {members} users.", ObjectId: call.Id))
            : Reply.Of(access.Remove(PoolKind.Group, call.Id));
    }

    /// <summary>The rules that are given, in place of those that were.</summary>
    private Task<Reply> Vlan(Call call)
    {
        if (shared.Find(call, PoolKind.Group, Rights.Admin).Why is { } missing)
            return Refused(missing);
        var (given, unread) = call.Template(2);
        if (unread is not null)
            return Refused(unread with { Code = ErrorCode.Action });
        var (rules, why) = VlanRules.Read(given!);
        return why is not null
            ? Refused(why with { ObjectId = call.Id })
            : Reply.Of(cloud.Pool(new PoolProtocol.SetFacts(
                PoolKind.Group, call.Id, ImmutableSortedDictionary<string, string>.Empty.Add(VlanRules.Fact, rules!.ToText()))));
    }

    /// <summary>An administrator of a group manages its users and what they own by ACL rules.</summary>
    private Task<Reply> Admin(Call call, bool appoints)
    {
        if (cloud.Inventory.Find(PoolKind.Group, call.Id) is not { } group)
            return Refused(Refusal.NotFound("group", call.Id));
        if (cloud.Inventory.Find(PoolKind.User, call.Int(2)) is not { } user)
            return Refused(Refusal.NotFound("user", call.Int(2)));
        if ((authority.May(call.Who, Rights.Admin, group) ?? authority.May(call.Who, Rights.Admin, user)) is { } why)
            return Refused(why);
        if (appoints && !user.FactIds("GIDS").Contains(group.Id))
            return Refused(Wrong($"User {user.Id} is not part of Group {group.Id}.", group.Id));
        ImmutableArray<string> who = [Permitted.Text(user.Id)];
        return Reply.Of(access.Change(new(
            PoolKind.Group, group.Id, "ADMINS", Put: appoints ? who : [], Drop: appoints ? [] : who,
            Wrong($"User {user.Id} is {(appoints ? "already" : "not")} an administrator of Group {group.Id}.", group.Id))));
    }

    private static Refusal Wrong(string text, int id) => new(ErrorCode.Internal, $"Cannot edit group. {text}", ObjectId: id);

    private static Task<Reply> Refused(Refusal why) => Task.FromResult<Reply>(why);
}
