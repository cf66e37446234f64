using PoweredAppliance.ControlPlane.Quotas;
using PoweredAppliance.Core;
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

/// <summary>What VMs ask of hosts, as Inventory knows them. For one thread.</summary>
/// <param name="offered">the host that a VM was offered and has not heard of yet</param>
internal sealed class VmDemands(Inventory.Inventory inventory, Policy policy, Func<VmId, HostId?> offered)
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
        var (wishes, unread) = _wishes.Read(asked.Wishes);
        if (unread is not null)
            return new(null, false, Obstacle.Unreadable, unread);
        if (!wishes!.Datastore.Holds(name => DatastoreAttributes.Of(inventory, SystemDatastore, name)))
            return new(null, false, Obstacle.Datastore, $"the system datastore {SystemDatastore} does not meet SCHED_DS_REQUIREMENTS {asked.Wishes.DatastoreRequirements}");
        var (clusters, why) = ClusterLimits.On(inventory, vm);
        return why is null
            ? new(DemandOf(asked, only, wishes.In(clusters)), !clusters.IsDefault, Obstacle.None, null)
            : new(null, false, Obstacle.Quota, why.Text);
    }

    /// <summary>VMs that run on the host, as they would ask for another: their files go with them.</summary>
    public IEnumerable<Demand> Movable(HostId host)
    {
        foreach (var id in inventory.Host(host)?.Vms ?? [])
            if (inventory.Vms.Find(new(id)) is { State: VmState.Active, Lcm: LcmState.Running } vm && Read(SchedulerProtocol.Demand.Of(vm), vm, only: null).Asked is { } demand)
                yield return demand;
    }

    private Demand DemandOf(SchedulerProtocol.Demand asked, HostId? only, Shape shape) => new(
        asked.Vm, asked.Room.CpuPercent, asked.Room.MemoryKibibytes, asked.Room.DiskMebibytes, asked.UserPriority, only, AffinityOf(asked.Vm))
    { Shape = shape };

    private Affinity? AffinityOf(VmId id) => inventory.Vms.Find(id)?.Template is { } template && template.Vector("VMGROUP")?["ROLE"] is { } role
        && Specification.VmGroups(template).Select(g => inventory.Find(PoolKind.VmGroup, g)).FirstOrDefault() is { } group
            ? GroupAffinity.Of(inventory, group, role, id, offered)
            : null;
}
