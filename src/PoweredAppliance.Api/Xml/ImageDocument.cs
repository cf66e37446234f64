using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>IMAGE. Who uses it is what the disks of living VMs say; READY becomes USED, or USED_PERS, while somebody does.</summary>
internal sealed class ImageDocument(Inventory inventory, Holdings holdings)
{
    private const int Ready = 1, Used = 2, UsedPersistent = 8;

    public void Write(DocumentWriter to, PooledObject image)
    {
        var vms = holdings.VmsOfImage(image.Id);
        var persistent = image.FactInt("PERSISTENT");
        var state = image.FactInt("STATE") switch
        {
            Ready when vms.Count > 0 => persistent == 1 ? UsedPersistent : Used,
            var other => other,
        };
        to.Open("IMAGE");
        to.Owned(inventory, image);
        to.Number("TYPE", image.FactInt("TYPE"));
        to.Number("DISK_TYPE", image.FactInt("DISK_TYPE"));
        to.Number("PERSISTENT", persistent);
        to.Number("REGTIME", image.RegTime);
        to.Number("MODTIME", image.FactLong("MODTIME", image.RegTime));
        to.CData("SOURCE", image.Fact("SOURCE"));
        to.CData("PATH", image.Fact("PATH"));
        to.CData("FORMAT", image.Fact("FORMAT"));
        to.CData("FS", image.Fact("FS"));
        to.Number("SIZE", image.FactLong("SIZE"));
        to.Number("STATE", state);
        to.Number("PREV_STATE", image.FactInt("PREV_STATE"));
        to.Number("RUNNING_VMS", vms.Count);
        to.Number("CLONING_OPS", 0);
        to.Number("CLONING_ID", -1);
        to.Number("TARGET_SNAPSHOT", -1);
        to.Number("DATASTORE_ID", image.FactInt("DATASTORE_ID"));
        to.Text("DATASTORE", image.Fact("DATASTORE"));
        to.Ids("VMS", vms);
        to.Ids("CLONES", []);
        to.Ids("APP_CLONES", []);
        to.Template("TEMPLATE", image.Fact("ERROR") is { } why ? image.Template.Set("ERROR", HostDocument.Carried(why)) : image.Template);
        to.Open("SNAPSHOTS");
        to.CData("ALLOW_ORPHANS", "NO");
        to.CData("CURRENT_BASE", -1);
        to.CData("NEXT_SNAPSHOT", 0);
        to.Close("SNAPSHOTS");
        to.Ids("BACKUP_INCREMENTS", []);
        to.Ids("BACKUP_DISK_IDS", []);
        to.Close("IMAGE");
    }
}
