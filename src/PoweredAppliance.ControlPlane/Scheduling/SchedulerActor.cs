using System.Collections.Immutable;
using Akka.Actor;
using PoweredAppliance.ControlPlane.Quotas;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;
using static PoweredAppliance.ControlPlane.Scheduling.SchedulerProtocol;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>
/// Proposes hosts from what the hosts say of themselves; the host disposes. Keeps nothing: VMs ask again, hosts report again.
/// A VM that fits nowhere waits here and is tried when something changed that could help, never in blind cycles.
/// </summary>
public sealed class SchedulerActor : UnstoredEntity
{
    /// <summary>Offers that no host answered (a message was lost) are void after this.</summary>
    private static readonly TimeSpan OfferLives = TimeSpan.FromSeconds(30);

    /// <summary>The nearest hosts, for which a VM is looked for that could make room.</summary>
    private const int MostWays = 3;

    /// <summary>Disks of VMs are in this one, on every host.</summary>
    private const int SystemDatastore = 0;

    private readonly CapacityMap _map;
    private readonly Dictionary<HostId, HostReport> _reports = [];
    private readonly SortedDictionary<(int Priority, int Vm), SchedulerProtocol.Demand> _waiting = [];
    private readonly Dictionary<VmId, (int Generation, HostId Host, long Since)> _offered = [];
    private readonly CompiledWishes _wishes;
    private readonly Inventory.Inventory _inventory;
    private readonly IActorRef _region;
    private ImmutableSortedDictionary<int, PooledObject> _hosts = ImmutableSortedDictionary<int, PooledObject>.Empty, _clusters = ImmutableSortedDictionary<int, PooledObject>.Empty;
    private readonly TimeProvider _time;

    public SchedulerActor(IActorRef region, Inventory.Inventory inventory, Policy policy, Meters meters, TimeProvider time)
        : base(EntityKind.Scheduler, meters) => (_map, _wishes, _region, _inventory, _time) = (new(Attribute), new(policy), region, inventory, time);

