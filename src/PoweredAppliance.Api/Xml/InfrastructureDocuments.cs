using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>DATASTORE, CLUSTER, ZONE, VDC: what the zone is made of.</summary>
internal sealed class InfrastructureDocuments(Inventory inventory)
{
    public void Datastore(DocumentWriter to, PooledObject store)
    {
        var room = inventory.RoomOf(store);
        to.Open("DATASTORE");
        to.Owned(inventory, store);
        to.CData("DS_MAD", store.Fact("DS_MAD"));
        to.CData("TM_MAD", store.Fact("TM_MAD"));
        to.CData("BASE_PATH", store.Fact("BASE_PATH"));
        to.Number("TYPE", store.FactInt("TYPE"));
        to.Number("DISK_TYPE", store.FactInt("DISK_TYPE"));
        to.Number("STATE", store.FactInt("STATE"));
        to.Ids("CLUSTERS", store.FactIds("CLUSTER_IDS"));
        to.Number("TOTAL_MB", room.TotalMebibytes);
        to.Number("FREE_MB", room.FreeMebibytes);
        to.Number("USED_MB", room.UsedMebibytes);
        to.Ids("IMAGES", inventory.All(PoolKind.Image).Values.Where(i => i.FactInt("DATASTORE_ID", -1) == store.Id).Select(i => i.Id));
        to.Template("TEMPLATE", store.Template);
        to.Close("DATASTORE");
    }

    public void Cluster(DocumentWriter to, PooledObject cluster)
    {
        to.Open("CLUSTER");
        to.Number("ID", cluster.Id);
        to.Text("NAME", cluster.Name);
        to.Ids("HOSTS", inventory.All(PoolKind.Host).Values.Where(h => h.FactInt("CLUSTER_ID") == cluster.Id).Select(h => h.Id));
        to.Ids("DATASTORES", Within(PoolKind.Datastore, cluster.Id));
        to.Ids("VNETS", Within(PoolKind.VirtualNetwork, cluster.Id));
        to.Template("TEMPLATE", cluster.Template);
        to.Close("CLUSTER");
    }

    public static void Zone(DocumentWriter to, ZoneIdentity zone)
    {
        to.Open("ZONE");
        to.Number("ID", zone.Id);
        to.Text("NAME", zone.Name);
        to.Number("STATE", zone.Enabled ? 0 : 1);
        to.Template("TEMPLATE", zone.Template);
        to.Ids("SERVER_POOL", []);
        to.Close("ZONE");
    }

    /// <summary>One controller that decides alone, as a zone without a list of servers says it.</summary>
    public static void Raft(DocumentWriter to)
    {
        to.Open("RAFT");
        to.Number("SERVER_ID", -1);
        to.Number("STATE", 0);
        to.Number("TERM", 0);
        to.Number("VOTEDFOR", -1);
        to.Number("COMMIT", 0);
        to.Number("LOG_INDEX", -1);
        to.Number("LOG_TERM", -1);
        to.Number("FEDLOG_INDEX", -1);
        to.Close("RAFT");
    }

    /// <summary>Its facts GROUPS (<c>1,100</c>), CLUSTERS, HOSTS, DATASTORES, VNETS (<c>ZONE:ID</c> with commas).</summary>
    public static void Vdc(DocumentWriter to, PooledObject vdc)
    {
        to.Open("VDC");
        to.Number("ID", vdc.Id);
        to.Text("NAME", vdc.Name);
        to.Ids("GROUPS", vdc.FactIds("GROUPS"));
        foreach (var kind in (ReadOnlySpan<string>)["CLUSTER", "HOST", "DATASTORE", "VNET"])
        {
            to.Open(kind + "S");
            foreach (var pair in (vdc.Fact(kind + "S") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                var colon = pair.IndexOf(':', StringComparison.Ordinal);
                to.Open(kind);
                to.Text("ZONE_ID", pair[..colon]);
                to.Text(kind + "_ID", pair[(colon + 1)..]);
                to.Close(kind);
            }

            to.Close(kind + "S");
        }

        to.Template("TEMPLATE", vdc.Template);
        to.Close("VDC");
    }

    private IEnumerable<int> Within(PoolKind kind, int cluster) =>
        inventory.All(kind).Values.Where(o => o.FactIds("CLUSTER_IDS").Contains(cluster)).Select(o => o.Id);
}
