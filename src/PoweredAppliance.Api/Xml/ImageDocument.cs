using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>IMAGE. Who uses it is what the disks of living VMs, and what is being copied from it, say; READY becomes USED, USED_PERS or CLONE meanwhile.</summary>
internal sealed class ImageDocument(Inventory inventory)
{
    private readonly ImageUses _uses = new(inventory);

    public void Write(DocumentWriter to, PooledObject image)
    {
        var use = _uses.Of(image.Id);
        to.Open("IMAGE");
        to.Owned(inventory, image);
        to.Number("TYPE", image.FactInt("TYPE"));
        to.Number("DISK_TYPE", image.FactInt("DISK_TYPE"));
        to.Number("PERSISTENT", image.IsPersistent() ? 1 : 0);
        to.Number("REGTIME", image.RegTime);
        to.Number("MODTIME", image.FactLong("MODTIME", image.RegTime));
        to.CData("SOURCE", image.Fact("SOURCE"));
        to.CData("PATH", image.Fact("PATH"));
        to.CData("FORMAT", image.Fact("FORMAT"));
        to.CData("FS", image.Fact("FS"));
        to.Number("SIZE", image.FactLong("SIZE"));
        to.Number("STATE", (int)ImageRules.StateOf(image, use));
        to.Number("PREV_STATE", image.FactInt("PREV_STATE"));
        to.Number("RUNNING_VMS", use.Vms.Count);
        to.Number("CLONING_OPS", use.Copies);
        to.Number("CLONING_ID", image.FactInt(ImageRules.CopiedFrom, -1));
        to.Number("TARGET_SNAPSHOT", image.FactInt(ImageSnapshotRules.Target, -1));
        to.Number("DATASTORE_ID", image.FactInt("DATASTORE_ID"));
        to.Text("DATASTORE", inventory.Find(PoolKind.Datastore, image.FactInt("DATASTORE_ID"))?.Name ?? image.Fact("DATASTORE"));
        to.Ids("VMS", use.Vms);
        to.Ids("CLONES", use.Clones);
        to.Ids("APP_CLONES", use.Apps);
        to.Template("TEMPLATE", image.Fact("ERROR") is { } why ? image.Template.Set("ERROR", Template.Carried(why)) : image.Template);
        SnapshotElements.Write(to, ImageSnapshots.Of(image) ?? DiskSnapshots.Of(-1), withDisk: false);
        to.Ids("BACKUP_INCREMENTS", []);
        to.Ids("BACKUP_DISK_IDS", []);
        to.Close("IMAGE");
    }
}
