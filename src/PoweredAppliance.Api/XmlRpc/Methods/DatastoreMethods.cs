using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.datastore.*</summary>
internal sealed class DatastoreMethods(DatastoreOperations datastores, PoolOperations pools) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.datastore.allocate"] = Allocate,
        ["one.datastore.delete"] = c => Reply.Of(datastores.Delete(c.Who, c.Id)),
        ["one.datastore.enable"] = c => Reply.Of(pools.Change(c.Who, new DatastoreRules.Enable(c.Id, c.Bool(2)))),
    };

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null ? Reply.Of(datastores.Allocate(call.Who, template!, call.Int(2))) : Task.FromResult<Reply>(why);
    }
}
