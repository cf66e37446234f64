using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.user.quota, one.group.quota, one.userquota.*, one.groupquota.*</summary>
internal sealed class QuotaMethods(Cloud cloud, PoolMethods shared, Documents documents) : IMethods
{
    private const int KeeperOfDefaults = 0;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.user.quota"] = c => Limit(c, PoolKind.User),
        ["one.group.quota"] = c => Limit(c, PoolKind.Group),
        ["one.userquota.info"] = _ => Task.FromResult<Reply>(documents.DefaultQuotas(PoolKind.User)),
        ["one.userquota.update"] = c => LimitAll(c, PoolKind.User),
        ["one.groupquota.info"] = _ => Task.FromResult<Reply>(documents.DefaultQuotas(PoolKind.Group)),
        ["one.groupquota.update"] = c => LimitAll(c, PoolKind.Group),
    };

    private async Task<Reply> Limit(Call call, PoolKind kind)
    {
        if (shared.Find(call, kind, Rights.Admin).Why is { } missing)
            return missing;
        return call.Id == KeeperOfDefaults
            ? new Refusal(ErrorCode.Action, $"Cannot set quotas for oneadmin {ObjectPool.Word(kind)}", ObjectId: call.Id)
            : await Set(call, kind, call.Id, text: 2).ConfigureAwait(false);
    }

    private async Task<Reply> LimitAll(Call call, PoolKind kind)
    {
        if (!call.Who.IsAdmin)
            return new Refusal(ErrorCode.Authorization, $"User [{call.Who.User}] : The default quotas can only be updated by users in the oneadmin group.");
        var answer = await Set(call, kind, KeeperOfDefaults, text: 1).ConfigureAwait(false);
        return answer.Refusal is { } why ? why : documents.DefaultQuotas(kind);
    }

    private async Task<Answer> Set(Call call, PoolKind kind, int id, int text)
    {
        var (given, why) = call.Template(text);
        return why is not null
            ? why with { Code = ErrorCode.Action }
            : await cloud.Pool(new Limit(
                kind, id, given!, cloud.Inventory.Usages.Generic, [.. cloud.Inventory.All(PoolKind.Cluster).Keys])).ConfigureAwait(false);
    }
}
