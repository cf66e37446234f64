using System.Globalization;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vn.*; the address ranges of a network stay what they are when its template is updated.</summary>
internal sealed class NetworkMethods(NetworkOperations networks, PoolOperations pools, PoolMethods shared)
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vn.add_ar"] = AddRange,
        ["one.vn.allocate"] = Allocate,
        ["one.vn.delete"] = c => Reply.Of(networks.Delete(c.Who, c.Id)),
        ["one.vn.update"] = Update,
    };

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null ? Reply.Of(networks.Allocate(call.Who, template!, call.Int(2))) : Task.FromResult<Reply>(why);
    }

    private Task<Reply> Update(Call call)
    {
        var (network, missing) = shared.Find(call, PoolKind.VirtualNetwork, Rights.Manage);
        if (missing is not null)
            return Task.FromResult<Reply>(missing);
        var (append, wrong) = call.Append(3);
        var (given, why) = call.Template(2);
        return (wrong ?? why) is { } no
            ? Task.FromResult<Reply>(no)
            : Reply.Of(pools.Update(
                call.Who, PoolKind.VirtualNetwork, call.Id, given!.Without("AR").WithVectors("AR", network!.Template.Vectors("AR")), append));
    }

    private Task<Reply> AddRange(Call call)
    {
        var (network, missing) = shared.Find(call, PoolKind.VirtualNetwork, Rights.Admin);
        if (missing is not null)
            return Task.FromResult<Reply>(missing);
        var (given, why) = call.Template(2);
        if (why is not null)
            return Task.FromResult<Reply>(why);
        var ranges = network!.Template.Vectors("AR").ToList();
        foreach (var range in given!.Vectors("AR"))
        {
            if (AddressRange.Read(range, ranges.Count).Why is { } no)
                return Task.FromResult<Reply>(no);
            ranges.Add(range.With("AR_ID", ranges.Count.ToString(CultureInfo.InvariantCulture)));
        }

        return Reply.Of(pools.Update(
            call.Who, PoolKind.VirtualNetwork, call.Id, Template.Of().WithVectors("AR", ranges), append: true));
    }
}
