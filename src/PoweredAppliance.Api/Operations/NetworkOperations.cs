using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

/// <summary>Virtual networks and their addresses. What a network must be is <see cref="VirtualNetworks"/>' to say.</summary>
public sealed class NetworkOperations(Cloud cloud, PoolOperations pools)
{
    private const PoolKind Net = PoolKind.VirtualNetwork;

    /// <param name="of">the network template that it is made of, if it is</param>
    /// <param name="extra">what the subject gives beside that; null: he gives all</param>
    public async Task<Answer> Allocate(Subject who, Template given, int cluster, PooledObject? of = null, Template? extra = null)
    {
        var id = cluster < 0 ? 0 : cluster;
        if (cloud.Inventory.Find(PoolKind.Cluster, id) is null)
            return Refusal.NotFound("cluster", id);
        var facts = new Dictionary<string, string> { ["CLUSTER_IDS"] = Permitted.Text(id) };
        if (of is not null)
            facts["TEMPLATE_ID"] = Permitted.Text(of.Id);
        return Restrictions.Vlans(cloud.Inventory, who, extra ?? given, of?.Id ?? -1) is { } no
            ? no
            : await pools.Allocate(who, Net, given["NAME"] ?? "", given, facts, of?.Template).ConfigureAwait(false);
    }

    public Task<Answer> Update(Subject who, int id, Template given, bool append) => On(who, id, Rights.Manage, network =>
        Vlans(who, given, network) is { } no ? Refused(no) : pools.Update(who, Net, id, given, append));

    private Refusal? Vlans(Subject who, Template given, PooledObject network) =>
        Restrictions.Vlans(cloud.Inventory, who, given, network.FactInt("TEMPLATE_ID", -1));

    /// <summary>Only a network of which nobody has an address goes.</summary>
    public Task<Answer> Delete(Subject who, int id) => On(who, id, Rights.Manage, _ =>
        cloud.CloseAddresses(new(id, Range: null, From: 0, EvenInUse: false), () => pools.Delete(who, Net, id)));

    public Task<Answer> AddRanges(Subject who, int id, Template given) => On(who, id, ToChangeRanges(id), network =>
        (Restrictions.Given(who, "AR", Net, Template.Of(given.Vectors("AR"))) ?? Vlans(who, given, network)) is { } no ? Refused(no)
        : given.Vectors("AR").ToImmutableArray() is { IsEmpty: false } ranges ? cloud.Pool(new NetworkChanges.AddRanges(id, ranges)) : Refused(NoRange));

    /// <summary>A range only shrinks while nobody has one of the addresses that go.</summary>
    public Task<Answer> UpdateRanges(Subject who, int id, Template given) => On(who, id, Rights.Manage, network =>
    {
        var ranges = given.Vectors("AR").ToImmutableArray();
        if (ranges.IsEmpty)
            return Refused(NoRange);
        if ((Restrictions.Given(who, "AR", Net, Template.Of(ranges), network.Template) ?? Vlans(who, given, network)) is { } no)
            return Refused(no);
        Func<Task<Answer>> act = () => cloud.Pool(new NetworkChanges.UpdateRanges(id, ranges));
        foreach (var ar in ranges)
            if (Number(ar["AR_ID"]) is { } range && AddressRanges.Find(network, range) is not null && Number(ar["SIZE"]) is > 0 and { } size)
            {
                var inner = act;
                act = () => cloud.CloseAddresses(new(id, range, size, EvenInUse: false), inner);
            }

        return act();
    });

    /// <param name="force">who has an address of it keeps it</param>
    public Task<Answer> RemoveRange(Subject who, int id, int range, bool force) => On(who, id, ToChangeRanges(id), _ => Remove(id, range, force));

    /// <summary>Gives a range back; what was reserved is the parent's again.</summary>
    public Task<Answer> FreeRange(Subject who, int id, int range) => On(who, id, Rights.Manage, _ => Remove(id, range, force: false));

    public Task<Answer> Hold(Subject who, int id, Template given) => On(who, id, Rights.Manage, async _ =>
    {
        var (range, address, why) = OneAddress(given);
        if (why is not null)
            return why;
        var answer = address is null ? new Refusal(ErrorCode.Internal, "") : await cloud.TakeAddresses(
            new(id, range, address, Size: 1), lease => cloud.Pool(new NetworkChanges.Hold(id, lease.Range.Id, lease.Index))).ConfigureAwait(false);
        return answer.Refusal is null ? answer : new Refusal(ErrorCode.Internal, "Address is not part of the address range or in use.", "LEASES", $"{address}", id);
    });

    /// <summary>What is not on hold stays as it is.</summary>
    public Task<Answer> Release(Subject who, int id, Template given) => On(who, id, Rights.Manage, _ => OneAddress(given) switch
    {
        (_, _, { } why) => Refused(why),
        (var range, { } address, _) => cloud.Pool(new NetworkChanges.Release(id, range, address)),
        _ => Task.FromResult(Answer.Of(id)),
    });

    /// <summary>Networks here have no state that a recovery could end: each is READY as soon as it is stored.</summary>
    public Task<Answer> Recover(Subject who, int id, int operation) => operation is < 0 or > 3
        ? Refused(new(ErrorCode.Action, "Wrong recovery operation code", "operation", Permitted.Text(operation), id))
        : On(who, id, Rights.Manage, _ => Refused(new(
            ErrorCode.Internal, $"Could not perform 'recover {((string[])["failure", "success", "delete", "retry"])[operation]}' on VN {id}, wrong state READY.", ObjectId: id)));

