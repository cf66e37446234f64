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

    private static readonly TimeSpan LookForVoid = TimeSpan.FromSeconds(1);

    /// <summary>The nearest hosts, for which a VM is looked for that could make room.</summary>
    private const int MostWays = 3;

    private readonly CapacityMap _map;
    private readonly Dictionary<HostId, HostReport> _reports = [];
    private readonly WaitingVms _waiting;
    private readonly Dictionary<VmId, (int Generation, HostId Host, long Since)> _offered = [];
    private readonly VmDemands _demands;
    private readonly Inventory.Inventory _inventory;
    private readonly IActorRef _region;
    private ImmutableSortedDictionary<int, PooledObject> _hosts = ImmutableSortedDictionary<int, PooledObject>.Empty, _clusters = ImmutableSortedDictionary<int, PooledObject>.Empty;
    private readonly TimeProvider _time;
    private long _offersSeen;

    public SchedulerActor(IActorRef region, Inventory.Inventory inventory, Policy policy, Meters meters, TimeProvider time)
        : base(EntityKind.Scheduler, meters) =>
        (_map, _demands, _waiting, _region, _inventory, _time, _offersSeen) =
        (new(Attribute), new(inventory, policy, PlaceOf), new(time), region, inventory, time, time.GetTimestamp());

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
                _waiting.Add(refused);
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
            case Look:
                Sender.Tell(new Sight(_map.See(), _offered.ToDictionary(o => o.Key, o => o.Value.Host)));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Consider(SchedulerProtocol.Demand demand)
    {
        if (IsOffered(demand))
            return;
        var tried = TryPlace(demand, out var unplaced);
        if (tried is Tried.Placed)
        {
            _waiting.Remove(demand.Vm);
            return;
        }

        _waiting.Add(demand);
        if (unplaced is null)
            return; // it was told
        var (hosts, why) = tried is Tried.NoneFits ? _waiting.Why(demand.Vm, () => Reasons(unplaced)) : Reasons(unplaced);
        Tell(demand.Vm, hosts, why);
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

    private void Hear(HostReport report)
    {
        HostCapacity? before = null;
        if (_waiting.Count > 0)
            _map.TryGet(report.Host, out before);
        var isOther = _reports.GetValueOrDefault(report.Host)?.Settings != report.Settings;
        foreach (var (vm, generation) in report.Settled)
        {
            _map.Release(vm, generation);
            if (_offered.TryGetValue(vm, out var offer) && offer.Generation <= generation)
                _offered.Remove(vm);
        }

        var isFreed = DropVoidOffers();
        _reports[report.Host] = report;
        var free = report.Usable - report.Allocated;
        _map.Upsert(new HostCapacity(
            report.Host, report.Settings.Name, report.Settings.Cluster, report.Settings.Status is HostStatus.Enabled, report.Monitored,
            report.Usable.CpuPercent, free.CpuPercent, report.Usable.MemoryKibibytes, free.MemoryKibibytes, free.DiskMebibytes, report.Vms));
        if (_waiting.Count > 0 && (isFreed || isOther || Helps(before, report.Host)))
            _waiting.TryAll(demand => TryPlace(demand, out _));
    }

    /// <summary>
    /// Room of offers that will not be answered: the VM went another way before its offer arrived, or nobody said a word. Looked for once
    /// a second, since there may be thousands.
    /// </summary>
    private bool DropVoidOffers()
    {
        if (_time.GetElapsedTime(_offersSeen) < LookForVoid)
            return false;
        _offersSeen = _time.GetTimestamp();
        var count = _offered.Count;
        foreach (var (vm, offer) in _offered)
        {
            var elsewhere = _inventory.Vms.Find(vm) is { Pledge: null, Host: null, Work: not VmWork.FindPlace };
            if (!elsewhere && _time.GetElapsedTime(offer.Since) < OfferLives)
                continue;
            _map.Release(vm, offer.Generation);
            _offered.Remove(vm);
        }

        return _offered.Count < count;
    }

    /// <summary>More room, a host enabled, found again or changed: only then can an earlier refusal turn.</summary>
    private bool Helps(HostCapacity? was, HostId host) => _map.TryGet(host, out var now) && (was is null || (now.Monitored && !was.Monitored)
        || now.CpuPercentFree > was.CpuPercentFree || now.MemoryFreeKibibytes > was.MemoryFreeKibibytes || now.DiskFreeMebibytes > was.DiskFreeMebibytes);

    /// <param name="unplaced">what it asks, where no host has it; null where it is placed, or waits for what it was told</param>
    private Tried TryPlace(SchedulerProtocol.Demand asked, out PoweredAppliance.Scheduling.Demand? unplaced)
    {
        unplaced = null;
        // A VM that went on by another way (deployed by hand, held, terminated) needs no place any more.
        var vm = _inventory.Vms.Find(asked.Vm);
        if (vm is { Work: not VmWork.FindPlace })
            return Tried.Placed;
        var (demand, isLimited, _, why) = _demands.Read(asked, vm, asked.Only);
        if (demand is null)
        {
            Tell(asked.Vm, null, why!);
            return Tried.Waits;
        }

        RereadChanged();
        using var timed = Meters.Placement();
        if (Reserve(demand, asked.Generation) is { } offer)
        {
            var place = new VmProtocol.Offer(asked.Vm, offer);
            _region.Tell(isLimited ? new QuotaProtocol.Place(place, asked) : new Weighed(place, Free: vm?.Owner, Cost: null));
            return Tried.Placed;
        }

        unplaced = demand;
        return demand.Affinity is null && !isLimited ? Tried.NoneFits : Tried.Waits;
    }

    private (Inventory.Unplaced Hosts, string Text) Reasons(PoweredAppliance.Scheduling.Demand demand)
    {
        var verdict = _map.Place(demand);
        return (new(verdict), verdict.Explain([.. Way.For(verdict, _demands.Movable, _map.Choose, MostWays)]));
    }

    /// <summary>Another host for a VM that is on one, which keeps its own until it has arrived.</summary>
    private Elsewhere Find(Leave leave)
    {
        if (_inventory.Vms.Find(leave.Vm) is not { Moving: null, Host: { } here } vm || SchedulerProtocol.Demand.Of(vm) is var asked && IsOffered(asked))
            return new(null, null);
        var (demand, _, _, why) = _demands.Read(asked, vm, only: null);
        if (demand is null)
            return new(null, why);
        demand = demand with { Leaves = here.Host };
        RereadChanged();
        using var timed = Meters.Placement();
        return Reserve(demand, asked.Generation) is { } offer ? new(offer, null) : new(null, _map.Place(demand).Explain());
    }

    /// <summary>The host that is chosen, with the room kept; null: none fits.</summary>
    private HostOffer? Reserve(PoweredAppliance.Scheduling.Demand demand, int generation)
    {
        if (_map.Choose(demand) is not { } host || !_map.TryReserve(demand, generation, host))
            return null;
        _offered[demand.Vm] = (generation, host, _time.GetTimestamp());
        var settings = _reports[host].Settings;
        return new HostOffer(host, settings.Name, settings.Cluster, VmDemands.SystemDatastore, "kvm", "qcow2");
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

    private void Tell(VmId vm, Inventory.Unplaced? hosts, string why)
    {
        _inventory.Put(vm, hosts);
        _region.Tell(new VmProtocol.NoPlace(vm, why));
    }

    private IEnumerable<string> Attribute(HostId host, string name) => _map.TryGet(host, out var free)
        ? HostAttributes.Of(_inventory, host, name, free, _offered.Where(o => o.Value.Host == host).Select(o => o.Key))
        : [];

    /// <summary>Fellows of a VM group count where they are, where they are promised to be, and where they were just offered to be.</summary>
    private HostId? PlaceOf(VirtualMachine vm) => GroupAffinity.PlaceOf(vm) ?? (_offered.TryGetValue(vm.Id, out var offer) ? offer.Host : null);
}
