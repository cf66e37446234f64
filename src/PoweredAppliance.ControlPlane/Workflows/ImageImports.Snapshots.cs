using Microsoft.Extensions.Logging;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>Snapshots in the files of images that nobody uses. Each deed ends in the same picture however often it is begun.</summary>
public sealed partial class ImageImports
{
    /// <summary>Does what the image's record says is being done to its file; then it is READY again.</summary>
    public void WorkOnSnapshots(int image) => Begin(image, async (there, _) =>
    {
        string? failure = null;
        try
        {
            if (ImageSnapshotRules.Under(there) is var (deed, snapshot))
                await Do(there, deed, snapshot).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ImageRefusedException or IOException or UnauthorizedAccessException)
        {
            log.LogWarning("the snapshots of image {Image} stay as they are: {Why}", image, e.Message);
            failure = e.Message;
        }

        await cloud.Pool(new ImageSnapshotRules.End(image, failure)).ConfigureAwait(false);
    });

    private async Task Do(PooledObject image, SnapshotDeed deed, int id)
    {
        var (file, all) = (image.Fact("SOURCE")!, ImageSnapshots.Of(image)!.Snapshots);
        var snapshot = all.First(s => s.Id == id);
        if (deed is not SnapshotDeed.Delete)
            await storage.RevertTo(file, Place(snapshot)).ConfigureAwait(false);
        if (deed is not SnapshotDeed.Revert)
            await storage.DropSnapshots(file, [.. (deed is SnapshotDeed.Flatten ? all.Where(s => s.Id != id).Append(snapshot) : [snapshot]).Select(Place)])
                .ConfigureAwait(false);
    }

    private static SnapshotPlace Place(DiskSnapshot snapshot) => new(snapshot.Of!.Value.Vm, snapshot.Of.Value.Disk, snapshot.Id);
}
