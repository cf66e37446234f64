namespace PoweredAppliance.Core.Drivers;

/// <summary>What an image's content turned out to be.</summary>
/// <param name="Source">path of the finished file on the controller</param>
/// <param name="SizeMebibytes">as a guest sees it, rounded up</param>
public sealed record ImageContent(string Source, string Format, long SizeMebibytes, long FileBytes);

/// <summary>Where content comes from and what it has to be.</summary>
/// <param name="Path">a file of the controller's machine, or an http or https URL</param>
/// <param name="Format">raw or qcow2; null: whatever its first bytes say</param>
/// <param name="Md5">hexadecimal; null: not checked</param>
/// <param name="Sha256">hexadecimal; null: not checked</param>
/// <param name="Trusted">an administrator named the server: it may have a private address</param>
public sealed record ImageOrigin(string Path, string? Format, string? Md5 = null, string? Sha256 = null, bool Trusted = false);

/// <summary>A snapshot inside a disk's file: the VM and the disk that it was taken of, and its number.</summary>
public readonly record struct SnapshotPlace(VmId Vm, int Disk, int Id);

/// <summary>Room of a store, in MiB; used is the length of the files that are its own.</summary>
public sealed record StoreRoom(long TotalMebibytes, long FreeMebibytes, long UsedMebibytes);

/// <summary>A copy in a marketplace's folder.</summary>
public sealed record PublishedFile(string Name, string Format, string Md5, long SizeMebibytes);

/// <summary>
/// The controller's own copies of registered images. A file gets its final name only when it is complete and safe on disk, so what
/// carries a final name is whole. Implemented on files and by the simulator.
/// </summary>
public interface IImageStorage
{
    /// <summary>
    /// Copies a file or downloads it. A copy begins anew where an earlier try broke off, a download goes on when the server still has
    /// the same. Throws <see cref="ImageRefusedException"/>.
    /// </summary>
    Task<ImageContent> Import(int image, ImageOrigin origin, IProgress<StepProgress> progress, CancellationToken stop);

    /// <summary>What lies there is used where it lies. Throws <see cref="ImageRefusedException"/>.</summary>
    Task<ImageContent> Inspect(string path, string? format, CancellationToken stop);

    /// <summary>When the file was last written to; the beginning of time where there is none.</summary>
    DateTimeOffset WrittenAt(string path);

    /// <summary>MiB that the content of an origin will have at least; 0: it cannot be told. Throws <see cref="ImageRefusedException"/> when it cannot be had at all.</summary>
    Task<long> Weigh(ImageOrigin origin, CancellationToken stop);

    /// <summary>An empty disk of this size.</summary>
    Task<ImageContent> CreateEmpty(int image, long sizeMebibytes, string format, CancellationToken stop);

    /// <summary>How many bytes of an upload are stored.</summary>
    long Uploaded(int image);

    /// <summary>Adds bytes to an upload; returns how many are stored now. Throws <see cref="ImageRefusedException"/> unless it begins where the last one ended.</summary>
    Task<long> Append(int image, long offset, Stream content, CancellationToken stop);

    /// <summary>A path on this machine where somebody else may leave an image's content, whole, for <see cref="Complete"/> to take it up.</summary>
    string Landing(int image);

    /// <summary>All bytes are there: checks them and gives the file its name.</summary>
    Task<ImageContent> Complete(int image, string? format, CancellationToken stop);

    /// <summary>The file's content is as it was when the snapshot was taken. Throws <see cref="ImageRefusedException"/>.</summary>
    Task RevertTo(string path, SnapshotPlace snapshot);

    /// <summary>Takes snapshots out of the file, in this order; those that are not in it are passed over. Throws <see cref="ImageRefusedException"/>.</summary>
    Task DropSnapshots(string path, IReadOnlyList<SnapshotPlace> snapshots);

    void Delete(int image);

    /// <summary>Of the folder, of which these images use a part.</summary>
    StoreRoom Room(IReadOnlyCollection<int> images);

    /// <summary>Puts a copy of a file into a marketplace's folder, under a name of that folder's own. Throws <see cref="ImageRefusedException"/>.</summary>
    Task<PublishedFile> Publish(string path, string folder, string name, IProgress<StepProgress> progress, CancellationToken stop);

    /// <summary>Takes it away again; nothing happens when it is not there.</summary>
    void Withdraw(string folder, string name);

    /// <summary>Of a marketplace's folder; all 0 when it is not there.</summary>
    StoreRoom Room(string folder);

    /// <summary>Ids of which any file exists, finished or not.</summary>
    IReadOnlyCollection<int> Known();
}

/// <summary>The content is not what it was said to be; the text says why, for the user.</summary>
public sealed class ImageRefusedException(string message, Exception? inner = null) : Exception(message, inner);
