using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vdc.*: what groups may use of the zone. The ACL rules that follow are in step when a call is answered.</summary>
internal sealed class VdcMethods(Cloud cloud, Authority authority, PoolOperations pools, PoolMethods shared, AccessChanges access) : IMethods
{
    private static readonly (string Word, PoolKind Kind)[] Parts =
        [("cluster", PoolKind.Cluster), ("host", PoolKind.Host), ("datastore", PoolKind.Datastore), ("vnet", PoolKind.VirtualNetwork)];

    public Dictionary<string, Handler> All
    {
        get
        {
            var all = new Dictionary<string, Handler>(StringComparer.Ordinal)
            {
                ["one.vdc.allocate"] = Allocate,
                ["one.vdc.delete"] = Delete,
                ["one.vdc.addgroup"] = c => Group(c, adds: true),
                ["one.vdc.delgroup"] = c => Group(c, adds: false),
            };
            foreach (var (word, kind) in Parts)
            {
                all[$"one.vdc.add{word}"] = c => Resource(c, kind, adds: true);
                all[$"one.vdc.del{word}"] = c => Resource(c, kind, adds: false);
            }

            return all;
        }
    }

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null
            ? Reply.Of(pools.Allocate(call.Who, PoolKind.Vdc, template!["NAME"] ?? "", template))
            : Task.FromResult<Reply>(why);
    }

    private Task<Reply> Delete(Call call) => shared.Find(call, PoolKind.Vdc, Rights.Admin).Why is { } missing
        ? Task.FromResult<Reply>(missing)
        : Reply.Of(access.Remove(PoolKind.Vdc, call.Id));

    private Task<Reply> Group(Call call, bool adds)
    {
        var group = call.Int(2);
        if (cloud.Inventory.Find(PoolKind.Vdc, call.Id) is null)
            return Refused(Refusal.NotFound("VDC", call.Id));
        if (adds && cloud.Inventory.Find(PoolKind.Group, group) is null)
            return Refused(Refusal.NotFound("group", group));
        if (shared.Find(call, PoolKind.Vdc, Rights.Admin).Why is { } no)
            return Refused(no);
        if (cloud.Inventory.Find(PoolKind.Group, group) is { } there && authority.May(call.Who, Rights.Admin, there) is { } why)
            return Refused(why);
        return Edit(call, "GROUPS", $"{group}", [], adds, $"Group {group} is {(adds ? "already" : "not")} assigned to the VDC {call.Id}");
    }

    private Task<Reply> Resource(Call call, PoolKind kind, bool adds)
    {
        var (zone, id) = (call.Int(2), call.Int(3));
        var isHere = cloud.Inventory.Zone?.Id == zone;
        var there = isHere ? cloud.Inventory.Find(kind, id) : null;
        if (cloud.Inventory.Find(PoolKind.Vdc, call.Id) is not { } vdc)
            return Refused(Refusal.NotFound("VDC", call.Id));
        if (adds && !isHere)
            return Refused(Refusal.NotFound("zone", zone));
        if (adds && id != DerivedRules.AllResources && there is null)
            return Refused(Refusal.NotFound(ObjectPool.Word(kind), id));
        if ((authority.May(call.Who, Rights.Admin, vdc) ?? (isHere ? authority.MayZone(call.Who, Rights.Admin, zone) : null)
            ?? (there is null ? null : authority.May(call.Who, Rights.Admin, there))) is { } why)
            return Refused(why);
        var fact = DerivedRules.Resources.Single(r => r.Kind == kind).Fact;
        // All of a kind makes single ones needless.
        IEnumerable<string> single = adds && id == DerivedRules.AllResources
            ? DerivedRules.Elements(vdc.Fact(fact)).Where(e => e.StartsWith($"{zone}:", StringComparison.Ordinal) && e != $"{zone}:{id}")
            : [];
        var word = Authority.KindOf(kind).Text();
        return Edit(call, fact, $"{zone}:{id}", single, adds, $"{word} {id} from Zone {zone} is {(adds ? "already" : "not")} assigned to the VDC");
    }

    private Task<Reply> Edit(Call call, string fact, string element, IEnumerable<string> others, bool adds, string otherwise) => Reply.Of(access.Change(new(
        PoolKind.Vdc, call.Id, fact, adds ? [element] : [], adds ? [.. others] : [element], new(ErrorCode.Internal, otherwise, ObjectId: call.Id))));

    private static Task<Reply> Refused(Refusal why) => Task.FromResult<Reply>(why);
}
