using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>
/// Fills images that are LOCKED: copies or downloads what PATH names, copies another image, makes an empty disk, or takes the bytes that
/// are put. What is unfinished says so in the image's record, so a restart goes on; a copy that ended writes READY only over LOCKED.
/// </summary>
public sealed partial class ImageImports(Cloud cloud, IImageStorage storage, ILogger<ImageImports> log)
{
    public const string Locked = "4", Ready = "1", Error = "5";

    private readonly ConcurrentDictionary<int, StepProgress> _progress = new();
    private readonly ConcurrentDictionary<int, Run> _running = new();

    // Stop is never disposed of: whoever deletes the image may cancel it when it has just ended, and it holds nothing.
    private sealed record Run(CancellationTokenSource Stop, TaskCompletionSource Ended);

    /// <summary>How far an import is; null: none runs.</summary>
    public StepProgress? Progress(int image) => _progress.GetValueOrDefault(image);

    /// <summary>Bytes of an upload that are stored.</summary>
    public long Uploaded(int image) => storage.Uploaded(image);

    /// <summary>Goes on with what an earlier run left, and removes files whose image is gone.</summary>
    public void Resume()
    {
        var images = cloud.Inventory.All(PoolKind.Image);
        foreach (var orphan in storage.Known().Where(id => !images.ContainsKey(id)))
        {
            log.LogWarning("the files of image {Image} are left over and removed", orphan);
            storage.Delete(orphan);
        }

        foreach (var image in images.Values.Where(i => i.Fact("STATE") == Locked && i.Fact("UPLOAD") is null))
            if (ImageSnapshotRules.Under(image) is not null)
                WorkOnSnapshots(image.Id);
            else if (image.Fact(Saving) is null)
                Begin(image.Id);
            else
                Await(image.Id);
        foreach (var image in images.Keys)
            _ = Task.Run(() => TellVms(image));
    }

    /// <summary>VMs that were made with an image while it was not filled go on when it is, and fail when it will not be.</summary>
    public async Task TellVms(int image)
    {
        foreach (var vm in cloud.Inventory.VmsOfImage(image))
            if (cloud.Inventory.Vms.Find(new(vm)) is { State: VmState.Cloning or VmState.CloningFailure }
                && (await cloud.FillDisks(new(vm)).ConfigureAwait(false)).Refusal is { } why)
                log.LogWarning("VM {Vm} waits for image {Image} any longer: {Why}", vm, image, why);
    }

    public void Begin(int image) => Begin(image, (there, stop) => Settle(image, () => Content(there, stop)));

    private void Begin(int image, Func<PooledObject, CancellationToken, Task> fill)
    {
        var run = new Run(new(), new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_running.TryAdd(image, run))
            _ = Task.Run(() => Fill(image, run, fill));
    }

    /// <summary>The image's record is gone: ends what fills it, then removes its files.</summary>
    public async Task Forget(int image)
    {
        if (_running.TryGetValue(image, out var run))
        {
            await run.Stop.CancelAsync().ConfigureAwait(false);
            await run.Ended.Task.ConfigureAwait(false);
        }

        storage.Delete(image);
    }

    /// <summary>Adds bytes to an image that is being uploaded; after the last one it becomes READY or ERROR.</summary>
    public async Task<Answer> Append(int image, long offset, Stream content, CancellationToken stop)
    {
        if (cloud.Inventory.Find(PoolKind.Image, image) is not { } there)
            return Refusal.NotFound("image", image);
        if (there.Fact("STATE") != Locked || there.Fact("UPLOAD") is null)
            return new Refusal(ErrorCode.Action, $"Image {image} ({there.Name}) does not wait for an upload.", ObjectId: image);
        var expected = there.FactLong("UPLOAD");
        try
        {
            var stored = await storage.Append(image, offset, content, stop).ConfigureAwait(false);
            if (stored > expected)
                return new Refusal(ErrorCode.Action, $"Image {image} was announced with {expected} bytes, {stored} have come.", "upload", null, image);
            if (stored == expected)
                await Settle(image, () => storage.Complete(image, there.Fact("FORMAT"), CancellationToken.None)).ConfigureAwait(false);
            return Answer.Of(image);
        }
        catch (ImageRefusedException e)
        {
            return new Refusal(ErrorCode.Action, e.Message, "offset", offset.ToString(CultureInfo.InvariantCulture), image);
        }
    }

