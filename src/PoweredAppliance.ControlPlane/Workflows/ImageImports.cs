using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>
/// Fills images that are LOCKED: copies the file of PATH, makes an empty disk, or takes the bytes that are put. What is unfinished
/// says so in the image's record, so a restart goes on; a copy that ended writes READY only over LOCKED.
/// </summary>
public sealed class ImageImports(Cloud cloud, IImageStorage storage, ILogger<ImageImports> log)
{
    public const string Locked = "4", Ready = "1", Error = "5";

    private readonly ConcurrentDictionary<int, StepProgress> _progress = new();
    private readonly ConcurrentDictionary<int, Task> _running = new();

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
            Begin(image.Id);
    }

    public void Begin(int image) => _running.GetOrAdd(image, id => Task.Run(() => Fill(id)));

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

    private async Task Fill(int id)
    {
        try
        {
            if (cloud.Inventory.Find(PoolKind.Image, id) is not { } image)
                return;
            await Settle(id, () => image.Fact("PATH") is { Length: > 0 } path
                ? storage.Import(id, path, image.Fact("FORMAT"), new Reporter(this, id), CancellationToken.None)
                : storage.CreateEmpty(id, image.FactLong("SIZE"), image.Fact("FORMAT") ?? "qcow2", CancellationToken.None)).ConfigureAwait(false);
        }
        finally
        {
            _progress.TryRemove(id, out _);
            _running.TryRemove(id, out _);
        }
    }

    private async Task Settle(int id, Func<Task<ImageContent>> fill)
    {
        ImmutableSortedDictionary<string, string> facts;
        try
        {
            var content = await fill().ConfigureAwait(false);
            facts = Facts(("STATE", Ready), ("SOURCE", content.Source), ("VOLUME", Path.GetFileName(content.Source)), ("FORMAT", content.Format),
                ("SIZE", content.SizeMebibytes.ToString(CultureInfo.InvariantCulture)), ("ERROR", ""), ("UPLOAD", ""));
        }
        catch (Exception e) when (e is ImageRefusedException or IOException or UnauthorizedAccessException)
        {
            log.LogWarning("image {Image} could not be filled: {Why}", id, e.Message);
            facts = Facts(("STATE", Error), ("ERROR", e.Message));
        }

        await cloud.Pool(new PoolProtocol.SetFacts(PoolKind.Image, id, facts, OnlyIf: Facts(("STATE", Locked)))).ConfigureAwait(false);
    }

    private static ImmutableSortedDictionary<string, string> Facts(params (string Name, string Value)[] facts) =>
        facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    private sealed class Reporter(ImageImports imports, int id) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => imports._progress[id] = value;
    }
}
