using System.Globalization;
using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// The copies of persistent images on a host. A VM writes to the host's copy; when it is over, what it wrote becomes the controller's
/// image and the copy goes, so that no host keeps an old one. An empty volume <c>NAME.of-VM</c> beside a copy says whose it is: what is
/// left of another VM is not the image any more. Where the host's pool is the controller's own folder there is one file and no copy.
/// </summary>
internal static class PersistentCopies
{
    private const string OwnerMark = ".of-";

    internal static IEnumerable<DiskSpec> Of(VmSpec spec) => spec.Disks.Where(d => d.Kind is DiskKind.Persistent);

    /// <summary>Before the image is brought: the copy under its name will be this VM's, and one that is not is removed.</summary>
    internal static void Claim(StoragePool pool, VmId vm, DiskSpec disk)
    {
        var (name, mark) = (NameOf(disk), MarkOf(NameOf(disk), vm));
        using (var own = pool.FindVolumeByName(mark) ?? Volumes.CreateRaw(pool, mark, 0))
        {
            if (IsControllersFile(disk, mark))
            {
                Volumes.Delete(own);
                return;
            }
        }

        var others = OthersMarks(pool, name, mark);
        if (others.Count == 0)
            return;
        Volumes.Delete(pool, name);
        Volumes.Delete(pool, name + VmFiles.UploadMark);
        foreach (var other in others)
            Volumes.Delete(pool, other);
    }

    /// <summary>
    /// Makes the host's copy the controller's image and removes it. The new image is whole and safe on the controller's disk before the copy
    /// goes and before it takes the old one's name (law 6); broken off anywhere, it goes on when asked again. Nothing happens when there is
    /// no copy of this VM's, or one that was never whole: no guest has written to it.
    /// </summary>
    internal static void BringHome(StoragePool pool, VmId vm, DiskSpec disk, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var (name, mark) = (NameOf(disk), MarkOf(NameOf(disk), vm));
        using (var own = pool.FindVolumeByName(mark))
        {
            if (own is null)
                return;
        }

        var home = HomeOf(disk);
        var whole = WholeOf(home, vm);
        using (var copy = pool.FindVolumeByName(name))
        using (var torn = pool.FindVolumeByName(name + VmFiles.UploadMark))
        {
            // Anew also when an earlier try got this far: a guest may have written since.
            if (copy is not null && torn is null)
                Fetch(copy, vm, disk, whole, progress, stop);
        }

        Volumes.Delete(pool, name);
        Volumes.Delete(pool, name + VmFiles.UploadMark);
        if (File.Exists(whole))
            File.Move(whole, home, overwrite: true);
        Volumes.Delete(pool, mark);
    }

    /// <summary>
    /// Makes the host's copy the controller's image and keeps it, for a VM that goes to another host. Nothing happens where there is no copy
    /// of this VM's: the controller's image is the newest then.
    /// </summary>
    internal static void SendHome(StoragePool pool, VmId vm, DiskSpec disk, IProgress<StepProgress> progress, CancellationToken stop)
    {
        using var own = pool.FindVolumeByName(MarkOf(NameOf(disk), vm));
        using var copy = pool.FindVolumeByName(NameOf(disk));
        using var torn = pool.FindVolumeByName(NameOf(disk) + VmFiles.UploadMark);
        if (own is null || copy is null || torn is not null)
            return;
        var whole = WholeOf(HomeOf(disk), vm);
        Fetch(copy, vm, disk, whole, progress, stop);
        File.Move(whole, HomeOf(disk), overwrite: true);
    }

    /// <summary>
    /// Makes an empty copy that a guest fills which moves here; it is not whole before <see cref="Filled"/>. Throws
    /// <see cref="HostRefusedException"/> where the host's pool is the controller's own folder, whose file is not emptied.
    /// </summary>
    internal static void Expect(StoragePool pool, VmId vm, DiskSpec disk, long guestBytes)
    {
        Claim(pool, vm, disk);
        var name = NameOf(disk);
        using (var own = pool.FindVolumeByName(MarkOf(name, vm)))
        {
            if (own is null)
                throw new HostRefusedException($"disk {disk.Id} is the controller's own image on that host: move the VM powered off");
        }

        using (var torn = pool.FindVolumeByName(name + VmFiles.UploadMark) ?? Volumes.CreateRaw(pool, name + VmFiles.UploadMark, 0))
            Volumes.Delete(pool, name);
        Volumes.Create(pool, name, guestBytes, VolumeFormat.OfFile(disk)).Dispose();
    }

    /// <summary>The guest is here with all that it has written.</summary>
    internal static void Filled(StoragePool pool, DiskSpec disk) => Volumes.Delete(pool, NameOf(disk) + VmFiles.UploadMark);

    /// <summary>No guest has ever had the copy, or one has a newer one elsewhere: it goes as it is.</summary>
    internal static void Drop(StoragePool pool, VmId vm, DiskSpec disk)
    {
        var (name, mark) = (NameOf(disk), MarkOf(NameOf(disk), vm));
        using (var own = pool.FindVolumeByName(mark))
        {
            if (own is null)
                return;
        }

        Volumes.Delete(pool, name);
        Volumes.Delete(pool, name + VmFiles.UploadMark);
        Volumes.Delete(pool, mark);
    }

    private static void Fetch(StorageVol copy, VmId vm, DiskSpec disk, string whole, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var (total, part, percent) = (Volumes.FileBytes(copy), $"{whole}~", -1);
        if (VolumeFormat.OfImage(disk) is "qcow2")
            _ = ImageStore.GuestBytes(copy, "qcow2"); // refuses what is none any more
        using (var to = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            copy.Download(to, sparse: false, new Told(done =>
            {
                var now = total == 0 ? 100 : (int)(done * 100 / total);
                if (now == percent)
                    return;
                percent = now;
                progress.Report(new(vm, $"saving image {copy.Name}", now, done, total));
            }), stop);
            to.Flush(flushToDisk: true);
        }

        if (new FileInfo(part).Length is var came && came != total)
            throw new HostRefusedException($"image {copy.Name} has {total} bytes on the host and {came} came back");
        File.SetUnixFileMode(part, File.GetUnixFileMode(disk.Source!));
        File.Move(part, whole, overwrite: true);
    }

    /// <summary>Whether the mark that was put into the host's pool lies beside the controller's file: then both are one folder.</summary>
    private static bool IsControllersFile(DiskSpec disk, string mark) =>
        disk.Source is { } source && Path.GetFileName(source) == disk.ImageVolume && File.Exists(Path.Combine(Path.GetDirectoryName(source)!, mark));

    private static List<string> OthersMarks(StoragePool pool, string name, string own)
    {
        var marks = new List<string>();
        foreach (var volume in pool.ListAllVolumes())
        {
            using (volume)
            {
                if (volume.Name.StartsWith(name + OwnerMark, StringComparison.Ordinal) && volume.Name != own)
                    marks.Add(volume.Name);
            }
        }

        return marks;
    }

    private static string HomeOf(DiskSpec disk) =>
        disk.Source ?? throw new HostRefusedException($"disk {disk.Id} is persistent and names no file of the controller to go back to");

    private static string WholeOf(string home, VmId vm) => string.Create(CultureInfo.InvariantCulture, $"{home}.from-{vm}");

    private static string NameOf(DiskSpec disk) => disk.ImageVolume ?? throw new DomainSpecException($"disk {disk.Id} names no image volume");

    private static string MarkOf(string name, VmId vm) => $"{name}{OwnerMark}{vm}";

    private sealed class Told(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }
}
