namespace PoweredAppliance.Core.Drivers;

/// <summary>What an image's content turned out to be.</summary>
/// <param name="Source">path of the finished file on the controller</param>
/// <param name="SizeMebibytes">as a guest sees it, rounded up</param>
public sealed record ImageContent(string Source, string Format, long SizeMebibytes, long FileBytes);

/// <summary>
/// The controller's own copies of registered images. A file gets its final name only when it is complete and safe on disk, so what
/// carries a final name is whole. Implemented on files and by the simulator.
/// </summary>
public interface IImageStorage
{
    /// <summary>Copies a file of the controller's machine; begins anew where an earlier try broke off. Throws <see cref="ImageRefusedException"/>.</summary>
    Task<ImageContent> Import(int image, string path, string? format, IProgress<StepProgress> progress, CancellationToken stop);

    /// <summary>An empty disk of this size.</summary>
    Task<ImageContent> CreateEmpty(int image, long sizeMebibytes, string format, CancellationToken stop);

    /// <summary>How many bytes of an upload are stored.</summary>
    long Uploaded(int image);

    /// <summary>Adds bytes to an upload; returns how many are stored now. Throws <see cref="ImageRefusedException"/> unless it begins where the last one ended.</summary>
    Task<long> Append(int image, long offset, Stream content, CancellationToken stop);

    /// <summary>All bytes are there: checks them and gives the file its name.</summary>
    Task<ImageContent> Complete(int image, string? format, CancellationToken stop);

    void Delete(int image);

    /// <summary>Ids of which any file exists, finished or not.</summary>
    IReadOnlyCollection<int> Known();
}

/// <summary>The content is not what it was said to be; the text says why, for the user.</summary>
public sealed class ImageRefusedException(string message, Exception? inner = null) : Exception(message, inner);
