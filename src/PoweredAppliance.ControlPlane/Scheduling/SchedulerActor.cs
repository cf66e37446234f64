using Akka.Actor;
using Akka.Event;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;
using static PoweredAppliance.ControlPlane.Scheduling.SchedulerProtocol;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>
/// Proposes hosts from what the hosts say of themselves; the host disposes. Keeps nothing: VMs ask again, hosts report again.
/// A VM that fits nowhere waits here and is tried when something changed that could help, never in blind cycles.
/// </summary>
public sealed class SchedulerActor : UntypedActor
{
    /// <summary>Offers that no host answered (a message was lost) are void after this.</summary>
    private static readonly TimeSpan OfferLives = TimeSpan.FromSeconds(30);

    private const int MostRequirements = 10_000;

    private readonly CapacityMap _map = new();
    private readonly Dictionary<HostId, HostReport> _reports = [];
    private readonly SortedDictionary<(int Priority, int Vm), SchedulerProtocol.Demand> _waiting = [];
    private readonly Dictionary<VmId, (int Generation, long Since)> _offered = [];
    private readonly Dictionary<string, Requirement> _requirements = new(StringComparer.Ordinal);
    private readonly Inventory.Inventory _inventory;
    private readonly IActorRef _region;
    private readonly TimeProvider _time;
    private readonly Meters _meters;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public SchedulerActor(IActorRef region, Inventory.Inventory inventory, Meters meters, TimeProvider time) =>
        (_region, _inventory, _meters, _time) = (region, inventory, meters, time);

    protected override void OnReceive(object message)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        Take(message);
        _meters.Handled("scheduler", began);
    }

    private void Take(object message)
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
            case Wake:
                Sender.Tell(Awake.Instance);
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
            _waiting[(-demand.UserPriority, demand.Vm.Value)] = demand;
    }

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
            report.Usable.CpuPercent, free.CpuPercent, report.Usable.MemoryKibibytes, free.MemoryKibibytes, free.DiskMebibytes, report.Vms,
            name => HostAttributes.Of(_inventory, report.Host, name)));
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
        if (_inventory.Vms.Find(asked.Vm) is { Work: not VmWork.FindPlace })
            return true;
        if (!TryCompile(asked, out var requirement))
            return false;
        var demand = new PoweredAppliance.Scheduling.Demand(
            asked.Vm, asked.Room.CpuPercent, asked.Room.MemoryKibibytes, asked.Room.DiskMebibytes, asked.UserPriority, asked.Only,
            Requirement: requirement, RequirementText: asked.Requirements);
        using var timed = _meters.Placement();
        if (_map.Choose(demand) is { } host && _map.TryReserve(demand, asked.Generation, host))
        {
            _offered[asked.Vm] = (asked.Generation, _time.GetTimestamp());
            var settings = _reports[host].Settings;
            _region.Tell(new VmProtocol.Offer(asked.Vm, new HostOffer(host, settings.Name, settings.Cluster, 0, "kvm", "qcow2")));
            return true;
        }

        _region.Tell(new VmProtocol.NoPlace(asked.Vm, _map.Place(demand).Explain()));
        return false;
    }

    /// <summary>Requirements are compiled once; one that cannot be read is the VM's own trouble, and it is told.</summary>
    private bool TryCompile(SchedulerProtocol.Demand asked, out Requirement? compiled)
    {
        compiled = null;
        if (asked.Requirements is not { } text || _requirements.TryGetValue(text, out compiled))
            return true;
        if (!Core.Expressions.Requirement.TryParse(text, out var parsed, out var error))
        {
            _region.Tell(new VmProtocol.NoPlace(asked.Vm, $"SCHED_REQUIREMENTS cannot be read: {error}"));
            return false;
        }

        if (_requirements.Count >= MostRequirements)
            _requirements.Clear();
        _requirements[text] = compiled = (_, attribute) => parsed.Holds(name => attribute(name));
        return true;
    }
}
