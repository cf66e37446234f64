using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Scheduling.Tests;

/// <summary>
/// A random day of a few hosts, told to <see cref="CapacityMap"/> and kept as a plain list for <see cref="Placement"/>: VMs are placed and
/// leave, hosts come, speak anew, are disabled and go, and each question must have one answer.
/// </summary>
internal sealed class PlacementRun
{
    private const long GiB = 1024 * 1024;

    private static readonly Template Group = Template.Parse("ROLE=[ID=0, NAME=web, HOST_ANTI_AFFINED=\"2, 3, 5, 8\"]");

    private readonly int _seed, _mostHosts;
    private readonly Random _dice;
    private readonly CapacityMap _map;
    private readonly SortedDictionary<int, HostCapacity> _hosts = [];
    private readonly List<(Demand Demand, int Generation, int Host)> _offers = [];
    private int _nextVm;

    public PlacementRun(int seed)
    {
        (_seed, _dice) = (seed, new Random(seed));
        _mostHosts = Pick(1, 4, 12, 40);
        _map = new CapacityMap((host, name) => _hosts[host.Value].Attributes?.Invoke(host, name) ?? []);
    }

    /// <summary>How many questions had a host for an answer and how many none.</summary>
    public (int Yes, int No) Answers { get; private set; }

    /// <summary>Null: they agreed all day.</summary>
    public string? FirstDifference(int questions)
    {
        for (var question = 0; question < questions; question++)
        {
            for (var steps = _dice.Next(3); steps >= 0; steps--)
                Change();
            if (Ask() is { } difference)
                return $"seed {_seed}, question {question}: {difference}";
        }

        return null;
    }

    private void Change()
    {
        switch (_dice.Next(8))
        {
            case 0 when _dice.Next(4) == 0 && _hosts.Count > 0:
                var gone = Pick([.. _hosts.Keys]);
                _map.Remove(new(gone));
                _hosts.Remove(gone);
                _offers.RemoveAll(o => o.Host == gone);
                break;
            case 0 or 1 or 2:
                var host = AnyHost(_dice.Next(_mostHosts));
                _hosts[host.Id.Value] = host;
                _map.Upsert(host);
                break;
            case 3 or 4 when _offers.Count > 0:
                var at = _dice.Next(_offers.Count);
                _map.Release(_offers[at].Demand.Vm, _offers[at].Generation);
                _offers.RemoveAt(at);
                break;
        }
    }

    private string? Ask()
    {
        var demand = AnyDemand();
        var left = _hosts.Values.Select(h => Counting(_offers.Where(o => o.Host == h.Id.Value).Aggregate(h, (free, o) => free.With(o.Demand)))).ToList();
        var right = Placement.Place(demand, left);
        var chosen = _map.Choose(demand);
        if (chosen != right.Chosen)
            return $"{demand} is for {right.Chosen?.ToString() ?? "no host"} by the plain rule ({right.Explain()}), for {chosen?.ToString() ?? "none"} by the map";
        if (_dice.Next(16) == 0 && _map.Place(demand).Explain() != right.Explain())
            return $"{_map.Place(demand).Explain()} and not {right.Explain()}";
        Answers = chosen is null ? (Answers.Yes, Answers.No + 1) : (Answers.Yes + 1, Answers.No);
        var refused = right.Considered.FirstOrDefault(c => c.Misfit is not Misfit.None).Host;
        if (refused is not null && _map.TryReserve(demand, 1, refused.Id))
            return $"{demand} was let onto {refused}, where it does not fit";
        if (chosen is null || _dice.Next(4) == 0)
            return null;
        if (!_map.TryReserve(demand, 1, chosen.Value))
            return $"{demand} was not let onto {chosen}, where it fits";
        _offers.Add((demand, 1, chosen.Value.Value));
        return null;
    }

