using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Scheduling;

/// <summary>Another VM of a VM group, where it is.</summary>
public readonly record struct Fellow(VmId Vm, string Role, HostId Host);

/// <summary>
/// Where a VM group lets one of its VMs go, made of the group's rules and of where its fellows are now: ROLE/HOST_AFFINED and
/// HOST_ANTI_AFFINED name hosts; POLICY keeps the VMs of a role together or apart; the group's AFFINED and ANTI_AFFINED do so with
/// those of several roles. Who has no fellow on any host yet is free to go first.
/// </summary>
public sealed class Affinity
{
    private readonly ImmutableArray<Rule> _rules;

    private Affinity(int group, ImmutableArray<Rule> rules) => (Group, _rules) = (group, rules);

    public int Group { get; }

    /// <summary>Null: the group has no rule that concerns the role now.</summary>
    /// <param name="fellows">the group's other VMs that are on a host or have one promised</param>
    public static Affinity? Of(int id, Template group, string role, IReadOnlyCollection<Fellow> fellows)
    {
        if (VmGroupRoles.Of(group).FirstOrDefault(r => r.Name == role).Role is not { } own)
            return null;
        ImmutableArray<Rule> rules =
        [
            .. Hosts(own["HOST_AFFINED"]) is { Count: > 0 } only ? [new Rule(only, Allows: true, $"role {role} of VM group {id} is for {Said(only)} only")] : (Rule[])[],
            .. Hosts(own["HOST_ANTI_AFFINED"]) is { Count: > 0 } never ? [new Rule(never, Allows: false, $"role {role} of VM group {id} is not for {Said(never)}")] : (Rule[])[],
            .. Policy(own["POLICY"], id, [.. fellows.Where(f => f.Role == role)]),
            .. VmGroupRoles.Rules(group, VmGroupRoles.Affined).Where(roles => roles.Contains(role))
                .SelectMany(roles => Together(id, [.. fellows.Where(f => f.Role != role && roles.Contains(f.Role))])),
            .. VmGroupRoles.Rules(group, VmGroupRoles.AntiAffined).Where(roles => roles.Contains(role))
                .SelectMany(roles => Apart(id, [.. fellows.Where(f => f.Role != role && roles.Contains(f.Role))])),
        ];
        return rules.IsEmpty ? null : new(id, rules);
    }

    /// <summary>The first rule that speaks against the host, in words; null: none does.</summary>
    public string? Against(HostId host)
    {
        foreach (var rule in _rules)
            if (rule.Hosts.Contains(host) != rule.Allows)
                return rule.Why;
        return null;
    }

    private static IEnumerable<Rule> Policy(string? policy, int group, List<Fellow> fellows) => policy?.ToUpperInvariant() switch
    {
        VmGroupRoles.Affined => Together(group, fellows),
        VmGroupRoles.AntiAffined => Apart(group, fellows),
        _ => [],
    };

    private static IEnumerable<Rule> Together(int group, List<Fellow> fellows) => fellows.Count == 0
        ? []
        : [new([.. fellows.Select(f => f.Host)], Allows: true, $"VM group {group} keeps it with {Said(fellows)}")];

    /// <summary>A rule for each host, so that the VM that is there is named.</summary>
    private static IEnumerable<Rule> Apart(int group, List<Fellow> fellows) => fellows.GroupBy(f => f.Host)
        .Select(there => new Rule([there.Key], Allows: false, $"VM group {group} keeps it apart from {Said([.. there])}"));

    private static string Said(List<Fellow> fellows) =>
        $"VM {fellows[0].Vm} of role {fellows[0].Role} on host {fellows[0].Host}{(fellows.Count > 1 ? $" and {fellows.Count - 1} more" : "")}";

    private static string Said(ImmutableHashSet<HostId> hosts) => $"{(hosts.Count == 1 ? "host" : "hosts")} {string.Join(", ", hosts.Select(h => h.Value).Order())}";

    /// <summary>Ids with commas.</summary>
    private static ImmutableHashSet<HostId> Hosts(string? ids) =>
    [
        .. (ids ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(id => int.TryParse(id, out _)).Select(id => new HostId(int.Parse(id))),
    ];

    /// <param name="Allows">these hosts and no others; false: any but these</param>
    private sealed record Rule(ImmutableHashSet<HostId> Hosts, bool Allows, string Why);
}
