using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.host.* and one.hostpool.monitoring</summary>
internal sealed class HostMethods(HostOperations hosts, PoolOperations pools, Inventory inventory, Authority authority, Documents documents) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.host.allocate"] = c => Reply.Of(hosts.Add(
            c.Who, c.Text(1), uri: null, cluster: c.Int(4), profile: null, datastorePath: null, imMad: c.Text(2), vmMad: c.Text(3))),
        ["one.host.delete"] = c => Reply.Of(pools.Delete(c.Who, PoolKind.Host, c.Id)),
        ["one.host.status"] = Status,
        ["one.host.monitoring"] = c => Task.FromResult(pools.Read(c.Who, PoolKind.Host, c.Id) is (not null, null)
            ? documents.Monitoring([new HostId(c.Id)], age: null)
            : (Reply)pools.Read(c.Who, PoolKind.Host, c.Id).Why!),
        ["one.hostpool.monitoring"] = c => Task.FromResult<Reply>(documents.Monitoring(
            inventory.All(PoolKind.Host).Values.Where(h => authority.Shows(c.Who, h)).Select(h => new HostId(h.Id)), c.Age(1))),
    };

    private Task<Reply> Status(Call call) => inventory.Find(PoolKind.Host, call.Id) is null || Enum.IsDefined((HostStatus)call.Int(2))
        ? Reply.Of(hosts.SetStatus(call.Who, call.Id, (HostStatus)call.Int(2)))
        : Task.FromResult<Reply>(new Refusal(ErrorCode.Internal, $"Wrong status code {call.Int(2)}", "status", $"{call.Int(2)}", call.Id));
}
