using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>
/// Copies images into the folders of marketplaces, for apps that are LOCKED until their file is there. A restart goes on with what the
/// records say is unfinished.
/// </summary>
public sealed class AppPublications(Cloud cloud, IImageStorage storage, ILogger<AppPublications> log)
{
    private readonly ConcurrentDictionary<int, bool> _running = new();

    /// <summary>The app's file, in the folder and at the URL of its marketplace.</summary>
    public static string FileOf(PooledObject app) => string.Create(CultureInfo.InvariantCulture, $"app-{app.Id}-{app.RegTime}");

    public void Resume()
    {
        foreach (var app in cloud.Inventory.All(PoolKind.MarketplaceApp).Values.Where(a => MarketRules.StateOf(a) is AppState.Locked))
            Begin(app.Id);
    }

    public void Begin(int app)
    {
        if (_running.TryAdd(app, true))
            _ = Task.Run(() => Publish(app));
    }

    /// <summary>Takes away the file of an app whose record is gone.</summary>
    public void Withdraw(PooledObject app, PooledObject market) => storage.Withdraw(market.Template["PUBLIC_DIR"]!, FileOf(app));

    private async Task Publish(int id)
    {
        try
        {
            if (cloud.Inventory.Find(PoolKind.MarketplaceApp, id) is not { } app
                || cloud.Inventory.Find(PoolKind.Marketplace, app.FactInt(MarketRules.MarketFact)) is not { } market)
                return;
            var answer = await cloud.Pool(new PoolProtocol.SetFacts(
                PoolKind.MarketplaceApp, id, await Copied(app, market).ConfigureAwait(false),
                OnlyIf: Facts(("STATE", Number((int)AppState.Locked))))).ConfigureAwait(false);
            if (answer.Refusal is not null)
                Withdraw(app, market); // it was deleted meanwhile
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private async Task<ImmutableSortedDictionary<string, string>> Copied(PooledObject app, PooledObject market)
    {
        try
        {
            var origin = cloud.Inventory.Find(PoolKind.Image, app.FactInt("ORIGIN_ID", -1))?.Fact("SOURCE")
                ?? throw new ImageRefusedException($"image {app.Fact("ORIGIN_ID")}, which it was to be copied from, has no content");
            var made = await storage.Publish(origin, market.Template["PUBLIC_DIR"]!, FileOf(app), new Progress<StepProgress>(), CancellationToken.None).ConfigureAwait(false);
            return Facts(("STATE", Number((int)AppState.Ready)), ("SOURCE", $"{market.Template["BASE_URL"]!.TrimEnd('/')}/{made.Name}"),
                ("MD5", made.Md5), ("FORMAT", made.Format), ("SIZE", made.SizeMebibytes.ToString(CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is ImageRefusedException or IOException or UnauthorizedAccessException)
        {
            log.LogWarning("app {App} could not be put into marketplace {Market}: {Why}", app.Id, market.Id, e.Message);
            return Facts(("STATE", Number((int)AppState.Error)), ("ERROR", e.Message));
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static ImmutableSortedDictionary<string, string> Facts(params (string Name, string Value)[] facts) =>
        facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
}
