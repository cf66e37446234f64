using System.Collections.Immutable;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.group.* and one.groupquota.info. A new group joins VDC 0, which lets it use the zone's hosts, networks and datastores.</summary>
internal sealed class GroupMethods(Cloud cloud, PoolOperations pools, PoolMethods shared, AclMethods acl)
{
    private const int DefaultVdc = 0;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.group.allocate"] = Allocate,
        ["one.group.delete"] = Delete,
        ["one.group.info"] = c => Task.FromResult(shared.Info(c.Who, PoolKind.Group, c.Id == -1 ? c.Who.Group.Value : c.Id)),
        ["one.groupquota.info"] = _ => Task.FromResult<Reply>(Documents.DefaultQuotas(PoolKind.Group)),
    };

    private async Task<Reply> Allocate(Call call)
    {
        var answer = await pools.Allocate(call.Who, PoolKind.Group, call.Text(1), Template.Empty).ConfigureAwait(false);
        if (answer.Refusal is not null)
            return answer;
        await Member(answer.Id, joins: true).ConfigureAwait(false);
        foreach (var rule in Rules(answer.Id))
            if ((await acl.Add(rule).ConfigureAwait(false)).Refusal is { } why)
                return why;
        return answer;
    }

    private async Task<Reply> Delete(Call call)
    {
        if (shared.Find(call, PoolKind.Group, Rights.Manage).Why is { } missing)
            return missing;
        var members = cloud.Inventory.All(PoolKind.User).Values.Count(u => u.FactIds("GIDS").Contains(call.Id));
        if (members > 0)
            return new Refusal(ErrorCode.Action, $"Group {call.Id} is not empty, it has {members} users.", ObjectId: call.Id);
        var answer = await pools.Delete(call.Who, PoolKind.Group, call.Id).ConfigureAwait(false);
        if (answer.Refusal is not null)
            return answer;
        await Member(call.Id, joins: false).ConfigureAwait(false);
        await acl.RemoveOfGroup(call.Id).ConfigureAwait(false);
        return answer;
    }

    private static IEnumerable<AclRule> Rules(int group)
    {
        foreach (var (kind, rights) in new[] { (ObjectKinds.Host, Rights.Manage), (ObjectKinds.Net, Rights.Use), (ObjectKinds.Datastore, Rights.Use) })
            yield return new AclRule(-1, AclRule.OfGroup | (uint)group, (ulong)kind | AclRule.All, rights, AclRule.Individual);
    }

    private async Task Member(int group, bool joins)
    {
        if (cloud.Inventory.Find(PoolKind.Vdc, DefaultVdc) is not { } vdc)
            return;
        var groups = vdc.FactIds("GROUPS").Where(g => g != group);
        await cloud.Pool(new PoolProtocol.SetFacts(PoolKind.Vdc, DefaultVdc, ImmutableSortedDictionary<string, string>.Empty.Add(
            "GROUPS", string.Join(',', joins ? groups.Append(group) : groups)))).ConfigureAwait(false);
    }
}
