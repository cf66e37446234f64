using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Quotas;

/// <summary>Where limits on the VMs of clusters let a VM be placed.</summary>
internal static class ClusterLimits
{
    /// <returns>The clusters, default: any; or why there is none.</returns>
    public static (ImmutableArray<int> Clusters, Refusal? Why) On(Inventory.Inventory inventory, VirtualMachine? vm)
    {
        if (vm is null || !inventory.IsLimited(vm.Owner) || Charge.Of(vm, inventory.Usages.Generic) is not { } charge
            || !QuotaHolder.Of(vm.Owner).Any(holder => inventory.Limits(holder).Entries.Any(e => e.IsOfClusters)))
            return (default, null);
        var asked = inventory.All(PoolKind.Cluster).Keys.DefaultIfEmpty().Select(cluster => (
            Cluster: cluster,
            Why: inventory.Usages.Ask(book => book.Refuses(QuotaObject.Of(vm.Id), charge with { Cluster = cluster }, inventory.LimitsOn)))).ToList();
        ImmutableArray<int> let = [.. asked.Where(a => a.Why is null).Select(a => a.Cluster)];
        return (let, let.IsEmpty ? asked[0].Why : null);
    }
}
