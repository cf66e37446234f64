using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Images;

/// <summary>
/// Images as files of one folder: <c>image-ID.FORMAT</c> when whole, <c>.image-ID.part</c> until then. A part is flushed to disk and
/// checked before it gets its name (law 6). A qcow2 file that refers to another file is refused: it would read that file of the host.
/// </summary>
public sealed class ImageFiles : IImageStorage, IDisposable
{
    private const int BlockBytes = 1 << 20;
    private readonly string _folder;
    private readonly Downloads _downloads;

    public ImageFiles(string folder, DownloadRules? rules = null, TimeProvider? time = null)
    {
        (_folder, _downloads) = (folder, new(rules ?? new(), time ?? TimeProvider.System));
        Directory.CreateDirectory(folder);
    }

    public async Task<ImageContent> Import(int image, ImageOrigin origin, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var part = Part(image);
        if (Url(origin.Path) is { } url)
        {
            var name = url.Segments[^1];
            await _downloads.Fetch(url, origin.Trusted, part, Proof(image), Free(_folder), (done, total) => Tell(progress, $"downloading {name}", done, total), stop)
                .ConfigureAwait(false);
        }
        else
        {
            await Copy(origin.Path, part, progress, stop).ConfigureAwait(false);
        }

        foreach (var (wanted, digest) in new[] { (origin.Md5, HashAlgorithmName.MD5), (origin.Sha256, HashAlgorithmName.SHA256) })
            if (wanted is { Length: > 0 } && await Hash(part, digest, stop).ConfigureAwait(false) is var found && !found.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                File.Delete(part);
                throw new ImageRefusedException($"the {digest.Name} of {origin.Path} is {found}, it should be {wanted}");
            }

        return await Complete(image, origin.Format, stop).ConfigureAwait(false);
    }

    public async Task<ImageContent> Inspect(string path, string? format, CancellationToken stop)
    {
        if (!File.Exists(path))
            throw new ImageRefusedException($"there is no file {path} on the controller");
        var (found, bytes) = await FileFormats.Inspect(path, stop).ConfigureAwait(false);
        Check(format, found);
        return new(path, found, Mebibytes(bytes), new FileInfo(path).Length);
    }

    public DateTimeOffset WrittenAt(string path) => File.Exists(path) ? File.GetLastWriteTimeUtc(path) : DateTimeOffset.MinValue;

    public async Task<long> Weigh(ImageOrigin origin, CancellationToken stop)
    {
        if (Url(origin.Path) is { } url)
            return await _downloads.Length(url, origin.Trusted, stop).ConfigureAwait(false) is { } bytes ? Mebibytes(bytes) : 0;
        return (await Inspect(origin.Path, null, stop).ConfigureAwait(false)).SizeMebibytes;
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
            await Run("qemu-img", "create", "-q", "-f", "qcow2", Part(image), $"{sizeMebibytes}M").ConfigureAwait(false);
        }

