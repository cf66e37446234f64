using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.market.* and one.marketapp.*; an app becomes an image by <c>FROM_APP</c> of one.image.allocate.</summary>
internal sealed class MarketMethods(MarketOperations markets, PoolOperations pools) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.market.allocate"] = Allocate,
        ["one.market.delete"] = c => Reply.Of(markets.Delete(c.Who, c.Id)),
        ["one.market.enable"] = c => Reply.Of(pools.Change(c.Who, new MarketRules.EnableMarket(c.Id, c.Bool(2)))),
        ["one.marketapp.allocate"] = AllocateApp,
        ["one.marketapp.delete"] = c => Reply.Of(markets.DeleteApp(c.Who, c.Id)),
        ["one.marketapp.enable"] = c => Reply.Of(pools.Change(c.Who, new MarketRules.EnableApp(c.Id, c.Bool(2)))),
    };

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null ? Reply.Of(markets.Allocate(call.Who, template!)) : Task.FromResult<Reply>(why);
    }

    private Task<Reply> AllocateApp(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null ? Reply.Of(markets.AllocateApp(call.Who, template!, call.Int(2))) : Task.FromResult<Reply>(why);
    }
}
