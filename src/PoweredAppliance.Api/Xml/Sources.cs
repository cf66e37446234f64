using System.Collections.Immutable;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// All that an object's document is made of, as immutable values. Its writer is given nothing else, so a document is good for as long
/// as its sources are the <see cref="Same"/>.
/// </summary>
internal interface ISources<T> where T : struct, ISources<T>
{
    int Id { get; }

    /// <summary>The very same values: cheaper than asking whether they are equal, and never wrong in the dangerous direction.</summary>
    bool Same(in T other);
}

internal readonly struct VmSources : ISources<VmSources>
{
    private readonly VirtualMachine _stored;

    public VmSources(VirtualMachine vm, Inventory inventory, OwnerNames names) =>
        (_stored, Vm, Reading, (User, Group)) = (vm, vm.AsShown, inventory.Reading(vm.Id), names.Of(vm.Owner));

    public VirtualMachine Vm { get; }
    public VmReading? Reading { get; }
    public string User { get; }
    public string Group { get; }

    public int Id => Vm.Id.Value;

    public bool Same(in VmSources other) =>
        ReferenceEquals(_stored, other._stored) && ReferenceEquals(Reading, other.Reading) && User == other.User && Group == other.Group;
}

/// <summary>Clusters change so seldom that all of them are the source, and nobody looks for a name in vain.</summary>
internal readonly struct HostSources(PooledObject host, Inventory inventory) : ISources<HostSources>
{
    private readonly ImmutableSortedDictionary<int, PooledObject> _clusters = inventory.All(PoolKind.Cluster);

    public PooledObject Host { get; } = host;
    public HostPicture? Seen { get; } = inventory.Host(new HostId(host.Id));

    public int Id => Host.Id;
    public string? ClusterName => _clusters.GetValueOrDefault(Host.FactInt("CLUSTER_ID"))?.Name;

    public bool Same(in HostSources other) =>
        ReferenceEquals(Host, other.Host) && ReferenceEquals(Seen, other.Seen) && ReferenceEquals(_clusters, other._clusters);
}

/// <summary>The names of owners; looked up once where objects of the same owner follow each other, as they do in lists.</summary>
internal sealed class OwnerNames(Inventory inventory)
{
    private Caller? _last;
    private (string User, string Group) _names;

    public (string User, string Group) Of(Caller owner)
    {
        if (_last == owner)
            return _names;
        (_last, _names) = (owner, (inventory.UserName(owner.User.Value), inventory.GroupName(owner.Group.Value)));
        return _names;
    }
}
