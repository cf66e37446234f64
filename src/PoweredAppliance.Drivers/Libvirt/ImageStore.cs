using System.Collections.Concurrent;
using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// Brings images into a host's image pool. An image counts only when no <c>NAME.uploading</c> lies beside it: that empty
/// volume is made before the first byte is sent and deleted after the last one was verified, so whoever finds it starts again.
/// </summary>
internal sealed class ImageStore(HostPools pools, TimeProvider time)
{
    /// <summary>Of all hosts: an image comes to a host for its own VMs and for those that move there, by another driver.</summary>
    private static readonly ConcurrentDictionary<(Guid Deployment, HostId Host, string Image), SemaphoreSlim> Gates = new();

    /// <summary>Brings the image of a disk, if it has one; one upload of an image at a time, others wait for it without a thread.</summary>
    internal async Task Bring(HostConnection work, LibvirtDriverOptions options, VmId vm, DiskSpec disk, IProgress<StepProgress> progress, CancellationToken stop)
    {
        if (disk.ImageVolume is not { } image)
            return;
        using var turn = await Gate(image, stop).ConfigureAwait(false);
        await work.Run($"image {image}", options.LongDeadline, (connect, given) =>
        {
            Bring(connect, vm, disk, progress, given);
            return true;
        }, stop).ConfigureAwait(false);
    }

    private async Task<Turn> Gate(string image, CancellationToken stop)
    {
        var gate = Gates.GetOrAdd((pools.Host.Deployment, pools.Host.Id, image), _ => new SemaphoreSlim(1));
        await gate.WaitAsync(stop).ConfigureAwait(false);
        return new Turn(gate);
    }

    /// <summary>Returns when the image is complete in the pool. Throws <see cref="HostRefusedException"/> when it cannot be had.</summary>
    private void Bring(Connect connect, VmId vm, DiskSpec disk, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var name = disk.ImageVolume ?? throw new DomainSpecException($"disk {disk.Id} names no image volume");
        using var pool = pools.Images(connect);
        if (disk.Kind is DiskKind.Persistent)
            PersistentCopies.Claim(pool, vm, disk);
        if (IsComplete(pool, name))
            return;
        Volumes.Refresh(pool, time, stop); // somebody may have put it there
        if (IsComplete(pool, name))
            return;
        var source = disk.Source;
        if (source is null || !File.Exists(source))
            throw new HostRefusedException($"image {name} is not on the host, and its file {source ?? "(none)"} is not on this controller");
        if (Path.GetFullPath(source) == $"{pools.ImagesPath}/{name}")
            throw new HostRefusedException($"image {name}: {source} is on this controller, and the host does not see it at the same path");
        Upload(pool, name, vm, disk, progress, stop);
    }

    /// <summary>Whether the pool has the whole image.</summary>
    internal static bool IsComplete(StoragePool pool, string name)
    {
        using var volume = pool.FindVolumeByName(name);
        using var mark = pool.FindVolumeByName(name + VmFiles.UploadMark);
        return volume is not null && mark is null;
    }

    private static void Upload(
        StoragePool pool, string name, VmId vm, DiskSpec disk, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var mark = name + VmFiles.UploadMark;
        using var source = new FileStream(disk.Source!, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        var total = source.Length;
        using (var marked = pool.FindVolumeByName(mark) ?? Volumes.CreateRaw(pool, mark, 0))
        {
            Volumes.Delete(pool, name); // the torn one of an earlier try: only marked images get here
            using (var volume = Volumes.CreateRaw(pool, name, 0))
            {
                var percent = -1;
                var told = new Tell(done =>
                {
                    var now = total is 0 ? 100 : (int)(done * 100 / total);
                    if (now == percent)
                        return;
                    percent = now;
                    progress.Report(new(vm, $"image {name}", now, done, total));
                });
                var raw = VolumeFormat.OfImage(disk) is "raw";
                volume.Upload(source, sparse: raw, told, stop);
                var arrived = Volumes.FileBytes(volume);
                if (arrived != total)
                    throw new HostRefusedException($"image {name}: {total} bytes were sent and {arrived} are on the host");
            }
            Volumes.Delete(marked);
        }
    }

    /// <summary>Bytes that a guest sees of an image: what its qcow2 header says, or the file's size.</summary>
    internal static long GuestBytes(StorageVol image, string format)
    {
        if (format is not "qcow2")
            return Volumes.FileBytes(image);
        var header = Volumes.Read(image, 0, Qcow2Header.Bytes);
        return Qcow2Header.Is(header) ? Qcow2Header.GuestBytes(header)
            : throw new HostRefusedException($"image {image.Name} is no qcow2 file");
    }

    private sealed class Tell(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
