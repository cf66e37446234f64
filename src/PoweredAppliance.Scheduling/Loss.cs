using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>What becomes of a VM that has lost its host.</summary>
/// <param name="To">null: it finds no place</param>
/// <param name="Refused">why not; null: it finds one</param>
public readonly record struct Fate(Demand Vm, HostId? To, Verdict? Refused);

/// <summary>What would become of the VMs of hosts that are lost: they are placed anew, one after another, as the policy places any VM.</summary>
public static class Loss
{
    /// <param name="map">loses the hosts and is filled</param>
    /// <param name="vms">that were on them</param>
    /// <param name="ask">what each asks of another host, given where those before it went</param>
    /// <returns>by priority, then by id</returns>
    public static IReadOnlyList<Fate> Of(
        CapacityMap map, IEnumerable<HostId> lost, IEnumerable<(VmId Vm, int Priority)> vms, Func<VmId, IReadOnlyDictionary<VmId, HostId>, Demand> ask)
    {
        foreach (var host in lost)
            map.Remove(host);
        var (fates, went, known) = (new List<Fate>(), new Dictionary<VmId, HostId>(), new Dictionary<(int, long, long, Shape), Verdict>());
        foreach (var (vm, _) in vms.OrderBy(v => -v.Priority).ThenBy(v => v.Vm.Value))
        {
            var demand = ask(vm, went);
            if (map.Choose(demand) is { } to && map.TryReserve(demand, 1, to))
            {
                went[vm] = to;
                fates.Add(new(demand, to, null));
            }
            else
            {
                fates.Add(new(demand, null, Refused(demand)));
            }
        }

        return fates;

        // Where one fits nowhere, no other that asks the same does: there is only ever less room.
        Verdict Refused(Demand demand)
        {
            if (demand.Affinity is not null)
                return map.Place(demand);
            var key = (demand.CpuPercent, demand.MemoryKibibytes, demand.DiskMebibytes, demand.Shape);
            return known.TryGetValue(key, out var verdict) ? verdict : known[key] = map.Place(demand);
        }
    }
}
