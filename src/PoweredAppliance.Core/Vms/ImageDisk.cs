using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.Specification;

namespace PoweredAppliance.Core.Vms;

/// <summary>What a DISK gets from its image.</summary>
public static class ImageDisk
{
    /// <summary>OpenNebula's mark on a disk whose image is not filled yet.</summary>
    private const string Filling = "CLONING";

    public static VectorAttribute Complete(VectorAttribute disk, PooledObject image)
    {
        var (cdrom, persistent) = (ImageRules.TypeOf(image) is ImageType.Cdrom, image.IsPersistent());
        var (original, wanted) = (image.FactLong("SIZE"), Number(disk["SIZE"], 0));
        foreach (var (key, value) in new (string, string?)[]
        {
            ("IMAGE_ID", Devices.Text(image.Id)), ("IMAGE", image.Name), ("IMAGE_STATE", image.Fact("STATE")),
            ("SOURCE", image.Fact("SOURCE")), ("VOLUME", image.Fact("VOLUME")), ("FORMAT", image.Fact("FORMAT")), ("DRIVER", image.Fact("FORMAT")),
            ("DATASTORE_ID", image.Fact("DATASTORE_ID")), ("DATASTORE", image.Fact("DATASTORE")), ("CLUSTER_ID", image.Fact("CLUSTER_IDS")),
            ("TYPE", cdrom ? "CDROM" : "FILE"), ("DISK_TYPE", "FILE"), ("CLONE", persistent ? "NO" : "YES"), ("SAVE", persistent ? "YES" : "NO"),
            ("CLONE_TARGET", "SYSTEM"), ("LN_TARGET", "NONE"), ("TM_MAD", "qcow2"), ("ORIGINAL_SIZE", Devices.Text(original)),
            ("SIZE", Math.Max(wanted, original).ToString(CultureInfo.InvariantCulture)), ("READONLY", cdrom ? "YES" : disk["READONLY"] ?? "NO"),
        })
            if (value is not null)
                disk = disk.With(key, value);
        disk = disk.With("DEV_PREFIX", Text(disk["DEV_PREFIX"] ?? image.Template["DEV_PREFIX"]) ?? (cdrom ? "hd" : "vd"));
        return IsFilling(image) ? disk.With(Filling, "YES") : disk.Without(Filling);
    }

    /// <summary>The VM waits until the image of this disk is filled. The state of an image that a disk may have is READY otherwise.</summary>
    public static bool Awaits(VectorAttribute disk) => disk["IMAGE_ID"] is not null && disk["IMAGE_STATE"] == Devices.Text((int)ImageState.Locked);

    /// <summary>The disk as its image has it now, and, where it will not come to be, why.</summary>
    /// <param name="image">null: it is gone</param>
    public static (VectorAttribute Disk, string? Why) Filled(VectorAttribute disk, PooledObject? image) => image is null
        ? (disk, $"image {disk["IMAGE_ID"]} is gone")
        : (ImageState)image.FactInt("STATE") switch
        {
            ImageState.Ready => (Complete(disk, image), null),
            ImageState.Error => (disk, $"image {image.Id} ({image.Name}) could not be filled: {image.Fact("ERROR")}"),
            _ => (disk, null),
        };

    /// <summary>
    /// A VM template as a VM would have it, as far as it can be told before one is made: disks with the attributes of their images and
    /// with their numbers, NICs with the numbers of their networks. What is not there any more stays as it was written.
    /// </summary>
    public static (Template? Extended, Refusal? Why) Extend(Template template, Assembly.Find find)
    {
        var disks = new List<VectorAttribute>();
        foreach (var disk in template.Vectors("DISK"))
        {
            var (image, why) = disk["IMAGE_ID"] is null && disk["IMAGE"] is null ? default : find(PoolKind.Image, disk["IMAGE_ID"], disk["IMAGE"], disk["IMAGE_UNAME"]);
            if (why is { Code: not ErrorCode.NoExists })
                return (null, why);
            disks.Add((image is null ? disk : Complete(disk, image)).With("DISK_ID", Devices.Text(disks.Count)));
        }

        var nics = new List<VectorAttribute>();
        foreach (var nic in template.Vectors("NIC"))
        {
            var (network, why) = nic["NETWORK_ID"] is null && nic["NETWORK"] is null
                ? default
                : find(PoolKind.VirtualNetwork, nic["NETWORK_ID"], nic["NETWORK"], nic["NETWORK_UNAME"]);
            if (why is { Code: not ErrorCode.NoExists })
                return (null, why);
            nics.Add(network is null ? nic : nic.With("NETWORK_ID", Devices.Text(network.Id)));
        }

        return (template.WithVectors("DISK", disks).WithVectors("NIC", nics), null);
    }

    private static bool IsFilling(PooledObject image) => (ImageState)image.FactInt("STATE") is ImageState.Locked;
}
