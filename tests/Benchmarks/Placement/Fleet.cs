using PoweredAppliance.Core;
using PoweredAppliance.Scheduling;

namespace Benchmarks.Placement;

/// <summary>
/// Hosts that are 85 % full of a recorded cloud's VMs, placed by the engine itself, and the last offers still open: the state in which a
/// scheduler works, not one that was drawn by lot.
/// </summary>
internal sealed class Fleet
{
    private const int Cores = 64;
    private const long GiB = 1024 * 1024, Kibibytes = 160 * GiB;

    /// <summary>An offer is open until its host has answered; so many are at any time.</summary>
    public const int OpenOffers = 4_096;

    public const int Clusters = 8;

    private readonly Demand[] _demands;
    private readonly (int Vm, int Generation)[] _open = new (int, int)[OpenOffers];
    private int _next, _generation = 2, _oldest;

    /// <param name="demands">taken again from the first when the last was placed</param>
    /// <param name="attributes">null: hosts have none</param>
    public Fleet(int hosts, IReadOnlyList<Demand> demands, HostLookup? attributes = null)
    {
        (_demands, Map) = ([.. demands], new(attributes ?? ((_, _) => [])));
        foreach (var host in Filled(hosts))
            Map.Upsert(host with { Cluster = host.Id.Value % Clusters });
        for (var n = 0; n < OpenOffers; n++)
            Place(_demands[_next]);
    }

    public CapacityMap Map { get; }

    /// <summary>Chooses, reserves, and gives back what was reserved a while ago. False: it fitted nowhere.</summary>
    public bool Decide()
    {
        Release();
        return Place(_demands[_next]);
    }

    /// <summary>The same of another shape.</summary>
    public bool Decide(Shape shape)
    {
        Release();
        return Place(_demands[_next] with { Shape = shape });
    }

    private void Release()
    {
        var (vm, generation) = _open[_oldest];
        Map.Release(new(vm), generation);
    }

    private bool Place(Demand demand)
    {
        var generation = _generation;
        _open[_oldest] = (demand.Vm.Value, generation);
        _oldest = (_oldest + 1) % OpenOffers;
        if (++_next == _demands.Length)
            (_next, _generation) = (0, _generation + 1);
        return Map.Choose(demand) is { } host && Map.TryReserve(demand, generation, host);
    }

    /// <summary>Hosts after VMs were placed, and some ended at random wherever it became too full.</summary>
    private IEnumerable<HostCapacity> Filled(int hosts)
    {
        var map = new CapacityMap((_, _) => []);
        for (var id = 0; id < hosts; id++)
            map.Upsert(new HostCapacity(new(id), "host", 0, true, true, Cores * 100, Cores * 100, Kibibytes, Kibibytes, 20_000_000, 0));
        var total = hosts * (Cores * 100L);
        var dice = new Random(4711);
        var placed = new List<(VmId Vm, int CpuPercent)>();
        var (used, ended) = (0L, 0);
        for (var n = 0; ended <= placed.Count; n++)
        {
            // As in a zone, each VM has an id of its own.
            var demand = _demands[n % _demands.Length] with { Vm = new(n), Shape = Shape.Any, Affinity = null };
            if (map.Choose(demand) is not { } at || !map.TryReserve(demand, 0, at))
                break;
            placed.Add((demand.Vm, demand.CpuPercent));
            used += demand.CpuPercent;
            for (; used > total * 85 / 100; ended++)
            {
                var victim = dice.Next(placed.Count);
                map.Release(placed[victim].Vm, 0);
                used -= placed[victim].CpuPercent;
                placed[victim] = placed[^1];
                placed.RemoveAt(placed.Count - 1);
            }
        }

        return Enumerable.Range(0, hosts).Select(id => map.TryGet(new(id), out var free) ? free : throw new BenchmarkException("a host is gone"));
    }
}
