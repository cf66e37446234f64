using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

/// <summary>Making and removing datastores. Images lie in the controller's folder, VMs in that of their host, whichever datastore they are of.</summary>
public sealed class DatastoreOperations(Cloud cloud, PoolOperations pools, AccessChanges access, HostDefaults defaults)
{
    private const int DefaultCluster = 0;

    /// <inheritdoc cref="DatastoreRules" path="/summary"/>
    public async Task<Answer> Allocate(Subject who, Template given, int cluster)
    {
        var id = cluster < 0 ? DefaultCluster : cluster;
        return cloud.Inventory.Find(PoolKind.Cluster, id) is null
            ? Refusal.NotFound("cluster", id)
            : await pools.Allocate(who, PoolKind.Datastore, given["NAME"] ?? "", given,
                [new(DatastoreRules.PathFact, defaults.DatastorePath), new("CLUSTER_IDS", Permitted.Text(id))]).ConfigureAwait(false);
    }

    /// <summary>Only one without images goes; it leaves the VDCs that had it.</summary>
    public async Task<Answer> Delete(Subject who, int id)
    {
        if (pools.May(who, PoolKind.Datastore, id, Rights.Manage) is { } no)
            return no;
        if (cloud.Inventory.All(PoolKind.Image).Values.Any(i => i.FactInt("DATASTORE_ID", -1) == id))
            return new Refusal(ErrorCode.Action, $"Cannot delete datastore. Datastore {id} is not empty.", ObjectId: id);
        var answer = await pools.Delete(who, PoolKind.Datastore, id).ConfigureAwait(false);
        if (answer.Refusal is not null)
            return answer;
        var mark = $"0:{Permitted.Text(id)}";
        foreach (var vdc in cloud.Inventory.All(PoolKind.Vdc).Values.Where(v => (v.Fact("DATASTORES") ?? "").Split(',').Contains(mark)))
            await access.Change(new EditList(PoolKind.Vdc, vdc.Id, "DATASTORES", [], [mark], Refusal.NotFound("datastore", id))).ConfigureAwait(false);
        return answer;
    }
}
