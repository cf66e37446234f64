using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>The methods that are alike for every kind: info, pool info, rename, update, chmod, chown, lock; for some delete and clone.</summary>
internal sealed class PoolMethods(PoolOperations pools, Cloud cloud, Inventory inventory, Authority authority, Documents documents) : IMethods
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

    private static readonly HashSet<string> Renamed = new(StringComparer.Ordinal)
    {
        "template", "host", "cluster", "datastore", "image", "vn", "vdc", "vntemplate", "document", "vmgroup", "hook",
        "backupjob", "secgroup", "vrouter", "market", "marketapp",
    };

    private static readonly HashSet<string> Lockable = new(StringComparer.Ordinal)
    {
        "template", "image", "vn", "vntemplate", "vrouter", "vmgroup", "marketapp", "hook", "document", "backupjob",
    };

    private static readonly HashSet<string> Owned = new(StringComparer.Ordinal)
    {
        "template", "datastore", "image", "vn", "vntemplate", "document", "vmgroup", "backupjob", "secgroup",
        "vrouter", "market", "marketapp",
    };

    private static readonly HashSet<string> Deleted = new(StringComparer.Ordinal) { "vntemplate", "document", "backupjob" };
    private static readonly HashSet<string> Cloned = new(StringComparer.Ordinal) { "vntemplate", "document", "secgroup" };

    private static readonly HashSet<string> Updated = new(StringComparer.Ordinal)
    {
        "template", "host", "cluster", "datastore", "image", "user", "group", "vdc", "vntemplate", "document",
        "backupjob", "secgroup", "vrouter", "market", "marketapp",
    };

    public Dictionary<string, Handler> All => Made().ToDictionary(StringComparer.Ordinal);

    private IEnumerable<KeyValuePair<string, Handler>> Made()
    {
        foreach (var (word, kind) in Kinds)
        {
            if (kind is not (PoolKind.User or PoolKind.Group or PoolKind.Template))
                yield return new($"one.{word}.info", c => Task.FromResult(Info(c.Who, kind, c.Id, decrypt: !EncryptedAttributes.Of(kind).IsEmpty && c.Bool(2))));
            if (kind is not PoolKind.Document)
                yield return new($"one.{word}pool.info", c => Task.FromResult(Filtered.Contains(word) ? List(c, inventory.All(kind).Values, kind) : Everything(c, kind)));
            if (Deleted.Contains(word))
                yield return new($"one.{word}.delete", c => Reply.Of(pools.Delete(c.Who, kind, c.Id)));
            if (Cloned.Contains(word))
                yield return new($"one.{word}.clone", c => Reply.Of(pools.Clone(c.Who, kind, c.Id, c.Text(2))));
            if (Renamed.Contains(word))
                yield return new($"one.{word}.rename", c => Reply.Of(pools.Rename(c.Who, kind, c.Id, c.Text(2))));
            if (Lockable.Contains(word))
            {
                yield return new($"one.{word}.lock", c => Reply.Of(pools.Lock(c.Who, kind, c.Id, c.Int(2), c.Bool(3))));
                yield return new($"one.{word}.unlock", c => Reply.Of(pools.Unlock(c.Who, kind, c.Id)));
            }

            if (Updated.Contains(word))
                yield return new($"one.{word}.update", c => Update(c, kind));
            if (!Owned.Contains(word))
                continue;
            yield return new($"one.{word}.chown", c => Reply.Of(pools.Chown(c.Who, kind, c.Id, c.Int(2), c.Int(3))));
            if (kind is not (PoolKind.Template or PoolKind.VirtualRouter))
                yield return new($"one.{word}.chmod", c => Reply.Of(pools.Chmod(c.Who, kind, c.Id, c.Nine)));
        }
    }

    /// <param name="decrypt">with encrypted attributes in the clear, which administrators alone are given</param>
    public Reply Info(Subject who, PoolKind kind, int id, bool decrypt) => pools.Read(who, kind, id) is ({ } o, null)
        ? kind is PoolKind.VirtualNetwork ? documents.Network(o, Shown(who, o)) : documents.Of(decrypt && who.IsAdmin ? cloud.Opened(o) : o)
        : (Reply)pools.Read(who, kind, id).Why!;

    /// <summary>Who has a lease is shown to who manages the network; others see what they may use.</summary>
    private Predicate<Holder> Shown(Subject who, PooledObject network) => authority.MayThoughLocked(who, Rights.Manage, network) is null
        ? _ => true
        : holder => holder.Kind switch
        {
            HolderKind.Vm => inventory.Vms.Find(new(holder.Id)) is { } vm && authority.Shows(who, vm),
            HolderKind.Network => inventory.Find(PoolKind.VirtualNetwork, holder.Id) is { } reservation && authority.Shows(who, reservation),
            _ => inventory.Find(PoolKind.VirtualRouter, holder.Id) is { } router && authority.Shows(who, router),
        };

    /// <summary>The object where it is there and the caller has the right, else why not.</summary>
    public (PooledObject? Object, Refusal? Why) Find(Call call, PoolKind kind, Rights right) => inventory.Find(kind, call.Id) is not { } o
        ? (null, Refusal.NotFound(ObjectPool.Word(kind), call.Id))
        : authority.May(call.Who, right, o) is { } why ? (null, why) : (o, null);

    /// <summary>Those of the objects that the call's filter and range ask for and the caller may use.</summary>
    public Reply List(Call call, IEnumerable<PooledObject> objects, PoolKind kind)
    {
        var listing = PoolListing.Of(call);
        return listing.Wrong is { } wrong ? wrong : documents.Pool(kind, listing.Pick(objects, authority));
    }

    /// <summary>Makes an object of the template in the call's first parameter.</summary>
    public Task<Reply> Allocate(Call call, PoolKind kind, Func<Template, IEnumerable<KeyValuePair<string, string>>>? facts = null)
    {
        var (template, why) = call.Template(1);
        return why is null
            ? Reply.Of(pools.Allocate(call.Who, kind, template!["NAME"] ?? "", template, facts?.Invoke(template)))
            : Task.FromResult<Reply>(why);
    }

    /// <summary>The template and the way of an update call, once the object is there and the caller may manage it.</summary>
    public (Template? Given, bool Append, Refusal? Why) Updating(Call call, PoolKind kind)
    {
        if (Find(call, kind, Rights.Manage).Why is { } missing)
            return (null, false, missing);
        var (append, wrong) = call.Append(3);
        var (template, why) = call.Template(2);
        return (template, append, wrong ?? why);
    }

    private Reply Everything(Call call, PoolKind kind) => kind is PoolKind.Host && call.Who.IsAdmin
        ? documents.Hosts()
        : documents.Pool(kind, inventory.All(kind).Values.Reverse().Where(o => authority.Shows(call.Who, o)));

    private Task<Reply> Update(Call call, PoolKind kind) => Updating(call, kind) is var (given, append, why) && why is null
        ? Reply.Of(pools.Update(call.Who, kind, call.Id, given!, append))
        : Task.FromResult<Reply>(why);
}
