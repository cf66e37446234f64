using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Images;

/// <summary>
/// Images as files of one folder: <c>image-ID.FORMAT</c> when whole, <c>.image-ID.part</c> until then. A part is flushed to disk and
/// checked before it gets its name (law 6). A qcow2 file that refers to another file is refused: it would read that file of the host.
/// </summary>
public sealed class ImageFiles : IImageStorage
{
    private const int BlockBytes = 1 << 20;
    private readonly string _folder;

    public ImageFiles(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public async Task<ImageContent> Import(int image, string path, string? format, IProgress<StepProgress> progress, CancellationToken stop)
    {
        if (!File.Exists(path))
            throw new ImageRefusedException($"there is no file {path} on the controller");
        await using (var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BlockBytes, useAsync: true))
        await using (var to = new FileStream(Part(image), FileMode.Create, FileAccess.Write, FileShare.None, 0, useAsync: true))
        {
            var (block, done) = (new byte[BlockBytes], 0L);
            for (int read; (read = await from.ReadAsync(block, stop).ConfigureAwait(false)) > 0; done += read)
            {
                // Holes stay holes.
                if (block.AsSpan(0, read).ContainsAnyExcept((byte)0))
                    await to.WriteAsync(block.AsMemory(0, read), stop).ConfigureAwait(false);
                else
                    to.Seek(read, SeekOrigin.Current);
                var percent = from.Length == 0 ? 100 : (int)((done + read) * 100 / from.Length);
                progress.Report(new(new VmId(-1), $"copying {Path.GetFileName(path)}", percent, done + read, from.Length));
            }

            to.SetLength(done);
            to.Flush(flushToDisk: true);
        }

        return await Complete(image, format, stop).ConfigureAwait(false);
    }

    public async Task<ImageContent> CreateEmpty(int image, long sizeMebibytes, string format, CancellationToken stop)
    {
        if (format is "raw")
        {
            await using var file = new FileStream(Part(image), FileMode.Create, FileAccess.Write);
            file.SetLength(sizeMebibytes << 20);
            file.Flush(flushToDisk: true);
        }
        else
        {
            await QemuImg("create", "-q", "-f", "qcow2", Part(image), $"{sizeMebibytes}M").ConfigureAwait(false);
        }

        return await Complete(image, format, stop).ConfigureAwait(false);
    }

    public long Uploaded(int image) => new FileInfo(Part(image)) is { Exists: true, Length: var length } ? length : 0;

    public async Task<long> Append(int image, long offset, Stream content, CancellationToken stop)
    {
        await using var file = new FileStream(Part(image), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, BlockBytes, useAsync: true);
        if (file.Length != offset)
            throw new ImageRefusedException($"{file.Length} bytes of image {image} are stored, so the next ones begin at {file.Length}, not at {offset}");
        file.Seek(offset, SeekOrigin.Begin);
        await content.CopyToAsync(file, BlockBytes, stop).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
        return file.Length;
    }

    public async Task<ImageContent> Complete(int image, string? format, CancellationToken stop)
    {
        var part = Part(image);
        var (found, bytes) = await Inspect(part, stop).ConfigureAwait(false);
        if (format is { Length: > 0 } && format != found && found is "qcow2" != format is "qcow2")
            throw new ImageRefusedException($"the image was said to be {format}, its first bytes say {found}");
        var final = Path.Combine(_folder, $"image-{image.ToString(CultureInfo.InvariantCulture)}.{found}");
        File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var length = new FileInfo(part).Length;
        File.Move(part, final, overwrite: true);
        return new(final, found, Math.Max(1, (bytes + (1 << 20) - 1) >> 20), length);
    }

    public void Delete(int image)
    {
        foreach (var file in Files(image))
            File.Delete(file);
    }

    public IReadOnlyCollection<int> Known() => [.. Directory.EnumerateFiles(_folder, "*image-*")
        .Select(f => Path.GetFileName(f).TrimStart('.'))
        .Where(f => f.StartsWith("image-", StringComparison.Ordinal))
        .Select(f => int.TryParse(f["image-".Length..f.LastIndexOf('.')], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1)
        .Where(id => id >= 0).Distinct()];

    private IEnumerable<string> Files(int image) => new[] { Part(image), Final(image, "qcow2"), Final(image, "raw") }.Where(File.Exists);

    private string Part(int image) => Path.Combine(_folder, $".image-{image.ToString(CultureInfo.InvariantCulture)}.part");

    private string Final(int image, string format) => Path.Combine(_folder, $"image-{image.ToString(CultureInfo.InvariantCulture)}.{format}");

    /// <summary>Format by the first bytes (qcow2's magic, else raw) and the size a guest sees. Source: qcow2's published header layout.</summary>
    private static async Task<(string Format, long Bytes)> Inspect(string path, CancellationToken stop)
    {
        var head = new byte[104];
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        if (read == 0)
            throw new ImageRefusedException("the image is empty");
        if (read < 72 || BigEndian(head.AsSpan(0, 4)) != 0x514649fb)
            return ("raw", file.Length);
        var version = BigEndian(head.AsSpan(4, 4));
        if (version is not (2 or 3))
            throw new ImageRefusedException($"the image is qcow2 of version {version}; 2 and 3 are known");
        if (BigEndian(head.AsSpan(8, 8)) != 0)
            throw new ImageRefusedException("the qcow2 image has a backing file; flatten it first (qemu-img convert)");
        if (version == 3 && read >= 80 && (BigEndian(head.AsSpan(72, 8)) & 4) != 0)
            throw new ImageRefusedException("the qcow2 image keeps its data in another file; flatten it first (qemu-img convert)");
        var size = BigEndian(head.AsSpan(24, 8));
        return size is > 0 and < 1L << 50 ? ("qcow2", size) : throw new ImageRefusedException($"the qcow2 image says it has {size} bytes");
    }

    private static long BigEndian(ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        foreach (var b in bytes)
            value = value << 8 | b;
        return value;
    }

    private static async Task QemuImg(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("qemu-img", arguments) { RedirectStandardError = true })
            ?? throw new ImageRefusedException("qemu-img could not be started");
        var error = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0)
            throw new ImageRefusedException($"qemu-img {arguments[0]} failed: {error.Trim()}");
    }
}
