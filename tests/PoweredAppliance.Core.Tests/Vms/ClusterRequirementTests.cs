using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>AUTOMATIC_REQUIREMENTS: where the datastores and networks of a VM let it be.</summary>
public sealed class ClusterRequirementTests
{
    private static readonly Gen<int[]> Clusters = Gen.Int[0, 4].HashSet[0, 4].Select(s => s.ToArray());

    private static VectorAttribute Disk(int store) => VectorAttribute.Of("DISK", ("IMAGE_ID", "1"), ("DATASTORE_ID", $"{store}"));

    [Fact]
    public void A_host_fits_when_its_cluster_is_one_of_each_datastore_and_network_and_without_any_it_is_refused() =>
        Gen.Select(Clusters.Array[0, 3], Clusters.Array[0, 3]).Sample((stores, networks) =>
        {
            var (text, why) = ClusterRequirements.Of(
                stores.Select((_, i) => Disk(i)), Enumerable.Range(0, networks.Length),
                (kind, id) => [.. (kind is PoolKind.Datastore ? stores : networks)[id]]);
            var fitting = Enumerable.Range(0, 5).Where(c => stores.Concat(networks).All(these => these.Contains(c))).ToList();
            if (fitting.Count == 0)
            {
                Assert.NotNull(why);
                return;
            }

            Assert.True(Requirement.TryParse(text!, out var read, out _));
            Assert.Equal(fitting, Enumerable.Range(0, 5).Where(c => read!.Holds(name => name == "CLUSTER_ID" ? [$"{c}"] : [])));
            Assert.False(read!.Holds(name => name == "CLUSTER_ID" ? [$"{fitting[0]}"] : ["PINNED"]));
        }, iter: 2000);

    [Fact]
    public void It_is_said_as_OpenNebula_says_it()
    {
        ImmutableArray<int>? Of(PoolKind kind, int id) => (kind, id) switch
        {
            (PoolKind.Datastore, 1) => [102, 0],
            (PoolKind.VirtualNetwork, 3) => [0, 102, 7],
            (PoolKind.VirtualNetwork, 4) => [5],
            (PoolKind.VirtualNetwork, 5) => [],
            _ => null,
        };
        Assert.Equal("(CLUSTER_ID = 0 | CLUSTER_ID = 102) & !(PIN_POLICY = PINNED)", ClusterRequirements.Of([Disk(1)], [3], Of).Requirements);
        Assert.Equal("!(PIN_POLICY = PINNED)", ClusterRequirements.Of([VectorAttribute.Of("DISK", ("SIZE", "1"))], [], Of).Requirements);
        Assert.Equal("!(PIN_POLICY = PINNED)", ClusterRequirements.Of([Disk(99)], [], Of).Requirements);
        Assert.Equal(
            "Incompatible clusters in NIC. Network for NIC 1 is not in the same cluster as the one used by other VM elements (cluster 102,0)",
            ClusterRequirements.Of([Disk(1)], [3, 4], Of).Why!.Text);
        Assert.Equal("Missing clusters. Network for NIC 0 is not in any cluster", ClusterRequirements.Of([], [5], Of).Why!.Text);
    }
}
