using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>A disk whose content a running guest takes along.</summary>
/// <param name="GuestBytes">its size as the guest sees it; the other host's file has to have the same</param>
internal sealed record MovingDisk(DiskSpec Disk, long GuestBytes)
{
    /// <summary>All that the guest writes to. Throws <see cref="DomainSpecException"/> where a disk has something that would be left behind.</summary>
    internal static IReadOnlyList<MovingDisk> Of(Connect connect, HostPools pools, HostStep step, TimeProvider time, CancellationToken stop)
    {
        using var system = pools.System(connect);
        using var images = pools.Images(connect);
        var disks = new List<MovingDisk>();
        foreach (var disk in step.Spec.Disks.Where(d => !StaysInImagePool(d)))
        {
            using var volume = VmFiles.LivesInImagePool(disk)
                ? Volumes.Known(images, disk.ImageVolume!, time, stop) : Volumes.Known(system, VmFiles.Disk(step.Vm, disk.Id), time, stop);
            var format = VolumeFormat.OfFile(disk);
            if (format is "qcow2" && Qcow2Header.SnapshotsIn(Volumes.Read(volume, 0, Qcow2Header.Bytes)) is > 0 and var snapshots)
                throw new DomainSpecException($"disk {disk.Id} has {snapshots} snapshots inside its file, which a running guest does not take along: delete them, or move the VM powered off");
            disks.Add(new(disk, ImageStore.GuestBytes(volume, format)));
        }

        return disks;
    }

    /// <summary>Its image has to be on the other host before the guest is.</summary>
    internal static bool NeedsImage(DiskSpec disk) => disk.Kind is DiskKind.Overlay || StaysInImagePool(disk);

    /// <summary>Nobody writes to it: the image is the same on every host.</summary>
    private static bool StaysInImagePool(DiskSpec disk) => disk.Kind is DiskKind.Cdrom || (disk.Kind is DiskKind.Persistent && disk.ReadOnly);
}
