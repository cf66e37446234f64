using System.Collections.Immutable;
using System.Globalization;

namespace PoweredAppliance.Core.Pools;

/// <summary>STATE of an image, by OpenNebula's numbers. READY, DISABLED, LOCKED and ERROR are stored; the others are what its users make of READY.</summary>
public enum ImageState { Init, Ready, Used, Disabled, Locked, Error, Clone, Delete, UsedPers, LockedUsed, LockedUsedPers }

public enum ImageType { Os, Cdrom, Datablock, Kernel, Ramdisk, Context, Backup, Filesystem }

/// <summary>Who has to do with an image now.</summary>
/// <param name="Vms">living VMs with a disk of it</param>
/// <param name="Clones">images that are being copied from it</param>
/// <param name="Apps">marketplace apps that are being copied from it</param>
public readonly record struct ImageUse(IReadOnlyList<int> Vms, IReadOnlyList<int> Clones, IReadOnlyList<int> Apps)
{
    public static readonly ImageUse None = new([], [], []);

    public int Copies => Clones.Count + Apps.Count;
}

/// <summary>What may be done with an image, by OpenNebula's rules and in its words.</summary>
public static class ImageRules
{
    /// <summary>Fact with the number of the image that this one is being copied from.</summary>
    public const string CopiedFrom = "CLONING_ID";

    public static bool IsPersistent(this PooledObject image) => image.Fact("PERSISTENT") is "1";

    public static ImageType TypeOf(PooledObject image) => (ImageType)image.FactInt("TYPE");

    /// <summary>Those that a VM can have as a disk; the others are files.</summary>
    public static bool IsDisk(ImageType type) => type is ImageType.Os or ImageType.Cdrom or ImageType.Datablock;

    public static bool IsFile(ImageType type) => type is ImageType.Kernel or ImageType.Ramdisk or ImageType.Context;

    public static ImageState StateOf(PooledObject image, ImageUse use) => ((ImageState)image.FactInt("STATE"), image.IsPersistent()) switch
    {
        (ImageState.Ready, true) when use.Vms.Count > 0 => ImageState.UsedPers,
        (ImageState.Ready, true) when use.Copies > 0 => ImageState.Clone,
        (ImageState.Ready, false) when use.Vms.Count > 0 || use.Copies > 0 => ImageState.Used,
        (ImageState.Locked, true) when use.Vms.Count > 0 => ImageState.LockedUsedPers,
        (ImageState.Locked, false) when use.Vms.Count > 0 => ImageState.LockedUsed,
        (var stored, _) => stored,
    };

    /// <summary>OpenNebula's word, which leaves persistence out.</summary>
    public static string Word(ImageState state) => state switch
    {
        ImageState.UsedPers => "USED",
        ImageState.LockedUsed or ImageState.LockedUsedPers => "LOCKED_USED",
        _ => state.ToString().ToUpperInvariant(),
    };

    /// <summary>A persistent image has one user at a time; nobody uses one that is being copied, for the copy would be of two moments.
    /// A VM that is made with an image that is not filled yet waits for it.</summary>
    public static Refusal? MayBeDisk(PooledObject image, ImageUse use)
    {
        if (!IsDisk(TypeOf(image)))
            return No(image, $"Image {image.Id} ({image.Name}) of type {TypeOf(image).ToString().ToUpperInvariant()} cannot be used as DISK.");
        if (ImageSnapshotRules.Under(image) is not null)
            return No(image, $"Cannot acquire image {image.Id}, its snapshots are being worked on");
        return StateOf(image, use) switch
        {
            ImageState.Ready or ImageState.Used or ImageState.Locked or ImageState.LockedUsed => null,
            ImageState.UsedPers or ImageState.LockedUsedPers => No(image, $"Cannot acquire image {image.Id}, it is persistent and already in use{By(use)}"),
            var other => No(image, $"Cannot acquire image {image.Id}, it is in state: {Word(other)}"),
        };
    }

    public static Refusal? MayBeCopied(PooledObject image, ImageUse use)
    {
        if (!IsDisk(TypeOf(image)))
            return Wrong(image, $"{TypeOf(image).ToString().ToUpperInvariant()} images cannot be cloned.");
        if (image.HasSnapshots())
            return Wrong(image, "Cannot clone images with snapshots");
        return StateOf(image, use) is ImageState.Ready or ImageState.Used or ImageState.Clone
            ? null
            : new(ErrorCode.Allocate, $"Cannot clone image in state: {Word(StateOf(image, use))}{By(use)}", ObjectId: image.Id);
    }

    /// <param name="force">even while its content is on its way</param>
    public static Refusal? MayBeDeleted(PooledObject image, ImageUse use, bool force) => StateOf(image, use) switch
    {
        _ when use.Vms.Count > 0 => Wrong(image, $"Cannot delete image. There are {use.Vms.Count} VMs using it{By(use)}."),
        _ when use.Copies > 0 => Wrong(image, $"Cannot delete image. There are {use.Copies} active clone operations."),
        ImageState.Locked when !force => new(
            ErrorCode.Internal, "Image locked, use --force flag to remove the image. Force delete may leave some files on Datastore", ObjectId: image.Id),
        _ => null,
    };