    /// <summary>Sets addresses of a network aside for a network of the subject's: a new one, or NETWORK_ID.</summary>
    public async Task<Answer> Reserve(Subject who, int id, Template given)
    {
        var (wish, target, why) = Wanted(who, id, given);
        if ((why ?? pools.May(who, Net, id, Rights.Use)) is { } no)
            return no;
        var parent = cloud.Inventory.Find(Net, id)!;
        if (parent.Fact(VirtualNetworks.ParentFact) is not null)
            return new Refusal(ErrorCode.Action, "Cannot reserve addresses from a reserved VNET", ObjectId: id);
        var answer = await cloud.TakeAddresses(wish!, first =>
        {
            var range = AddressRanges.Reserved(first, wish!.Size);
            return cloud.Pool(target is { } existing ? new NetworkChanges.AddRanges(existing, [range]) : New(who, parent, given["NAME"]!, range));
        }).ConfigureAwait(false);
        return answer.Refusal is { Code: ErrorCode.Internal } refusal ? refusal with { Code = ErrorCode.Action } : answer;
    }

    /// <summary>OpenNebula's order of checks.</summary>
    private (LeaseProtocol.Take? Run, int? Target, Refusal? Why) Wanted(Subject who, int id, Template given)
    {
        (LeaseProtocol.Take?, int?, Refusal?) No(string text, string field) => (null, null, new(ErrorCode.Action, text, field, given[field], id));
        if (Number(given["SIZE"]) is not (> 0 and var size))
            return No("Reservation SIZE must be a greater than 0", "SIZE");
        int? target = null;
        if (given["NETWORK_ID"] is { } text)
        {
            if (Number(text) is not { } existing)
                return No("NETWORK_ID must be equal or greater than 0", "NETWORK_ID");
            if (existing == id)
                return No("Cannot add a reservation from the same network", "NETWORK_ID");
            if (cloud.Inventory.Find(Net, existing) is not { } there)
                return (null, null, Refusal.NotFound("virtual network", existing));
            if (there.Fact(VirtualNetworks.ParentFact) is not { } parent)
                return No("Cannot add reservations to a non-reservation VNET", "NETWORK_ID");
            if (parent != Permitted.Text(id))
                return No($"New reservations for virtual network {existing} have to be from network {parent}", "NETWORK_ID");
            if (pools.May(who, Net, existing, Rights.Manage) is { } may)
                return (null, null, may);
            target = existing;
        }

        if (target is null && given["NAME"] is not { Length: > 0 })
            return No("NAME for reservation has to be set", "NAME");
        if (given["AR_ID"] is not null && Number(given["AR_ID"]) is null)
            return No("AR_ID must be equal or greater than 0", "AR_ID");
        var begin = new[] { "IP", "IP6", "MAC" }.FirstOrDefault(name => given[name] is { Length: > 0 });
        if (begin is not null && given["AR_ID"] is null)
            return No("AR_ID must be specified for IP/MAC based reservations", "AR_ID");
        var first = begin is null ? null : Parse(begin, given[begin]);
        return begin is not null && first is null
            ? No($"{begin} '{given[begin]}' is no address", begin)
            : (new(id, Number(given["AR_ID"]), first, size), target, null);
    }

    private PoolProtocol.Allocate New(Subject who, PooledObject parent, string name, VectorAttribute range) => new(
        Net, name, who.Caller(), Permitted.New(cloud.Inventory, who), parent.Template.WithVectors("AR", [range]),
        parent.Facts.Where(f => VirtualNetworks.OfTheWire.Contains(f.Key) || f.Key is "CLUSTER_IDS" or "STATE" or "PREV_STATE")
            .ToImmutableSortedDictionary(StringComparer.Ordinal).SetItem(VirtualNetworks.ParentFact, Permitted.Text(parent.Id)));

    private Task<Answer> Remove(int id, int range, bool force) =>
        cloud.CloseAddresses(new(id, range, From: 0, force), () => cloud.Pool(new NetworkChanges.RemoveRange(id, range)));

    /// <summary>LEASES=[IP=...]: exactly one address, of any range or of AR_ID. A null address: it is none.</summary>
    private static (int? Range, Address? Address, Refusal? Why) OneAddress(Template given)
    {
        if (given.Vector("LEASES") is not { } lease)
            return (null, null, new(ErrorCode.Internal, "Empty lease description.", "LEASES"));
        var named = new[] { "MAC", "IP", "IP6" }.Where(name => lease[name] is { Length: > 0 }).ToList();
        return named switch
        {
            [] => (null, null, new(ErrorCode.Internal, "Missing MAC, IP or IP6.", "LEASES")),
            [var one] => (Number(lease["AR_ID"]), Parse(one, lease[one]), null),
            _ => (null, null, new(ErrorCode.Internal, "Only one attribute MAC, IP or IP6 can be set.", "LEASES")),
        };
    }

    private static Address? Parse(string name, string? text) => name switch
    {
        "MAC" => Address.Mac(text),
        "IP" => Address.Ip4(text),
        _ => Address.Ip6(text),
    };

    /// <summary>Networks made of a template are their owner's to change; the others' ranges are the administrators'.</summary>
    private Rights ToChangeRanges(int id) => cloud.Inventory.Find(Net, id)?.Fact("TEMPLATE_ID") is null ? Rights.Admin : Rights.Manage;

    private Task<Answer> On(Subject who, int id, Rights right, Func<PooledObject, Task<Answer>> act) =>
        pools.May(who, Net, id, right) is { } why ? Refused(why) : act(cloud.Inventory.Find(Net, id)!);

    private static Refusal NoRange => new(ErrorCode.Internal, "Wrong AR definition. AR vector attribute is missing.", "AR");

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Task<Answer> Refused(Refusal why) => Task.FromResult<Answer>(why);
}
