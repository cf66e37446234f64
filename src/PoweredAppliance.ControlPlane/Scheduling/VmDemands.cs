using PoweredAppliance.ControlPlane.Quotas;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>What there is against a VM before any host is looked at.</summary>
internal enum Obstacle
{
    None,

    /// <summary>An expression of it cannot be read.</summary>
    Unreadable,

    /// <summary>The system datastore does not meet what it requires.</summary>
    Datastore,

    /// <summary>Its owner's limits let it be in no cluster.</summary>
    Quota,
}

/// <summary>What VMs that are not there would be: how many of them would fit?</summary>
/// <param name="Group">whose role they would have; null: of none</param>
/// <param name="Cluster">to be in that one only; null: in any</param>
internal sealed record VmKind(Capacity Room, SchedulerProtocol.Wishes Wishes, PooledObject? Group, string? Role, int? Cluster);

/// <summary>What VMs ask of hosts, as Inventory knows them. For one thread.</summary>
/// <param name="where">the host on which a VM counts for its group, also one that it was only offered; null: none</param>
internal sealed class VmDemands(Inventory.Inventory inventory, Policy policy, Func<VirtualMachine, HostId?> where)
{
    /// <summary>Disks of VMs are in this one, on every host.</summary>
    public const int SystemDatastore = 0;

    private readonly CompiledWishes _wishes = new(policy);

    /// <param name="Asked">null: there is an obstacle, and <paramref name="Why"/></param>
    /// <param name="IsLimited">its owner's limits differ by cluster</param>
    public readonly record struct Reading(Demand? Asked, bool IsLimited, Obstacle Obstacle, string? Why);

    /// <param name="only">the host that holds its files; null: any</param>
    public Reading Read(SchedulerProtocol.Demand asked, VirtualMachine? vm, HostId? only)
    {
        var (wishes, obstacle, no) = Read(asked.Wishes);
        if (wishes is null)
            return new(null, false, obstacle, no);
        var (clusters, why) = ClusterLimits.On(inventory, vm);
        return why is null
            ? new(DemandOf(asked.Vm, asked.Room, asked.UserPriority, only, wishes.In(clusters), AffinityOf(asked.Vm)), !clusters.IsDefault, Obstacle.None, null)
            : new(null, false, Obstacle.Quota, why.Text);
    }

    /// <summary>Of a VM that is not there, and would be nobody's.</summary>
    /// <param name="before">others of its kind that are not there either</param>
    public Reading Read(VmKind kind, VmId id, IEnumerable<(VmId Vm, HostId Host)> before)
    {
        var (wishes, obstacle, no) = Read(kind.Wishes);
        if (wishes is null)
            return new(null, false, obstacle, no);
        var affinity = kind is { Group: { } group, Role: { } role }
            ? GroupAffinity.Of(inventory, group, role, id, where, before.Select(b => new Fellow(b.Vm, role, b.Host)))
            : null;
        return new(DemandOf(id, kind.Room, 0, null, wishes.In(kind.Cluster is { } cluster ? [cluster] : default), affinity), false, Obstacle.None, null);
    }

    /// <summary>VMs that run on the host, as they would ask for another: their files go with them.</summary>
    public IEnumerable<Demand> Movable(HostId host)
    {
        foreach (var id in inventory.Host(host)?.Vms ?? [])
            if (inventory.Vms.Find(new(id)) is { State: VmState.Active, Lcm: LcmState.Running } vm && Read(SchedulerProtocol.Demand.Of(vm), vm, only: null).Asked is { } demand)
                yield return demand;
    }

    private (CompiledWishes.Compiled? Wishes, Obstacle Obstacle, string? Why) Read(SchedulerProtocol.Wishes asked)
    {
        var (wishes, unread) = _wishes.Read(asked);
        if (unread is not null)
            return (null, Obstacle.Unreadable, unread);
        return wishes!.Datastore.Holds(name => DatastoreAttributes.Of(inventory, SystemDatastore, name))
            ? (wishes, Obstacle.None, null)
            : (null, Obstacle.Datastore, $"the system datastore {SystemDatastore} does not meet SCHED_DS_REQUIREMENTS {asked.DatastoreRequirements}");
    }

    private static Demand DemandOf(VmId vm, Capacity room, int priority, HostId? only, Shape shape, Affinity? affinity) =>
        new(vm, room.CpuPercent, room.MemoryKibibytes, room.DiskMebibytes, priority, only, affinity) { Shape = shape };

    private Affinity? AffinityOf(VmId id) => inventory.Vms.Find(id)?.Template is { } template && template.Vector("VMGROUP")?["ROLE"] is { } role
        && Specification.VmGroups(template).Select(g => inventory.Find(PoolKind.VmGroup, g)).FirstOrDefault() is { } group
            ? GroupAffinity.Of(inventory, group, role, id, where)
            : null;
}