    /// <summary>DISABLED or READY; one whose content is missing does not become READY by being enabled.</summary>
    public sealed record Enable(int Id, bool On, ImageUse Use) : PoolProtocol.Change(PoolKind.Image, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool) => (On, StateOf(o, Use)) switch
        {
            (true, ImageState.Disabled or ImageState.Error) when o.Fact("SOURCE") is null => (null, Refused("it has no content.")),
            (true, ImageState.Disabled or ImageState.Error or ImageState.Ready) => (o.With("STATE", Number(ImageState.Ready)), null),
            (false, ImageState.Ready or ImageState.Error or ImageState.Disabled) => (o.With("STATE", Number(ImageState.Disabled)), null),
            (_, var state) => (null, Refused($"Image cannot be in state {Word(state)}.")),
        };

        private Refusal Refused(string why) => new(ErrorCode.Internal, $"Could not {(On ? "enable" : "disable")} image: {why}", ObjectId: Id);
    }

    /// <summary>
    /// Hosts keep copies of images under <c>VOLUME</c>, and a persistent image changes: it gets a volume that no host has a copy of.
    /// Back the other way it keeps it, since of a persistent image no copies stay. While its content is on its way it has no volume yet.
    /// </summary>
    public sealed record Persist(int Id, bool On, ImageUse Use) : PoolProtocol.Change(PoolKind.Image, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool)
        {
            if (o.IsPersistent() == On)
                return (o, null);
            if (IsFile(TypeOf(o)))
                return (null, Wrong(o, "KERNEL, RAMDISK and CONTEXT must be non-persistent"));
            if (!On && o.HasSnapshots())
                return (null, new(ErrorCode.Internal, "Could not make image non-persistent: Image has snapshots.", ObjectId: Id));
            if (StateOf(o, Use) is not (ImageState.Ready or ImageState.Disabled or ImageState.Locked or ImageState.Error) and var state)
                return (null, new(ErrorCode.Internal, $"Could not make image {(On ? "" : "non-")}persistent: Image cannot be in state {Word(state)}{By(Use)}.", ObjectId: Id));
            var next = o.With("PERSISTENT", On ? "1" : "0");
            return (On && o.Fact("VOLUME") is { } volume ? next.With("VOLUME", Next(o, volume)) : next, null);
        }

        /// <summary>image-5.qcow2, image-5-1.qcow2, image-5-2.qcow2 ...</summary>
        private static string Next(PooledObject o, string volume)
        {
            var stem = $"image-{o.Id.ToString(CultureInfo.InvariantCulture)}";
            var (name, end) = (Path.GetFileNameWithoutExtension(volume), Path.GetExtension(volume));
            var turn = name.StartsWith($"{stem}-", StringComparison.Ordinal)
                && int.TryParse(name[(stem.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last + 1 : 1;
            return $"{stem}-{turn.ToString(CultureInfo.InvariantCulture)}{end}";
        }
    }

    /// <summary>Disks can become each other, and so can files.</summary>
    public sealed record BecomeType(int Id, string Type, ImageUse Use) : PoolProtocol.Change(PoolKind.Image, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool)
        {
            var now = TypeOf(o);
            if (!IsDisk(now) && !IsFile(now))
                return (null, Wrong(o, $"Cannot change type for {now.ToString().ToUpperInvariant()} images."));
            if (ReadType(Type) is not { } wanted || IsDisk(wanted) != IsDisk(now) || IsFile(wanted) != IsFile(now))
                return (null, Wrong(o, "Cannot change image type to an incompatible type for the current datastore."));
            return Use.Vms.Count > 0 && wanted != now
                ? (null, Wrong(o, $"Cannot change image type: {Use.Vms.Count} VMs use it{By(Use)}."))
                : (o.With("TYPE", Number(wanted)), null);
        }
    }

    public static ImageType? ReadType(string text) =>
        Enum.TryParse<ImageType>(text, ignoreCase: true, out var type) && Enum.IsDefined(type) && !char.IsDigit(text[0]) ? type : null;

    private static string By(ImageUse use) => use.Vms.Count == 0 ? "" : $" (by VM {string.Join(", ", use.Vms.Take(5))}{(use.Vms.Count > 5 ? " and more" : "")})";

    private static string Number(Enum value) => Convert.ToInt32(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);

    private static Refusal No(PooledObject image, string text) => new(
        ErrorCode.Internal, text, "IMAGE_ID", image.Id.ToString(CultureInfo.InvariantCulture), image.Id);

    private static Refusal Wrong(PooledObject image, string text) => new(ErrorCode.Action, text, ObjectId: image.Id);
}