        return await Complete(image, format, stop).ConfigureAwait(false);
    }

    public long Uploaded(int image) => Length(Part(image));

    public string Landing(int image) => Part(image);

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
        var (found, bytes) = await FileFormats.Inspect(part, stop).ConfigureAwait(false);
        Check(format, found);
        var final = Final(image, found);
        File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var length = new FileInfo(part).Length;
        File.Move(part, final, overwrite: true);
        return new(final, found, Mebibytes(bytes), length);
    }

    public Task RevertTo(string path, SnapshotPlace snapshot) => Run("qemu-img", "snapshot", "-q", "-a", NameOf(snapshot), path);

    public async Task DropSnapshots(string path, IReadOnlyList<SnapshotPlace> snapshots)
    {
        using var info = JsonDocument.Parse(await Run("qemu-img", "info", "--output=json", path).ConfigureAwait(false));
        var there = info.RootElement.TryGetProperty("snapshots", out var list) ? list.EnumerateArray().Select(s => s.GetProperty("name").GetString()).ToHashSet() : [];
        foreach (var name in snapshots.Select(NameOf).Where(there.Contains))
            await Run("qemu-img", "snapshot", "-q", "-d", name, path).ConfigureAwait(false);
    }

    public void Delete(int image)
    {
        foreach (var file in Files(image))
            File.Delete(file);
    }

    public StoreRoom Room(IReadOnlyCollection<int> images)
    {
        var drive = new DriveInfo(_folder);
        return new(drive.TotalSize >> 20, drive.AvailableFreeSpace >> 20, RoundedUp(images.SelectMany(Files).Sum(Length)));
    }

    public StoreRoom Room(string folder)
    {
        if (!Directory.Exists(folder))
            return new(0, 0, 0);
        var drive = new DriveInfo(folder);
        return new(drive.TotalSize >> 20, drive.AvailableFreeSpace >> 20, RoundedUp(Directory.EnumerateFiles(folder).Sum(Length)));
    }

    public async Task<PublishedFile> Publish(string path, string folder, string name, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var content = await Inspect(path, null, stop).ConfigureAwait(false);
        if (!Directory.Exists(folder))
            throw new ImageRefusedException($"there is no folder {folder} on the controller");
        var part = Path.Combine(folder, $".{name}.part");
        await Copy(path, part, progress, stop).ConfigureAwait(false);
        var md5 = await Hash(part, HashAlgorithmName.MD5, stop).ConfigureAwait(false);
        File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(part, Path.Combine(folder, name), overwrite: true);
        return new(name, content.Format, md5, content.SizeMebibytes);
    }

    public void Withdraw(string folder, string name)
    {
        foreach (var file in new[] { Path.Combine(folder, name), Path.Combine(folder, $".{name}.part") }.Where(File.Exists))
            File.Delete(file);
    }

    public IReadOnlyCollection<int> Known() => [.. Directory.EnumerateFiles(_folder, "*image-*")
        .Select(f => Path.GetFileName(f).TrimStart('.'))
        .Where(f => f.StartsWith("image-", StringComparison.Ordinal) && f.Contains('.', StringComparison.Ordinal))
        .Select(f => int.TryParse(f["image-".Length..f.LastIndexOf('.')], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1)
        .Where(id => id >= 0).Distinct()];

    public void Dispose() => _downloads.Dispose();

    private IEnumerable<string> Files(int image) => new[] { Part(image), Part(image) + VmChange.SaveDisk.Torn, Proof(image), Final(image, "qcow2"), Final(image, "raw") }.Where(File.Exists);

    private string Part(int image) => Path.Combine(_folder, $".image-{image.ToString(CultureInfo.InvariantCulture)}.part");

    private string Proof(int image) => Path.Combine(_folder, $".image-{image.ToString(CultureInfo.InvariantCulture)}.proof");

    private string Final(int image, string format) => Path.Combine(_folder, $"image-{image.ToString(CultureInfo.InvariantCulture)}.{format}");

    private static Uri? Url(string path) => Uri.TryCreate(path, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    /// <summary>0 for a file that has just gone.</summary>
    private static long Length(string file) => new FileInfo(file) is { Exists: true, Length: var length } ? length : 0;

    private static long Free(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    private static long Mebibytes(long bytes) => Math.Max(1, RoundedUp(bytes));

    private static long RoundedUp(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static void Check(string? said, string found)
    {
        if (said is { Length: > 0 } && said != found && found is "qcow2" != said is "qcow2")
            throw new ImageRefusedException($"the image was said to be {said}, its first bytes say {found}");
    }

    private static async Task Copy(string path, string part, IProgress<StepProgress> progress, CancellationToken stop)
    {
        if (!File.Exists(path))
            throw new ImageRefusedException($"there is no file {path} on the controller");
        await using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BlockBytes, useAsync: true);
        await using var to = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 0, useAsync: true);
        var (block, done) = (new byte[BlockBytes], 0L);
        for (int read; (read = await from.ReadAsync(block, stop).ConfigureAwait(false)) > 0; done += read)
        {
            // Holes stay holes.
            if (block.AsSpan(0, read).ContainsAnyExcept((byte)0))
                await to.WriteAsync(block.AsMemory(0, read), stop).ConfigureAwait(false);
            else
                to.Seek(read, SeekOrigin.Current);
            Tell(progress, $"copying {Path.GetFileName(path)}", done + read, from.Length);
        }

        to.SetLength(done);
        to.Flush(flushToDisk: true);
    }

    private static void Tell(IProgress<StepProgress> progress, string what, long done, long total) =>
        progress.Report(new(new VmId(-1), what, total == 0 ? -1 : (int)(done * 100 / total), done, total));

    private static async Task<string> Hash(string file, HashAlgorithmName digest, CancellationToken stop)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BlockBytes, useAsync: true);
        return Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(digest, stream, stop).ConfigureAwait(false));
    }

    private static string NameOf(SnapshotPlace snapshot) => VmFiles.DiskSnapshot(snapshot.Vm, snapshot.Disk, snapshot.Id);

    /// <summary>What it printed.</summary>
    private static async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })
            ?? throw new ImageRefusedException($"{program} could not be started");
        var printed = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0
            ? await printed.ConfigureAwait(false)
            : throw new ImageRefusedException($"{program} {arguments[0]} failed: {error.Trim()}");
    }
}
