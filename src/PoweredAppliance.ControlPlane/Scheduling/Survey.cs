using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;
using Requirement = PoweredAppliance.Core.Expressions.Requirement;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>
/// What the scheduler would do, found out beside it: a map of its own of the hosts as the scheduler saw them a moment ago, and the same
/// rules. What is placed here is placed nowhere. For one thread.
/// </summary>
internal sealed class Survey
{
    /// <summary>The nearest hosts, for which a VM is looked for that could make room.</summary>
    private const int MostWays = 10;

    private readonly Inventory.Inventory _inventory;
    private readonly CapacityMap _map;
    private readonly VmDemands _demands;
    private readonly ILookup<HostId, VmId> _offered;

    /// <summary>VMs that have lost their host in this survey, and where those of them went that found another.</summary>
    private IReadOnlyDictionary<VmId, VirtualMachine> _lost = ImmutableDictionary<VmId, VirtualMachine>.Empty;
    private IReadOnlyDictionary<VmId, HostId> _went = ImmutableDictionary<VmId, HostId>.Empty;

    /// <param name="allUp">as if all hosts were monitored that are enabled</param>
    public Survey(SchedulerProtocol.Sight sight, Inventory.Inventory inventory, Policy policy, bool allUp = false)
    {
        (_inventory, _map, _offered) = (inventory, new(Attribute), sight.Offered.ToLookup(o => o.Value, o => o.Key));
        _demands = new(inventory, policy, vm => _lost.ContainsKey(vm.Id) ? _went.TryGetValue(vm.Id, out var went) ? went : null
            : GroupAffinity.PlaceOf(vm) ?? (sight.Offered.TryGetValue(vm.Id, out var host) ? host : null));
        foreach (var host in sight.Hosts)
            _map.Upsert(allUp ? host with { Monitored = true } : host);
    }

    /// <summary>Of a VM that waits for a host, or is to leave its own.</summary>
    public Explanation Why(VirtualMachine vm)
    {
        var asked = SchedulerProtocol.Demand.Of(vm);
        var (demand, _, obstacle, no) = _demands.Read(asked, vm, vm.Host is null ? asked.Only : null);
        if (demand is null)
            return new(no!, _map.Hosts, [], [], obstacle.ToString());
        demand = demand with { Leaves = vm.Host?.Host };
        var verdict = _map.Place(demand);
        if (verdict.Chosen is { } chosen)
            return new($"{verdict.Considered.First(c => c.Host.Id == chosen).Host.Name} fits, and it is about to go there", _map.Hosts, [], []);
        var text = demand.Only is { } only && verdict.Considered.All(c => c.Host.Id != only) ? $"host {only} with its files is gone" : NoneFits(verdict);
        return new(text, _map.Hosts, [.. HostReason.Of(verdict, Causes(asked.Wishes, [.. Places(vm)]))], [.. Way.For(verdict, _demands.Movable, _map.Choose, MostWays)]);
    }

    /// <summary>How many more fit, and why hosts that take none refuse; or what there is against all of them. Fills the survey's hosts.</summary>
    public (Headroom? Headroom, Demand? Each, IReadOnlyList<HostReason> Reasons, string? Why) Capacity(VmKind kind)
    {
        var next = _inventory.Vms.HighestId + 1;
        var (each, _, _, why) = _demands.Read(kind, new(next), []);
        if (each is null)
            return (null, null, [], why);
        var reasons = HostReason.Of(_map.Place(each), Causes(kind.Wishes, []));
        return (Headroom.Of(_map, placed => kind.Group is null ? each with { Vm = new(next + placed.Count) }
            : _demands.Read(kind, new(next + placed.Count), placed.Select(p => (p.Vm.Vm, p.Host))).Asked!, kind.Group is not null), each, reasons, null);
    }

