using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>Disks of VMs that become images.</summary>
public sealed class VmSaveOperations(Cloud cloud, Authority authority, VmOperations vms, ImageOperations images, PoolOperations pools, ImageImports imports)
{
    private const int DefaultDatastore = 1;

    /// <summary>Kinds of images that are disks, by their numbers.</summary>
    private static readonly ImmutableArray<string> Types = ["OS", "CDROM", "DATABLOCK"];

    /// <summary>The disk as it is at one moment becomes a new image, which is LOCKED until its content is there. The answer is its id.</summary>
    /// <param name="type">empty: that of the disk's own image</param>
    /// <param name="snapshot">-1: the disk as it is now</param>
    public Task<Answer> SaveDisk(Subject who, int id, int diskId, string name, string type, int snapshot) => vms.On(who, id, authority.Takes(who, "disk-saveas"), async vm =>
    {
        if (vm.Refuses(new VmChange.SaveDisk(diskId, -1, "")) is { } no)
            return no;
        var disk = vm.Template.Disk(diskId)!;
        if (disk["TYPE"] is "CDROM" or "SWAP")
            return Refusal.WrongState($"Cannot save an image of type {disk["TYPE"]}", id);
        if (snapshot >= 0)
            return Refusal.WrongState(vm.Tree(diskId).Find(snapshot) is null
                ? "Cannot use DISK. Snapshot does not exist"
                : $"Cannot use DISK. Snapshot {snapshot} lies inside the disk and is not saved by itself: revert the disk to it and save that (snapshot -1).", id);

        var source = cloud.Inventory.Find(PoolKind.Image, Devices.Id(disk, "IMAGE_ID"));
        var template = Template.Empty.Set("NAME", name).Set("TYPE", type.Length > 0 ? type : Types[Math.Clamp(source?.FactInt("TYPE") ?? 2, 0, 2)])
            .Set("SIZE", disk["SIZE"] ?? "").Set("SAVED_VM_ID", Permitted.Text(id)).Set("SAVED_DISK_ID", diskId.ToString(CultureInfo.InvariantCulture));
        if (source?.Template["DEV_PREFIX"] is { Length: > 0 } prefix)
            template = template.Set("DEV_PREFIX", prefix);
        var image = await images.Allocate(who, template, source?.FactInt("DATASTORE_ID", DefaultDatastore) ?? DefaultDatastore, saving: vm.Id).ConfigureAwait(false);
        if (image.Refusal is not null)
            return image;
        var taken = await cloud.Vm(new VmProtocol.Change(vm.Id, new VmChange.SaveDisk(diskId, image.Id, imports.Landing(image.Id)), who.Caller())).ConfigureAwait(false);
        if (taken.Refusal is not null)
        {
            await pools.Delete(who, PoolKind.Image, image.Id).ConfigureAwait(false);
            return taken;
        }

        imports.Await(image.Id);
        return image;
    });
}
