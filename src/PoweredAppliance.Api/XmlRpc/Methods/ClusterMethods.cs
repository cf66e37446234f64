using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.cluster.*; a host is in one cluster, a datastore or network in any number of them.</summary>
internal sealed class ClusterMethods(Cloud cloud, Authority authority, PoolOperations pools, PoolMethods shared) : IMethods
{
    private const int Default = 0;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.cluster.allocate"] = c => Reply.Of(pools.Allocate(
            c.Who, PoolKind.Cluster, c.Text(1), Template.Empty.Set("RESERVED_CPU", "").Set("RESERVED_MEM", ""))),
        ["one.cluster.delete"] = Delete,
        ["one.cluster.addhost"] = c => Put(c, PoolKind.Host, (_, cluster) => ("CLUSTER_ID", Permitted.Text(cluster))),
        ["one.cluster.delhost"] = c => Put(c, PoolKind.Host, (_, _) => ("CLUSTER_ID", Permitted.Text(Default))),
        ["one.cluster.adddatastore"] = c => Put(c, PoolKind.Datastore, With),
        ["one.cluster.deldatastore"] = c => Put(c, PoolKind.Datastore, Without),
        ["one.cluster.addvnet"] = c => Put(c, PoolKind.VirtualNetwork, With),
        ["one.cluster.delvnet"] = c => Put(c, PoolKind.VirtualNetwork, Without),
    };

    private static (string Fact, string Value) With(PooledObject o, int cluster) =>
        ("CLUSTER_IDS", string.Join(',', o.FactIds("CLUSTER_IDS").Append(cluster).Distinct().Order()));

    private static (string Fact, string Value) Without(PooledObject o, int cluster) =>
        ("CLUSTER_IDS", string.Join(',', o.FactIds("CLUSTER_IDS").Where(id => id != cluster)));

    private Task<Reply> Delete(Call call)
    {
        if (shared.Find(call, PoolKind.Cluster, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        var hosts = cloud.Inventory.All(PoolKind.Host).Values.Count(h => h.FactInt("CLUSTER_ID") == call.Id);
        return hosts == 0
            ? Reply.Of(pools.Delete(call.Who, PoolKind.Cluster, call.Id))
            : Task.FromResult<Reply>(new Refusal(ErrorCode.Action, $"Cluster {call.Id} is not empty, it has {hosts} hosts.", ObjectId: call.Id));
    }

    private async Task<Reply> Put(Call call, PoolKind kind, Func<PooledObject, int, (string Fact, string Value)> change)
    {
        if (shared.Find(call, PoolKind.Cluster, Rights.Admin).Why is { } missing)
            return missing;
        var id = call.Int(2);
        if (cloud.Inventory.Find(kind, id) is not { } o)
            return Refusal.NotFound(ObjectPool.Word(kind), id);
        if (authority.May(call.Who, Rights.Admin, o) is { } why)
            return why;
        if (kind is PoolKind.Host && cloud.Inventory.Host(new(id)) is { Claims.IsEmpty: false })
            return new Refusal(ErrorCode.Action, $"Host {id} has VMs and cannot change its cluster.", ObjectId: id);
        var (fact, value) = change(o, call.Id);
        var command = new PoolProtocol.SetFacts(kind, id, ImmutableSortedDictionary<string, string>.Empty.Add(fact, value));
        var answer = kind is PoolKind.Host ? await cloud.ChangeHost(command, id).ConfigureAwait(false) : await cloud.Pool(command).ConfigureAwait(false);
        return answer.Refusal is null ? Answer.Of(call.Id) : answer;
    }
}