    /// <summary>What would become of the VMs whose hosts were lost.</summary>
    public IReadOnlyList<LostVm> Lose(IReadOnlyCollection<HostId> lost)
    {
        var vms = lost.SelectMany(host => _inventory.Host(host)?.Vms ?? []).Distinct().Select(id => _inventory.Vms.Find(new(id))).OfType<VirtualMachine>()
            .Where(vm => vm.Host is { } here && lost.Contains(here.Host)).ToDictionary(vm => vm.Id);
        _lost = vms;
        var (obstacles, priorities) = (new Dictionary<VmId, string>(), vms.Values.ToDictionary(vm => vm.Id, vm => SchedulerProtocol.Demand.Of(vm)));
        foreach (var vm in vms.Values)
            if (_demands.Read(priorities[vm.Id], vm, only: null).Why is { } why)
                obstacles[vm.Id] = why;
        var fates = Loss.Of(_map, lost, vms.Keys.Where(vm => !obstacles.ContainsKey(vm)).Select(vm => (vm, priorities[vm].UserPriority)), (vm, went) =>
        {
            _went = went;
            return _demands.Read(priorities[vm], vms[vm], only: null).Asked!;
        }).ToDictionary(f => f.Vm.Vm);
        return
        [
            .. vms.Values.OrderBy(vm => -priorities[vm.Id].UserPriority).ThenBy(vm => vm.Id.Value).Select(vm => fates.TryGetValue(vm.Id, out var fate)
                ? new LostVm(vm, priorities[vm.Id].UserPriority, fate.To, fate.Refused is null ? null : NoneFits(fate.Refused),
                    fate.Refused is null ? [] : [.. HostReason.Of(fate.Refused, Causes(priorities[vm.Id].Wishes, [.. Places(vm)]))])
                : new LostVm(vm, priorities[vm.Id].UserPriority, null, obstacles[vm.Id], [])),
        ];
    }

    private static string NoneFits(Verdict verdict) => verdict.Considered.Count switch
    {
        0 => "there are no hosts",
        1 => "the only host does not fit",
        var hosts => $"none of {hosts} hosts fits",
    };

    /// <summary>What a refusal comes from, as far as Inventory knows more of it than the rule that refused.</summary>
    /// <param name="places">the clusters of what AUTOMATIC_REQUIREMENTS are made of</param>
    private Func<Considered, (string What, string? Of)> Causes(SchedulerProtocol.Wishes wishes, IReadOnlyList<(string What, IReadOnlyCollection<int> Clusters)> places)
    {
        var automatic = Requirement.TryParse(wishes.Automatic, out var read, out _) ? read : Requirement.None;
        return seen => seen.Misfit switch
        {
            Misfit.Disabled when StateOf(seen) is HostState.Offline => ("offline", null),
            Misfit.Silent when StateOf(seen) is HostState.Error => ("in ERROR", _inventory.Host(seen.Host.Id)!.Silence ?? "no reason given"),
            Misfit.Silent => ("not monitored yet", null),
            // Whom limits let into some clusters only is asked for those: nothing else names clusters there.
            Misfit.WrongCluster => ($"the quota of its owner lets it be in {Clusters(seen.Demand.Shape.Clusters)} only", null),
            Misfit.RequirementFails when !automatic.Holds(name => seen.Host.Attributes?.Invoke(seen.Host.Id, name) ?? []) =>
                (places.FirstOrDefault(p => !p.Clusters.Contains(seen.Host.Cluster)).What ?? $"AUTOMATIC_REQUIREMENTS {wishes.Automatic} is false there", null),
            Misfit.RequirementFails => ($"SCHED_REQUIREMENTS {wishes.Requirements} is false there", null),
            _ => HostReason.Said(seen),
        };
    }

    private HostState? StateOf(Considered seen) => _inventory.Host(seen.Host.Id)?.State;

    /// <summary>The clusters of what it uses, of which AUTOMATIC_REQUIREMENTS are made.</summary>
    private IEnumerable<(string What, IReadOnlyCollection<int> Clusters)> Places(VirtualMachine vm)
    {
        foreach (var id in Specification.Networks(vm.Template).Distinct())
            if (_inventory.Find(PoolKind.VirtualNetwork, id) is { } network)
                yield return ($"its network '{network.Name}' is not in their cluster", [.. network.FactIds("CLUSTER_IDS")]);
        foreach (var disk in vm.Template.Vectors("DISK").Where(d => d["IMAGE_ID"] is not null))
            if (int.TryParse(disk["DATASTORE_ID"], out var id) && _inventory.Find(PoolKind.Datastore, id) is { } store)
                yield return ($"datastore '{store.Name}' of its disk {disk["DISK_ID"]} is not in their cluster", [.. store.FactIds("CLUSTER_IDS")]);
    }

    private string Clusters(IEnumerable<int> ids) =>
        string.Join(", ", ids.Select(id => _inventory.Find(PoolKind.Cluster, id) is { } cluster ? $"cluster {cluster.Name}" : "no cluster"));

    private IEnumerable<string> Attribute(HostId host, string name) => _map.TryGet(host, out var free)
        ? HostAttributes.Of(_inventory, host, name, free, _offered[host])
        : [];
}
