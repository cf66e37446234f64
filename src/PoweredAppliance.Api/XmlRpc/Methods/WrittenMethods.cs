using System.Collections.Immutable;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.document.* and one.vntemplate.*: what people and their tools write, and networks made of it.</summary>
internal sealed class WrittenMethods(PoolMethods shared, NetworkOperations networks, Inventory inventory) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.document.allocate"] = c => shared.Allocate(c, PoolKind.Document, _ => [new("TYPE", Permitted.Text(c.Int(2)))]),
        ["one.documentpool.info"] = c => Task.FromResult(shared.List(
            c, inventory.All(PoolKind.Document).Values.Where(d => d.FactInt("TYPE") == c.Int(4)), PoolKind.Document)),
        ["one.vntemplate.allocate"] = c => shared.Allocate(c, PoolKind.VnTemplate),
        ["one.vntemplate.instantiate"] = Instantiate,
    };

    /// <summary>Address ranges of the extra template come beside the stored ones, everything else of it instead.</summary>
    private Task<Reply> Instantiate(Call call)
    {
        if (shared.Find(call, PoolKind.VnTemplate, Rights.Use) is not ({ } stored, null))
            return Task.FromResult<Reply>(shared.Find(call, PoolKind.VnTemplate, Rights.Use).Why!);
        var (extra, why) = call.Text(3).Length == 0 ? (Core.Templates.Template.Empty, null) : call.Template(3);
        if (why is not null)
            return Task.FromResult<Reply>(why);
        var ranges = stored.Template.Vectors("AR").Concat(extra!.Vectors("AR")).ToImmutableArray();
        var template = stored.Template.Merge(extra.Without("AR")).WithVectors("AR", ranges)
            .Set("NAME", call.Text(2) is { Length: > 0 } name ? name : extra["NAME"] ?? stored.Name)
            .Set("TEMPLATE_ID", Permitted.Text(stored.Id)).Set("TEMPLATE_NAME", stored.Name);
        return Reply.Of(networks.Allocate(call.Who, template, cluster: -1, stored, extra));
    }
}
