using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>The names a VM has on its host: its domain and its volumes in the system pool, all of the form <c>one-ID...</c>.</summary>
public static class VmFiles
{
    public static string Domain(VmId vm) => $"one-{vm}";

    public static string Disk(VmId vm, int disk) => string.Create(CultureInfo.InvariantCulture, $"one-{vm}-disk-{disk}");

    /// <summary>A copy of a disk while it is being saved as an image.</summary>
    public static string DiskCopy(VmId vm, int disk) => string.Create(CultureInfo.InvariantCulture, $"one-{vm}-disk-{disk}-copy");

    /// <summary>The name of a disk's snapshot inside its file, of one VM alone: a persistent image outlives the VMs that use it.</summary>
    public static string DiskSnapshot(VmId vm, int disk, int snapshot) => string.Create(CultureInfo.InvariantCulture, $"one-{vm}-disk-{disk}-snap-{snapshot}");

    /// <summary>A domain that is never started: libvirt's place for work on a disk of a guest that is off.</summary>
    public static string Workbench(VmId vm) => $"{WorkbenchPrefix}{vm}";

    public const string WorkbenchPrefix = "powered-workbench-";

    public static string Context(VmId vm) => $"one-{vm}-context.iso";

    public static string ConsoleLog(VmId vm) => $"one-{vm}-console.log";

    public static string Checkpoint(VmId vm) => $"one-{vm}.checkpoint";

    /// <summary>Lies beside files that come from another host for as long as they have not all come; holds the generation they come for.</summary>
    public static string Receiving(VmId vm) => $"one-{vm}.receiving";

    /// <summary>Put into the folder of one host to see whether another has the same folder.</summary>
    public static string Flag(VmId vm) => $"one-{vm}.flag";

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
