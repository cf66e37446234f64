using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>A VM's own files in the host's system pool.</summary>
internal sealed class VmFilesOnHost(HostPools pools, OneGateDoor? oneGate, TimeProvider time)
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>Makes what is missing. A disk that is there stays as it is: it may hold the guest's data.</summary>
    internal void Make(Connect connect, VmSpec spec, CancellationToken stop)
    {
        RefuseHalf(connect, spec.Id);
        using var system = pools.System(connect);
        foreach (var disk in spec.Disks.Where(d => !VmFiles.LivesInImagePool(d)))
        {
            stop.ThrowIfCancellationRequested();
            MakeDisk(connect, system, spec, disk, stop);
        }
        if (spec.Context is not null)
            MakeContext(system, spec.Id, ContextFile.Image(spec, oneGate), stop);
        // Made here and not by the first start, so that the pool knows it without looking at every volume again.
        if (system.FindVolumeByName(VmFiles.ConsoleLog(spec.Id)) is { } log)
            log.Dispose();
        else
            Volumes.CreateRaw(system, VmFiles.ConsoleLog(spec.Id), 0).Dispose();
    }

    /// <summary>Throws <see cref="HostRefusedException"/> where the VM's files have come from another host only in part.</summary>
    internal void RefuseHalf(Connect connect, VmId vm)
    {
        using var system = pools.System(connect);
        using var mark = system.FindVolumeByName(VmFiles.Receiving(vm));
        if (mark is not null)
            throw new HostRefusedException($"the files of VM {vm} have come from another host only in part");
    }

    /// <summary>Makes the file of one disk where it is missing.</summary>
    internal void Make(Connect connect, VmSpec spec, DiskSpec disk, CancellationToken stop)
    {
        if (VmFiles.LivesInImagePool(disk))
            return;
        using var system = pools.System(connect);
        MakeDisk(connect, system, spec, disk, stop);
    }

    /// <summary>Makes CONTEXT anew where it says something else than its file.</summary>
    internal void MakeContext(Connect connect, VmSpec spec, CancellationToken stop)
    {
        using var system = pools.System(connect);
        MakeContext(system, spec.Id, ContextFile.Image(spec, oneGate), stop);
    }

    private void MakeDisk(Connect connect, StoragePool system, VmSpec spec, DiskSpec disk, CancellationToken stop)
    {
        var name = VmFiles.Disk(spec.Id, disk.Id);
        var format = VolumeFormat.OfFile(disk);
        if (system.FindVolumeByName(name) is { } there)
        {
            using (there)
            {
                if (format is not "qcow2" || Qcow2Header.Is(Volumes.Read(there, 0, Qcow2Header.Bytes)))
                {
                    Swap(there, spec, disk, stop);
                    return;
                }
                Volumes.Delete(there); // torn while it was made, so there is no data in it
            }
        }
        var bytes = disk.SizeMebibytes * Mebibyte;
        if (disk.Kind is DiskKind.Overlay)
        {
            using var images = pools.Images(connect);
            using var image = images.VolumeLookupByName(disk.ImageVolume!);
            var under = VolumeFormat.OfImage(disk);
            Volumes.CreateOverlay(system, name, Math.Max(bytes, ImageStore.GuestBytes(image, under)), image.Path, under).Dispose();
            return;
        }
        if (bytes <= 0)
            throw new DomainSpecException($"disk {disk.Id} has no size");
        using var made = Volumes.Create(system, name, bytes, format);
        Swap(made, spec, disk, stop);
    }

    /// <summary>A raw swap disk that nobody has written to becomes a swap area.</summary>
    private static void Swap(StorageVol volume, VmSpec spec, DiskSpec disk, CancellationToken stop)
    {
        var bytes = disk.SizeMebibytes * Mebibyte;
        if (disk.Kind is not DiskKind.Swap || VolumeFormat.OfFile(disk) is not "raw"
            || Volumes.Read(volume, 0, SwapArea.PageBytes).AsSpan().ContainsAnyExcept((byte)0))
            return;
        Volumes.Write(volume, SwapArea.Header(bytes, spec.Uuid), stop);
    }

    private static void MakeContext(StoragePool system, VmId vm, byte[] image, CancellationToken stop)
    {
        var name = VmFiles.Context(vm);
        if (system.FindVolumeByName(name) is { } there)
        {
            using (there)
            {
                if (Volumes.FileBytes(there) == image.Length && Volumes.Read(there, 0, image.Length).AsSpan().SequenceEqual(image))
                    return;
                Volumes.Delete(there);
            }
        }
        using var made = Volumes.CreateRaw(system, name, 0);
        Volumes.Write(made, image, stop);
    }

    /// <summary>Deletes every file of the VM, also those that the storage API did not make.</summary>
    internal void Remove(Connect connect, VmId vm, CancellationToken stop)
    {
        using var system = pools.System(connect);
        Volumes.Refresh(system, time, stop);
        foreach (var volume in system.ListAllVolumes())
        {
            using (volume)
            {
                if (VmFiles.IsOf(vm, volume.Name))
                    Volumes.Delete(volume);
            }
        }
    }

    /// <summary>Deletes the file with the guest's memory; nothing happens when there is none.</summary>
    internal void RemoveCheckpoint(Connect connect, VmId vm, CancellationToken stop)
    {
        using var system = pools.System(connect);
        Volumes.Refresh(system, time, stop);
        Volumes.Delete(system, VmFiles.Checkpoint(vm));
    }

    internal void Look(Connect connect, CancellationToken stop)
    {
        using var system = pools.System(connect);
        Volumes.Refresh(system, time, stop);
    }

    /// <summary>The end of the console's file, at most this many bytes; empty when there is none.</summary>
    internal byte[] ConsoleTail(Connect connect, VmId vm, int maxBytes, CancellationToken stop)
    {
        using var system = pools.System(connect);
        var log = system.FindVolumeByName(VmFiles.ConsoleLog(vm));
        if (log is null && Volumes.Refresh(system, time, stop))
            log = system.FindVolumeByName(VmFiles.ConsoleLog(vm));
        if (log is null)
            return [];
        using (log)
        {
            var bytes = Volumes.FileBytes(log);
            var offset = Math.Max(0, bytes - maxBytes);
            return bytes == 0 ? [] : Volumes.Read(log, offset, bytes - offset);
        }
    }
}
