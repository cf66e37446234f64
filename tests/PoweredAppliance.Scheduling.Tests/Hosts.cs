using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Scheduling.Tests;

internal static class Hosts
{
    internal const long GiB = 1024 * 1024;

    internal static HostCapacity Of(
        int id, int cpu = 800, long memory = 16 * GiB, bool enabled = true, bool monitored = true) =>
        new(new(id), $"host{id}", 0, enabled, monitored, 800, cpu, 16 * GiB, memory, 10_000, 0);

    internal static Demand Asks(int cpu = 100, long memory = GiB, int vm = 0) => new(new(vm), cpu, memory, 0);

    private static readonly Core.Templates.Template Group = Core.Templates.Template.Parse("ROLE=[ID=0, NAME=web, HOST_ANTI_AFFINED=\"2, 3\"]");

    /// <summary>Few distinct sizes, so that ties and near misses are common.</summary>
    private static readonly Gen<HostCapacity> AnyHost = Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[1, 3], Gen.Int[-1, 8], Gen.Int[-1, 8],
        Gen.Int[0, 3], Gen.Int[0, 1]).Select((cluster, enabled, monitored, size, cpu, memory, disk, label) => new HostCapacity(
            new(0), "", cluster, enabled > 0, monitored > 0, size * 400, cpu * 50 * size,
            size * 8 * GiB, memory * GiB * size, disk * 1000, 0, (_, name) => name switch { "LABEL" => [label == 0 ? "gold" : "tin"], "SCORE" => [label == 0 ? "4" : "3"], _ => [] }));

    internal static readonly Gen<HostCapacity[]> Any = AnyHost.Array[0, 12].Select(hosts =>
        hosts.Select((h, i) => h with { Id = new(i), Name = $"host{i}" }).ToArray());

    internal static readonly Gen<Demand> AnyDemand = Gen.Select(
        Gen.Int[0, 8], Gen.Int[0, 8], Gen.Int[0, 3], Gen.Int[0, 40], Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 3])
        .Select((cpu, memory, disk, only, clusters, label, rank, group) => new Demand(
            new(7), cpu * 50, memory * GiB, disk * 1000, 0, only < 12 && only % 4 == 0 ? new HostId(only) : null,
            group == 0 ? Affinity.Of(5, Group, "web", []) : null)
        {
            Shape = new(
                clusters == 0 ? [1, 2] : clusters == 1 ? ImmutableArray<int>.Empty : default, label == 0 ? Requirement.Parse("LABEL = gold") : null,
                rank == 0 ? Rank.Parse("SCORE") : null, label == 0 ? "LABEL = gold" : null),
        });
}
