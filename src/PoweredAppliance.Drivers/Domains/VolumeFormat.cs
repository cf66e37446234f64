using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>The formats of disk files that are made and used.</summary>
public static class VolumeFormat
{
    /// <summary>qemu's name of the format of a disk's own file: an overlay is qcow2 whatever its image is.</summary>
    public static string OfFile(DiskSpec disk) => disk.Kind is DiskKind.Overlay ? "qcow2" : Known(disk.Format, disk.Id);

    /// <summary>qemu's name of the format of the image under an overlay.</summary>
    public static string OfImage(DiskSpec disk) => Known(disk.Format, disk.Id);

    private static string Known(string format, int disk) => format.ToLowerInvariant() switch
    {
        "qcow2" => "qcow2",
        // a FORMAT that names a file system is a plain file for qemu; the guest makes the file system
        "raw" or "" or "ext2" or "ext3" or "ext4" or "xfs" or "swap" or "fs" or "iso" => "raw",
        _ => throw new DomainSpecException($"disk {disk} has the format '{format}'; raw and qcow2 are possible"),
    };
}