    protected override void Take(object message)
    {
        switch (message)
        {
            case SchedulerProtocol.Demand demand:
                Consider(demand);
                break;
            case HostReport report:
                Hear(report);
                break;
            case HostGone gone:
                _map.Remove(gone.Host);
                _reports.Remove(gone.Host);
                break;
            case NotOffered { Demand: var refused }:
                if (_offered.Remove(refused.Vm, out var offer))
                    _map.Release(refused.Vm, offer.Generation);
                _waiting[KeyOf(refused)] = refused;
                break;
            case VmProtocol.Outweighed { Vm: var changed }:
                if (_offered.Remove(changed, out var untaken))
                    _map.Release(changed, untaken.Generation); // it asks again
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Consider(SchedulerProtocol.Demand demand)
    {
        if (_offered.TryGetValue(demand.Vm, out var offer))
        {
            if (offer.Generation == demand.Generation && _time.GetElapsedTime(offer.Since) < OfferLives)
                return;
            _map.Release(demand.Vm, offer.Generation);
            _offered.Remove(demand.Vm);
        }

        if (!TryPlace(demand))
            _waiting[KeyOf(demand)] = demand;
    }

    private static (int Priority, int Vm) KeyOf(SchedulerProtocol.Demand demand) => (-demand.UserPriority, demand.Vm.Value);

    private void Hear(HostReport report)
    {
        foreach (var (vm, generation) in report.Settled)
        {
            _map.Release(vm, generation);
            if (_offered.TryGetValue(vm, out var offer) && offer.Generation <= generation)
                _offered.Remove(vm);
        }

        DropVoidOffers();
        var before = _reports.GetValueOrDefault(report.Host);
        _reports[report.Host] = report;
        var free = report.Usable - report.Allocated;
        _map.Upsert(new HostCapacity(
            report.Host, report.Settings.Name, report.Settings.Cluster, report.Settings.Status is HostStatus.Enabled, report.Monitored,
            report.Usable.CpuPercent, free.CpuPercent, report.Usable.MemoryKibibytes, free.MemoryKibibytes, free.DiskMebibytes, report.Vms));
        if (_waiting.Count > 0 && Helps(before, report))
            TryWaiting();
    }

    /// <summary>Room of offers that will not be answered: the VM went another way before its offer arrived, or nobody said a word.</summary>
    private void DropVoidOffers()
    {
        foreach (var (vm, offer) in _offered)
        {
            var elsewhere = _inventory.Vms.Find(vm) is { Pledge: null, Host: null, Work: not VmWork.FindPlace };
            if (!elsewhere && _time.GetElapsedTime(offer.Since) < OfferLives)
                continue;
            _map.Release(vm, offer.Generation);
            _offered.Remove(vm);
        }
    }

    /// <summary>More room, a host enabled, found again or changed: only then can an earlier refusal turn.</summary>
    private static bool Helps(HostReport? before, HostReport now)
    {
        if (before is null || before.Settings != now.Settings || (now.Monitored && !before.Monitored))
            return true;
        var (was, free) = (before.Usable - before.Allocated, now.Usable - now.Allocated);
        return free.CpuPercent > was.CpuPercent || free.MemoryKibibytes > was.MemoryKibibytes || free.DiskMebibytes > was.DiskMebibytes;
    }

    private void TryWaiting()
    {
        foreach (var (key, demand) in _waiting.ToArray())
            if (TryPlace(demand))
                _waiting.Remove(key);
    }

    /// <summary>False: it has to wait, and was told why.</summary>
    private bool TryPlace(SchedulerProtocol.Demand asked)
    {
        // A VM that went on by another way (deployed by hand, held, terminated) needs no place any more.
        var vm = _inventory.Vms.Find(asked.Vm);
        if (vm is { Work: not VmWork.FindPlace })
            return true;
        var (wishes, unread) = _wishes.Read(asked.Wishes);
        if (unread is not null)
            return Waits(asked.Vm, null, unread);
        if (!wishes!.Datastore.Holds(name => DatastoreAttributes.Of(_inventory, SystemDatastore, name)))
            return Waits(asked.Vm, null, $"the system datastore {SystemDatastore} does not meet SCHED_DS_REQUIREMENTS {asked.Wishes.DatastoreRequirements}");
        var (clusters, why) = ClusterLimits.On(_inventory, vm);
        if (why is not null)
            return Waits(asked.Vm, null, why.Text);
        var demand = DemandOf(asked, asked.Only, wishes.In(clusters));
        RereadChanged();
        using var timed = Meters.Placement();
        if (_map.Choose(demand) is { } host && _map.TryReserve(demand, asked.Generation, host))
        {
            _offered[asked.Vm] = (asked.Generation, host, _time.GetTimestamp());
            var settings = _reports[host].Settings;
            var place = new VmProtocol.Offer(asked.Vm, new HostOffer(host, settings.Name, settings.Cluster, SystemDatastore, "kvm", "qcow2"));
            _region.Tell(clusters.IsDefault ? new Weighed(place, Free: vm?.Owner, Cost: null) : new QuotaProtocol.Place(place, asked));
            return true;
        }

        var verdict = _map.Place(demand);
        return Waits(asked.Vm, new Inventory.Unplaced(verdict), verdict.Explain([.. Way.For(verdict, Movable, MostWays)]));
    }

    private PoweredAppliance.Scheduling.Demand DemandOf(SchedulerProtocol.Demand asked, HostId? only, Shape shape) => new(
        asked.Vm, asked.Room.CpuPercent, asked.Room.MemoryKibibytes, asked.Room.DiskMebibytes, asked.UserPriority, only, AffinityOf(asked.Vm)) { Shape = shape };

    /// <summary>VMs that run on the host, as they would ask for another: their files go with them.</summary>
    private IEnumerable<PoweredAppliance.Scheduling.Demand> Movable(HostId host)
    {
        foreach (var id in _inventory.Host(host)?.Vms ?? [])
        {
            if (_inventory.Vms.Find(new(id)) is not { State: VmState.Active, Lcm: LcmState.Running } vm)
                continue;
            var asks = SchedulerProtocol.Demand.Of(vm);
            if (_wishes.Read(asks.Wishes).Read is { } wishes && ClusterLimits.On(_inventory, vm) is { Clusters: var clusters, Why: null })
                yield return DemandOf(asks, only: null, wishes.In(clusters));
        }
    }

    /// <summary>Templates of hosts and clusters change without a word of the host.</summary>
    private void RereadChanged()
    {
        var (hosts, clusters) = (_inventory.All(PoolKind.Host), _inventory.All(PoolKind.Cluster));
        if (hosts == _hosts && clusters == _clusters)
            return;
        foreach (var (id, host) in hosts)
            if (clusters != _clusters || !ReferenceEquals(host, _hosts.GetValueOrDefault(id)))
                _map.Reread(new(id));
        (_hosts, _clusters) = (hosts, clusters);
    }

    private bool Waits(VmId vm, Inventory.Unplaced? hosts, string why)
    {
        _inventory.Put(vm, hosts);
        _region.Tell(new VmProtocol.NoPlace(vm, why));
        return false;
    }

    private IEnumerable<string> Attribute(HostId host, string name) => _map.TryGet(host, out var free)
        ? HostAttributes.Of(_inventory, host, name, free, _offered.Where(o => o.Value.Host == host).Select(o => o.Key))
        : [];

    private Affinity? AffinityOf(VmId id) => _inventory.Vms.Find(id)?.Template is { } template && template.Vector("VMGROUP")?["ROLE"] is { } role
        && Specification.VmGroups(template).Select(g => _inventory.Find(PoolKind.VmGroup, g)).FirstOrDefault() is { } group
            ? GroupAffinity.Of(_inventory, group, role, id, vm => _offered.TryGetValue(vm, out var offer) ? offer.Host : null)
            : null;
}