    private async Task Fill(int id, Run run, Func<PooledObject, CancellationToken, Task> fill)
    {
        try
        {
            if (cloud.Inventory.Find(PoolKind.Image, id) is { } image)
                await fill(image, run.Stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
        {
            log.LogInformation("image {Image} is filled no further: it was deleted", id);
        }
        finally
        {
            _progress.TryRemove(id, out _);
            _running.TryRemove(id, out _);
            run.Ended.SetResult();
        }
    }

    private Task<ImageContent> Content(PooledObject image, CancellationToken stop)
    {
        var (id, format, progress) = (image.Id, image.Fact("FORMAT"), new Reporter(this, image.Id));
        if (image.Fact(ImageRules.CopiedFrom) is not null)
        {
            var from = cloud.Inventory.Find(PoolKind.Image, image.FactInt(ImageRules.CopiedFrom));
            return from?.Fact("SOURCE") is { } source
                ? storage.Import(id, new(source, from.Fact("FORMAT")), progress, stop)
                : throw new ImageRefusedException($"image {image.Fact(ImageRules.CopiedFrom)}, which it was to be copied from, has no content");
        }

        if (image.Fact("SOURCE") is { } own)
            return storage.Inspect(own, format, stop);
        return image.Fact("PATH") is { Length: > 0 } path
            ? storage.Import(id, OriginOf(image, path), progress, stop)
            : storage.CreateEmpty(id, image.FactLong("SIZE"), format ?? "qcow2", stop);
    }

    /// <summary>An app's file is taken from its marketplace's folder where that is on this machine, else from its web server.</summary>
    private ImageOrigin OriginOf(PooledObject image, string path)
    {
        var (md5, sha256) = (image.Template["FROM_APP_MD5"] ?? image.Template["MD5"], image.Template["SHA256"]);
        var app = int.TryParse(image.Template["FROM_APP"], CultureInfo.InvariantCulture, out var number) ? cloud.Inventory.Find(PoolKind.MarketplaceApp, number) : null;
        var market = app is null ? null : cloud.Inventory.Find(PoolKind.Marketplace, app.FactInt(MarketRules.MarketFact));
        if (app is null || market is null || app.Fact("SOURCE") != path)
            return new(path, image.Fact("FORMAT"), md5, sha256);
        var local = Path.Combine(market.Template["PUBLIC_DIR"] ?? "", AppPublications.FileOf(app));
        return new(File.Exists(local) ? local : path, image.Fact("FORMAT"), md5, sha256, Trusted: true);
    }

    private async Task Settle(int id, Func<Task<ImageContent>> fill)
    {
        ImmutableSortedDictionary<string, string> facts;
        try
        {
            var content = await fill().ConfigureAwait(false);
            var volume = string.Create(CultureInfo.InvariantCulture, $"image-{id}.{content.Format}");
            facts = Facts(("STATE", Ready), ("SOURCE", content.Source), ("VOLUME", volume), ("FORMAT", content.Format),
                ("SIZE", content.SizeMebibytes.ToString(CultureInfo.InvariantCulture)), ("ERROR", ""), ("UPLOAD", ""),
                (Saving, ""), (ImageRules.CopiedFrom, ""));
        }
        catch (Exception e) when (e is ImageRefusedException or IOException or UnauthorizedAccessException)
        {
            log.LogWarning("image {Image} could not be filled: {Why}", id, e.Message);
            facts = Facts(("STATE", Error), ("ERROR", e.Message), (Saving, ""), (ImageRules.CopiedFrom, ""));
        }

        if (await Store(id, facts).ConfigureAwait(false) is not { } why)
        {
            await TellVms(id).ConfigureAwait(false);
            return;
        }

        // Its true size is known only now, and may be more than its owner's limits let him have.
        log.LogWarning("image {Image} is not kept: {Why}", id, why);
        if (await Store(id, Facts(("STATE", Error), ("ERROR", why.Text), (Saving, ""), (ImageRules.CopiedFrom, ""))).ConfigureAwait(false) is null)
            storage.Delete(id);
        await TellVms(id).ConfigureAwait(false);
    }

    private async Task<Refusal?> Store(int id, ImmutableSortedDictionary<string, string> facts) => (await cloud.Pool(
        new PoolProtocol.SetFacts(PoolKind.Image, id, facts, OnlyIf: Facts(("STATE", Locked)))).ConfigureAwait(false)).Refusal;

    private static ImmutableSortedDictionary<string, string> Facts(params (string Name, string Value)[] facts) =>
        facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    private sealed class Reporter(ImageImports imports, int id) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => imports._progress[id] = value;
    }
}
