using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>
/// The virtual network of a NIC with NETWORK_MODE = AUTO, which names none: of those that the user may use and that have an address
/// left, one that meets the NIC's SCHED_REQUIREMENTS, with the highest SCHED_RANK; without a rank the one with the fewest leases
/// (OpenNebula's striping), ties to the lowest id. It is chosen when the NIC is made, since its address is lent then.
/// </summary>
public static class AutoNetwork
{
    /// <param name="Used">leases, holds among them</param>
    /// <param name="Size">addresses of all its ranges</param>
    public sealed record Candidate(PooledObject Network, int Used, long Size);

    /// <summary>A template, or what was given to attach a NIC, with a NETWORK_ID in each NIC that leaves the choice.</summary>
    /// <param name="usable">asked only where something is to be chosen</param>
    public static (Template? Template, Refusal? Why) Choose(Template given, Func<IEnumerable<Candidate>> usable)
    {
        if (!given.Vectors("NIC").Any(LeavesTheChoice))
            return (given, null);
        var candidates = usable().OrderBy(c => c.Network.Id).ToList();
        var nics = ImmutableArray.CreateBuilder<VectorAttribute>();
        foreach (var (nic, number) in given.Vectors("NIC").Select((n, i) => (n, i)))
        {
            if (!LeavesTheChoice(nic))
            {
                nics.Add(nic);
                continue;
            }

            var (chosen, why) = Choose(nic, number, candidates);
            if (why is not null)
                return (null, why);
            candidates[chosen] = candidates[chosen] with { Used = candidates[chosen].Used + 1 };
            nics.Add(nic.With("NETWORK_ID", Text(candidates[chosen].Network.Id)));
        }

        return (given.WithVectors("NIC", nics.ToImmutable()), null);
    }

    private static bool LeavesTheChoice(VectorAttribute nic) =>
        string.Equals(nic["NETWORK_MODE"], "AUTO", StringComparison.OrdinalIgnoreCase) && nic["NETWORK_ID"] is null or "" && nic["NETWORK"] is null or "";

    private static (int Chosen, Refusal? Why) Choose(VectorAttribute nic, int number, List<Candidate> candidates)
    {
        var (wished, ranked) = (nic["SCHED_REQUIREMENTS"] ?? "", nic["SCHED_RANK"] ?? "");
        if (!Requirement.TryParse(wished, out var requirement, out var error))
            return (-1, Refusal.Bad($"NIC/{number}/SCHED_REQUIREMENTS", wished, $"NIC {number}: SCHED_REQUIREMENTS cannot be read: {error}"));
        if (!Rank.TryParse(ranked, out var rank, out error))
            return (-1, Refusal.Bad($"NIC/{number}/SCHED_RANK", ranked, $"NIC {number}: SCHED_RANK cannot be read: {error}"));

        var free = candidates.Where(c => c.Used < c.Size).ToList();
        var fitting = free.Where(c => requirement.Holds(name => Attribute(c, name))).ToList();
        if (fitting.Count == 0)
            return (-1, Refusal.Bad(
                $"NIC/{number}/NETWORK_MODE", "AUTO", $"NIC {number}: of {candidates.Count} networks that you may use {free.Count} have an address left"
                + (wished.Length > 0 ? $", and none meets SCHED_REQUIREMENTS {wished}" : "")));
        var best = fitting.MaxBy(c => rank.Equals(Rank.Zero) ? -c.Used : rank.Evaluate(name => Attribute(c, name)))!;
        return (candidates.IndexOf(best), null);
    }

    private static IEnumerable<string> Attribute(Candidate candidate, string name)
    {
        if (candidate.Network.Template[name] is { } own)
            return [own];
        return name.ToUpperInvariant() switch
        {
            "ID" => [Text(candidate.Network.Id)],
            "NAME" => [candidate.Network.Name],
            "USED_LEASES" => [Text(candidate.Used)],
            "SIZE" => [Text(candidate.Size)],
            "CLUSTERS/ID" => candidate.Network.FactIds("CLUSTER_IDS").Select(id => Text(id)),
            var fact => candidate.Network.Fact(fact) is { } said ? [said] : [],
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
