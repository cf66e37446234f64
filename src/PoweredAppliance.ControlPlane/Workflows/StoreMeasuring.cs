using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>
/// Looks at the datastores and marketplaces that lie on the controller, again and again: how much room there is, which is not stored, and
/// what VMs have made of persistent images. Nobody has to tell it, so nothing is missed.
/// </summary>
public sealed class StoreMeasuring(Cloud cloud, IImageStorage storage, ControlPlaneSettings settings, TimeProvider time, ILogger<StoreMeasuring> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.ReadEvery, time);
        do
        {
            try
            {
                Measure();
                foreach (var image in cloud.Inventory.All(PoolKind.Image).Values.Where(i => i.IsPersistent() && i.Fact("STATE") is ImageImports.Ready))
                    await Look(image, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageRefusedException or TimeoutException)
            {
                log.LogWarning("the datastores could not be looked at: {Why}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private void Measure()
    {
        var images = cloud.Inventory.All(PoolKind.Image).Values.ToLookup(i => i.FactInt("DATASTORE_ID", -1), i => i.Id);
        foreach (var store in cloud.Inventory.All(PoolKind.Datastore).Values.Where(s => DatastoreRules.TypeOf(s) is not DatastoreType.System))
            cloud.Inventory.Put(PoolKind.Datastore, store.Id, storage.Room([.. images[store.Id]]));
        foreach (var market in cloud.Inventory.All(PoolKind.Marketplace).Values)
            cloud.Inventory.Put(PoolKind.Marketplace, market.Id, storage.Room(market.Template["PUBLIC_DIR"]!));
    }

    /// <summary>A VM may have given back an image that was written to, or that grew.</summary>
    private async Task Look(PooledObject image, CancellationToken stop)
    {
        if (image.Fact("SOURCE") is not { } source || cloud.Inventory.VmsOfImage(image.Id).Count > 0)
            return;
        var written = storage.WrittenAt(source).ToUnixTimeSeconds();
        if (written <= image.FactLong("MODTIME"))
            return;
        var content = await storage.Inspect(source, null, stop).ConfigureAwait(false);
        var modified = ImmutableSortedDictionary<string, string>.Empty.Add("MODTIME", written.ToString(CultureInfo.InvariantCulture));
        var grown = modified.Add("SIZE", content.SizeMebibytes.ToString(CultureInfo.InvariantCulture));
        if ((await cloud.Pool(new PoolProtocol.SetFacts(PoolKind.Image, image.Id, grown)).ConfigureAwait(false)).Refusal is not { } why)
            return;
        log.LogWarning("image {Image} is {Size} MB now: {Why}", image.Id, content.SizeMebibytes, why);
        await cloud.Pool(new PoolProtocol.SetFacts(PoolKind.Image, image.Id, modified)).ConfigureAwait(false);
    }
}
