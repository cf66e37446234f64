using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>The names a VM has on its host: its domain and its volumes in the system pool, all of the form <c>one-ID...</c>.</summary>
public static class VmFiles
{
    public static string Domain(VmId vm) => $"one-{vm}";

    public static string Disk(VmId vm, int disk) => string.Create(CultureInfo.InvariantCulture, $"one-{vm}-disk-{disk}");

    public static string Context(VmId vm) => $"one-{vm}-context.iso";

    public static string ConsoleLog(VmId vm) => $"one-{vm}-console.log";

    public static string Checkpoint(VmId vm) => $"one-{vm}.checkpoint";

    /// <summary>The name of an interface on the host, or null where the kernel's 15 characters do not hold it.</summary>
    public static string? Tap(VmId vm, int nic)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"one-{vm}-{nic}");
        return name.Length <= 15 ? name : null;
    }

    /// <summary>Whether a volume of the system pool is the VM's: <c>one-1-disk-0</c> is VM 1's, <c>one-12-disk-0</c> is not.</summary>
    public static bool IsOf(VmId vm, string volume)
    {
        var name = Domain(vm);
        return volume.Length > name.Length + 1 && volume.StartsWith(name, StringComparison.Ordinal)
            && (volume[name.Length] is '-' or '.');
    }

    /// <summary>Persistent disks and CD-ROMs are used where the image lies; all others are files of the VM's own.</summary>
    public static bool LivesInImagePool(DiskSpec disk) => disk.Kind is DiskKind.Persistent or DiskKind.Cdrom;

    /// <summary>Suffix of the empty volume that lies beside another for as long as that one is not complete.</summary>
    public const string UploadMark = ".uploading";
}
