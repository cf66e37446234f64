using System.Globalization;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Pools;

/// <summary>What one.image.snapshot* does with the file of an image that nobody uses. Flatten: the image is as at the snapshot, and has none any more.</summary>
public enum SnapshotDeed { Delete, Revert, Flatten }

/// <summary>Snapshots of images that no VM has, by OpenNebula's rules and in its words. The image is LOCKED while its file is worked on.</summary>
public static class ImageSnapshotRules
{
    /// <summary>Facts of an image whose file is being worked on.</summary>
    public const string Target = "TARGET_SNAPSHOT", Doing = "SNAPSHOT_DEED";

    public static bool HasSnapshots(this PooledObject image) => ImageSnapshots.Of(image) is { Snapshots.IsEmpty: false };

    /// <summary>What is being done to the image's file; null: nothing.</summary>
    public static (SnapshotDeed Deed, int Snapshot)? Under(PooledObject image) =>
        Enum.TryParse<SnapshotDeed>(image.Fact(Doing), out var deed) ? (deed, image.FactInt(Target, -1)) : null;

    public sealed record Begin(int Id, SnapshotDeed Deed, int Snapshot, ImageUse Use) : PoolProtocol.Change(PoolKind.Image, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool)
        {
            if (ImageRules.TypeOf(o) is not (ImageType.Os or ImageType.Datablock))
                return No("IMAGES of type KERNEL, RAMDISK, BACKUP, FILESYSTEM and CONTEXT does not have snapshots.");
            if (ImageRules.StateOf(o, Use) is not ImageState.Ready and var state)
                return No($"Cannot {Word(Deed)} snapshot in state {ImageRules.Word(state)}");
            if (ImageSnapshots.Of(o) is not { } tree || tree.Find(Snapshot) is null)
                return No("Snapshot does not exist");
            if (Deed is SnapshotDeed.Delete && tree.Active == Snapshot)
                return No("Cannot delete the active snapshot");
            if (Deed is SnapshotDeed.Delete && tree.Children(Snapshot).Any())
                return No("Cannot delete snapshot with children");
            return (o.With("STATE", Number((int)ImageState.Locked)).With(Doing, Deed.ToString()).With(Target, Number(Snapshot)), null);
        }

        private (PooledObject? Next, Refusal? Why) No(string why) => (null, new(ErrorCode.Action, why, "SNAPSHOT_ID", Number(Snapshot), Id));
    }

    /// <param name="Failure">null: it is done</param>
    public sealed record End(int Id, string? Failure) : PoolProtocol.Change(PoolKind.Image, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool)
        {
            if (Under(o) is not var (deed, snapshot))
                return (o, null);
            var free = (o with { Facts = o.Facts.Remove(Doing).Remove(Target) }).With("STATE", Number((int)ImageState.Ready));
            if (Failure is not null)
                return (free.With("ERROR", $"{Failed(deed, snapshot)}: {Failure}"), null);
            var tree = ImageSnapshots.Of(o)!;
            return (free.WithOrWithout("ERROR", "").WithOrWithout(ImageSnapshots.Fact, ImageSnapshots.Write(deed switch
            {
                SnapshotDeed.Delete => tree.Without(snapshot),
                SnapshotDeed.Revert => tree.Reverted(snapshot),
                _ => tree with { Active = -1, Snapshots = [] },
            }, new(-1))), null);
        }

        private string Failed(SnapshotDeed deed, int snapshot) => deed switch
        {
            SnapshotDeed.Delete => $"Error removing snapshot {snapshot} from image {Id}",
            SnapshotDeed.Revert => $"Error reverting image {Id} to snapshot {snapshot}",
            _ => "Error flattening image snapshot",
        };
    }

    private static string Word(SnapshotDeed deed) => deed switch
    {
        SnapshotDeed.Delete => "delete",
        SnapshotDeed.Revert => "revert to",
        _ => "flatten",
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
