using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>The clusters where a VM can be: those that the datastores of its images and its networks have in common.</summary>
public static class ClusterRequirements
{
    /// <summary>The clusters of a datastore or a network; null: there is no such thing, and it demands nothing.</summary>
    public delegate ImmutableArray<int>? ClustersOf(PoolKind kind, int id);

    /// <summary>AUTOMATIC_REQUIREMENTS as OpenNebula writes it, or why there is no such cluster.</summary>
    public static (string? Requirements, Refusal? Why) Of(IEnumerable<VectorAttribute> disks, IEnumerable<int> networks, ClustersOf clusters)
    {
        ImmutableArray<int>? common = null;
        var wanted = disks.Select((disk, i) => ("DISK", $"Datastore for DISK {i}", PoolKind.Datastore, disk["IMAGE_ID"] is null ? -1 : Devices.Id(disk, "DATASTORE_ID")))
            .Concat(networks.Select((network, i) => ("NIC", $"Network for NIC {i}", PoolKind.VirtualNetwork, network)));
        foreach (var (device, what, kind, id) in wanted)
        {
            if (id < 0 || clusters(kind, id) is not { } these)
                continue;
            if (these.IsEmpty)
                return No(device, id, $"Missing clusters. {what} is not in any cluster");
            var both = common is { } known ? [.. known.Intersect(these)] : these;
            if (both.IsEmpty)
                return No(device, id, $"Incompatible clusters in {device}. {what} is not in the same cluster as the one used by other VM elements "
                    + $"(cluster {string.Join(',', common!.Value)})");
            common = both;
        }

        var places = common is { } any ? $"({string.Join(" | ", any.Order().Select(cluster => $"CLUSTER_ID = {Devices.Text(cluster)}"))}) & " : "";
        return ($"{places}!(PIN_POLICY = PINNED)", null);
    }

    private static (string? Requirements, Refusal? Why) No(string device, int id, string why) =>
        (null, Refusal.Bad(device is "DISK" ? "DISK/DATASTORE_ID" : "NIC/NETWORK_ID", Devices.Text(id), why));
}
