using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>The methods that are alike for every kind: info, pool info, rename, update, chmod, chown.</summary>
internal sealed class PoolMethods(PoolOperations pools, Inventory inventory, Authority authority, Documents documents)
{
    private static readonly (string Word, PoolKind Kind)[] Kinds =
    [
        ("template", PoolKind.Template), ("host", PoolKind.Host), ("cluster", PoolKind.Cluster), ("datastore", PoolKind.Datastore), ("image", PoolKind.Image),
        ("vn", PoolKind.VirtualNetwork), ("vntemplate", PoolKind.VnTemplate), ("vrouter", PoolKind.VirtualRouter), ("secgroup", PoolKind.SecurityGroup),
        ("vmgroup", PoolKind.VmGroup), ("user", PoolKind.User), ("group", PoolKind.Group), ("vdc", PoolKind.Vdc), ("document", PoolKind.Document),
        ("market", PoolKind.Marketplace), ("marketapp", PoolKind.MarketplaceApp), ("hook", PoolKind.Hook), ("backupjob", PoolKind.BackupJob),
    ];

    private static readonly HashSet<string> Filtered = new(StringComparer.Ordinal)
    {
        "template", "image", "vn", "vntemplate", "vrouter", "secgroup", "vmgroup", "document", "marketapp", "backupjob",
    };

    private static readonly HashSet<string> Renamed = new(StringComparer.Ordinal) { "template", "host", "cluster", "datastore", "image", "vn", "vdc" };
    private static readonly HashSet<string> Owned = new(StringComparer.Ordinal) { "template", "datastore", "image", "vn" };
    private static readonly HashSet<string> Updated = new(StringComparer.Ordinal) { "template", "host", "cluster", "datastore", "image", "user", "group", "vdc" };

    public Dictionary<string, Handler> All => Made().ToDictionary(StringComparer.Ordinal);

    private IEnumerable<KeyValuePair<string, Handler>> Made()
    {
        foreach (var (word, kind) in Kinds)
        {
            if (kind is not (PoolKind.User or PoolKind.Group))
                yield return new($"one.{word}.info", c => Task.FromResult(Info(c.Who, kind, c.Id)));
            yield return new($"one.{word}pool.info", c => Task.FromResult(Filtered.Contains(word) ? List(c, kind) : Everything(c, kind)));
            if (Renamed.Contains(word))
                yield return new($"one.{word}.rename", c => Reply.Of(pools.Rename(c.Who, kind, c.Id, c.Text(2))));
            if (Updated.Contains(word))
                yield return new($"one.{word}.update", c => Update(c, kind));
            if (!Owned.Contains(word))
                continue;
            yield return new($"one.{word}.chown", c => Reply.Of(pools.Chown(c.Who, kind, c.Id, c.Int(2), c.Int(3))));
            if (kind is not PoolKind.Template)
                yield return new($"one.{word}.chmod", c => Reply.Of(pools.Chmod(c.Who, kind, c.Id, c.Nine)));
        }
    }

    public Reply Info(Subject who, PoolKind kind, int id) => pools.Read(who, kind, id) is ({ } o, null)
        ? documents.Of(o)
        : (Reply)pools.Read(who, kind, id).Why!;

    /// <summary>The object where it is there and the caller has the right, else why not.</summary>
    public (PooledObject? Object, Refusal? Why) Find(Call call, PoolKind kind, Rights right) => inventory.Find(kind, call.Id) is not { } o
        ? (null, Refusal.NotFound(ObjectPool.Word(kind), call.Id))
        : authority.May(call.Who, right, o) is { } why ? (null, why) : (o, null);

    private Reply List(Call call, PoolKind kind)
    {
        var listing = PoolListing.Of(call);
        return listing.Wrong is { } wrong ? wrong : documents.Pool(kind, listing.Pick(inventory.All(kind).Values, authority));
    }

    private Reply Everything(Call call, PoolKind kind) =>
        documents.Pool(kind, inventory.All(kind).Values.Reverse().Where(o => authority.May(call.Who, Rights.Use, o) is null));

    private Task<Reply> Update(Call call, PoolKind kind)
    {
        if (Find(call, kind, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        var (append, wrong) = call.Append(3);
        var (template, why) = call.Template(2);
        return (wrong ?? why) is { } no
            ? Task.FromResult<Reply>(no)
            : Reply.Of(pools.Update(call.Who, kind, call.Id, template!, append));
    }
}
