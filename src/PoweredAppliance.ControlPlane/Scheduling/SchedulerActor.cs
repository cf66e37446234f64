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
                Withdraw(refused.Vm);
                _waiting[KeyOf(refused)] = refused;
                break;
            case VmProtocol.Outweighed { Vm: var changed }:
                Withdraw(changed); // it asks again
                break;
            case Leave leave:
                Sender.Tell(Find(leave));
                break;
            case Stays stays:
                Withdraw(stays.Vm);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Consider(SchedulerProtocol.Demand demand)
    {
        if (!IsOffered(demand) && !TryPlace(demand))
            _waiting[KeyOf(demand)] = demand;
    }

    /// <summary>An older offer is void.</summary>
    private bool IsOffered(SchedulerProtocol.Demand demand)
    {
        if (_offered.TryGetValue(demand.Vm, out var offer) && offer.Generation == demand.Generation && _time.GetElapsedTime(offer.Since) < OfferLives)
            return true;
        Withdraw(demand.Vm);
        return false;
    }

    private void Withdraw(VmId vm)
    {
        if (_offered.Remove(vm, out var offer))
            _map.Release(vm, offer.Generation);
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
        var (demand, isLimited, why) = Read(asked, vm, asked.Only);
        if (demand is null)
            return Waits(asked.Vm, null, why!);
        RereadChanged();
        using var timed = Meters.Placement();
        if (Reserve(demand, asked.Generation) is { } offer)
        {
            var place = new VmProtocol.Offer(asked.Vm, offer);
            _region.Tell(isLimited ? new QuotaProtocol.Place(place, asked) : new Weighed(place, Free: vm?.Owner, Cost: null));
            return true;
        }

        var verdict = _map.Place(demand);
        return Waits(asked.Vm, new Inventory.Unplaced(verdict), verdict.Explain([.. Way.For(verdict, Movable, MostWays)]));
    }

    /// <summary>Another host for a VM that is on one, which keeps its own until it has arrived.</summary>
    private Elsewhere Find(Leave leave)
    {
        if (_inventory.Vms.Find(leave.Vm) is not { Moving: null, Host: { } here } vm || SchedulerProtocol.Demand.Of(vm) is var asked && IsOffered(asked))
            return new(null, null);
        var (demand, _, why) = Read(asked, vm, only: null);
        if (demand is null)
            return new(null, why);
        demand = demand with { Leaves = here.Host };
        RereadChanged();
        using var timed = Meters.Placement();
        return Reserve(demand, asked.Generation) is { } offer ? new(offer, null) : new(null, _map.Place(demand).Explain());
    }

    /// <summary>What the VM asks of a host, and whether its owner's limits differ by cluster; or why there is none for it.</summary>
    private (PoweredAppliance.Scheduling.Demand? Demand, bool IsLimited, string? Why) Read(SchedulerProtocol.Demand asked, VirtualMachine? vm, HostId? only)
    {
        var (wishes, unread) = _wishes.Read(asked.Wishes);
        if (unread is not null)
            return (null, false, unread);
        if (!wishes!.Datastore.Holds(name => DatastoreAttributes.Of(_inventory, SystemDatastore, name)))
            return (null, false, $"the system datastore {SystemDatastore} does not meet SCHED_DS_REQUIREMENTS {asked.Wishes.DatastoreRequirements}");
        var (clusters, why) = ClusterLimits.On(_inventory, vm);
        return why is null ? (DemandOf(asked, only, wishes.In(clusters)), !clusters.IsDefault, null) : (null, false, why.Text);
    }

    /// <summary>The host that is chosen, with the room kept; null: none fits.</summary>
    private HostOffer? Reserve(PoweredAppliance.Scheduling.Demand demand, int generation)
    {
        if (_map.Choose(demand) is not { } host || !_map.TryReserve(demand, generation, host))
            return null;
        _offered[demand.Vm] = (generation, host, _time.GetTimestamp());
        var settings = _reports[host].Settings;
        return new HostOffer(host, settings.Name, settings.Cluster, SystemDatastore, "kvm", "qcow2");
    }

    private PoweredAppliance.Scheduling.Demand DemandOf(SchedulerProtocol.Demand asked, HostId? only, Shape shape) => new(
        asked.Vm, asked.Room.CpuPercent, asked.Room.MemoryKibibytes, asked.Room.DiskMebibytes, asked.UserPriority, only, AffinityOf(asked.Vm))
    { Shape = shape };

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
