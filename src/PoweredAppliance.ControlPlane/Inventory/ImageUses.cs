using System.Globalization;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>Who uses images: living VMs, and what is being copied from them. Made once for many images.</summary>
public sealed class ImageUses(Inventory inventory)
{
    private readonly Lazy<ILookup<int, int>> _clones = new(() => inventory.All(PoolKind.Image).Values
        .Where(i => i.Fact(ImageRules.CopiedFrom) is not null).ToLookup(i => i.FactInt(ImageRules.CopiedFrom), i => i.Id));

    private readonly Lazy<ILookup<int, int>> _apps = new(() => inventory.All(PoolKind.MarketplaceApp).Values
        .Where(a => MarketRules.StateOf(a) is AppState.Locked && MarketRules.TypeOf(a) is AppType.Image)
        .ToLookup(a => a.FactInt("ORIGIN_ID", -1), a => a.Id));

    public ImageUse Of(int image) => new(inventory.VmsOfImage(image), [.. _clones.Value[image]], [.. _apps.Value[image]]);
}

/// <summary>What can be told of datastores and marketplaces beyond what is stored.</summary>
public static class StorePictures
{
    public static ImageUse UseOf(this Inventory inventory, int image) => new ImageUses(inventory).Of(image);

    /// <summary>A system datastore is the folders of its clusters' hosts together; of others, what was last measured on the controller.</summary>
    public static StoreRoom RoomOf(this Inventory inventory, PooledObject store)
    {
        if (store.Kind is not PoolKind.Datastore || DatastoreRules.TypeOf(store) is not DatastoreType.System)
            return inventory.Room(store.Kind, store.Id);
        var clusters = (store.Fact("CLUSTER_IDS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToHashSet();
        var room = new StoreRoom(0, 0, 0);
        foreach (var host in inventory.Hosts)
            if (host.Facts is { } facts && inventory.Find(PoolKind.Host, host.Id.Value) is { } o && clusters.Contains(o.FactInt("CLUSTER_ID")))
            {
                var free = host.Usage?.DiskFreeMebibytes ?? facts.DiskFreeMebibytes;
                room = new(room.TotalMebibytes + facts.DiskMebibytes, room.FreeMebibytes + free, room.UsedMebibytes + facts.DiskMebibytes - free);
            }

        return room;
    }
}
