using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>What came of a try to place a VM that waits.</summary>
internal enum Tried
{
    /// <summary>Or it needs no place any more.</summary>
    Placed,

    /// <summary>For what is its own: others that ask the same may fit.</summary>
    Waits,

    /// <summary>No host has room for one that asks so.</summary>
    NoneFits,
}

/// <summary>
/// VMs that wait for a host, by what they ask: where one fits nowhere, no other that asks the same does, so thousands of them are tried,
/// and told why, at the cost of one. By priority, then by id. For one thread.
/// </summary>
internal sealed class WaitingVms(TimeProvider time)
{
    private readonly Dictionary<Ask, Group> _groups = [];
    private readonly Dictionary<VmId, (Group Group, (int Priority, int Vm) Key)> _placeOf = [];

    public int Count => _placeOf.Count;

    /// <summary>What decides on hosts, as far as it is not the VM's own.</summary>
    private readonly record struct Ask(Capacity Room, HostId? Only, SchedulerProtocol.Wishes Wishes);

    private sealed class Group(Ask ask)
    {
        public Ask Ask { get; } = ask;
        public SortedDictionary<(int Priority, int Vm), SchedulerProtocol.Demand> Vms { get; } = [];
        public (Unplaced Hosts, string Text, long At)? Why { get; set; }
    }

    /// <summary>Waits, with this demand from now on.</summary>
    public void Add(SchedulerProtocol.Demand demand)
    {
        Remove(demand.Vm);
        var (ask, key) = (new Ask(demand.Room, demand.Only, demand.Wishes), (-demand.UserPriority, demand.Vm.Value));
        if (!_groups.TryGetValue(ask, out var group))
            _groups[ask] = group = new(ask);
        group.Vms[key] = demand;
        _placeOf[demand.Vm] = (group, key);
    }

    public void Remove(VmId vm)
    {
        if (!_placeOf.Remove(vm, out var place))
            return;
        place.Group.Vms.Remove(place.Key);
        if (place.Group.Vms.Count == 0)
            _groups.Remove(place.Group.Ask);
    }

    /// <summary>Something changed that could help: each is tried, the rest of a group only as long as one of them fits.</summary>
    public void TryAll(Func<SchedulerProtocol.Demand, Tried> place)
    {
        var (next, waits) = (new PriorityQueue<Group, (int Priority, int Vm)>(), new List<SchedulerProtocol.Demand>());
        foreach (var group in _groups.Values)
            next.Enqueue(group, group.Vms.First().Key);
        while (next.TryDequeue(out var group, out var key))
        {
            var demand = group.Vms[key];
            var tried = place(demand);
            if (tried is Tried.NoneFits)
                continue;
            if (tried is Tried.Waits)
                waits.Add(demand);
            group.Vms.Remove(key);
            _placeOf.Remove(demand.Vm);
            if (group.Vms.Count > 0)
                next.Enqueue(group, group.Vms.First().Key);
            else
                _groups.Remove(group.Ask);
        }

        foreach (var demand in waits)
            Add(demand);
    }

    /// <summary>
    /// Why none that asks as this VM does fits. Found out anew now and then only, since each VM stores what it is told: the more of them,
    /// the rarer, a thousand a second at most.
    /// </summary>
    public (Unplaced Hosts, string Text) Why(VmId vm, Func<(Unplaced Hosts, string Text)> look)
    {
        var group = _placeOf[vm].Group;
        if (group.Why is not { } why || time.GetElapsedTime(why.At) >= TimeSpan.FromMilliseconds(1_000 + group.Vms.Count))
        {
            var (hosts, text) = look();
            group.Why = why = (hosts, text, time.GetTimestamp());
        }

        return (why.Hosts, why.Text);
    }
}