    private static HostCapacity Counting(HostCapacity host) => host with
    {
        Attributes = (id, name) => name switch
        {
            "RUNNING_VMS" => [$"{host.RunningVms}"],
            "CPU_USAGE" => [$"{host.CpuPercentTotal - host.CpuPercentFree}"],
            "MEM_USAGE" => [$"{host.MemoryTotalKibibytes - host.MemoryFreeKibibytes}"],
            _ => host.Attributes?.Invoke(id, name) ?? [],
        },
    };

    private HostCapacity AnyHost(int id)
    {
        // Few sizes, so that ties and near misses are common; now and then odd ones.
        var (cpu, memory) = (Pick(400, 800, 1600, 6400, 64, 0), Pick(8, 16, 24, 160, 0) * GiB);
        var odd = _dice.Next(4) == 0;
        return new HostCapacity(
            new(id), $"host{id}", _dice.Next(4), _dice.Next(12) > 0, _dice.Next(12) > 0, cpu, odd ? _dice.Next(-100, cpu + 1) : cpu * _dice.Next(9) / 8,
            memory - (odd ? _dice.Next(5_000) : 0), odd ? _dice.NextInt64(-5, memory + 1) : memory / 8 * _dice.Next(9), _dice.Next(-1, 5) * 10_000L, _dice.Next(5),
            _dice.Next(3) == 0 ? null : With(Pick("gold", "tin", ""), Pick("0", "1", "2.5", "x", ""), Pick("a1", "a2", "b", ""), _dice.Next(100)));
    }

    private static HostLookup With(string label, string score, string rack, int reading) => (_, name) => name switch
    {
        "LABEL" when label.Length > 0 => [label],
        "SCORE" when score.Length > 0 => [score],
        "RACKS" when rack.Length > 0 => [rack, "c"],
        "READING" => [$"{reading}"],
        _ => [],
    };

    private Demand AnyDemand()
    {
        var odd = _dice.Next(4) == 0;
        return new(
            new(_nextVm++), odd ? _dice.Next(1_000) : Pick(0, 50, 100, 100, 200, 400, 1600), odd ? _dice.NextInt64(9 * GiB) : Pick(0, 1, 2, 3, 4, 7, 16) * GiB / 2,
            Pick(0, 0, 10_000, 20_000), 0, _dice.Next(12) == 0 ? new HostId(_dice.Next(_mostHosts + 1)) : null,
            _dice.Next(6) == 0 ? Affinity.Of(5, Group, "web", []) : null)
        {
            Leaves = _dice.Next(6) == 0 ? new HostId(_dice.Next(_mostHosts)) : null,
            Shape = new(
                Pick<ImmutableArray<int>>(default, default, default, [], [1, 2], [3, 7]), _dice.Next(3) == 0 ? Requirement.Parse(AnyRequirement(3)) : null,
                _dice.Next(4) == 0 ? Rank.Parse(Pick("SCORE", "- SCORE * 2", "RUNNING_VMS", "- RUNNING_VMS", "READING", "READING / SCORE", "- CPU_USAGE", "MEM_USAGE", "NOTHING")) : null),
        };
    }

    private string AnyRequirement(int depth) => _dice.Next(depth) switch
    {
        0 => Pick(
            "LABEL = gold", "LABEL != gold", "LABEL = \"*i*\"", "SCORE > 0", "SCORE < 2", "SCORE = 1", "SCORE != 1", "SCORE = x", "RACKS = a1", "RACKS != \"a?\"", "RACKS @> c",
            "READING > 50", $"READING < {_dice.Next(100)}", "RUNNING_VMS < 3", "RUNNING_VMS = 2", "CPU_USAGE > 100", "MEM_USAGE = 0", "NOTHING = 0"),
        1 => $"{AnyRequirement(depth)} {Pick("&", "|")} ({AnyRequirement(depth - 1)})",
        _ => $"!({AnyRequirement(depth - 1)})",
    };

    private T Pick<T>(params T[] from) => from[_dice.Next(from.Length)];
}
