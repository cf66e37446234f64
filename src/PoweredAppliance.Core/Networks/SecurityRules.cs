using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>
/// The RULE vectors of security groups, with OpenNebula's bounds: a PROTOCOL, a direction (RULE_TYPE), of TCP and UDP a RANGE of ports, of
/// ICMP a type, and whom it is about: IP with SIZE, the addresses of a NETWORK_ID, or everybody.
/// </summary>
public static class SecurityRules
{
    /// <summary>Ports that one rule may name; a range counts twice.</summary>
    private const int MostPorts = 15;

    /// <summary>A rule as a VM carries it.</summary>
    public const string RuleOfVm = "SECURITY_GROUP_RULE";

    private static readonly string[] Protocols = ["TCP", "UDP", "ICMP", "ICMPV6", "IPSEC", "ALL"];

    /// <summary>The group with each of its rules once; refused with the field and value that are wrong.</summary>
    internal static (PooledObject? Made, Refusal? Why) Checked(PooledObject group)
    {
        var rules = group.Template.Vectors("RULE").ToList();
        var why = rules.Select((rule, n) => Wrong(rule, n)).FirstOrDefault(w => w is not null);
        return why is null ? (group with { Template = group.Template.WithVectors("RULE", rules.Distinct()) }, null) : (null, why);
    }

    /// <summary>Null: the rule is good.</summary>
    public static Refusal? Wrong(VectorAttribute rule, int n)
    {
        var protocol = (rule["PROTOCOL"] ?? "").ToUpperInvariant();
        Refusal Bad(string key, string text) => Refusal.Bad($"RULE/{n}/{key}", rule[key], text);
        if (!Protocols.Contains(protocol))
            return Bad("PROTOCOL", $"Wrong PROTOCOL in rule. Valid options: {string.Join(", ", Protocols)}.");
        if (rule["RANGE"] is { Length: > 0 } range && (protocol is "TCP" or "UDP" ? WrongPorts(range) : "RANGE is supported only for TCP and UDP protocols.") is { } ports)
            return Bad("RANGE", ports);
        foreach (var (key, owner) in new[] { ("ICMP_TYPE", "ICMP"), ("ICMPV6_TYPE", "ICMPV6") })
            if (rule[key] is { Length: > 0 } type && (protocol != owner || !IsByte(type)))
                return Bad(key, protocol == owner ? $"Wrong {key}, it must be integer" : $"{key} is supported only for {owner} protocol.");
        if ((rule["RULE_TYPE"] ?? "").ToUpperInvariant() is not ("INBOUND" or "OUTBOUND"))
            return Bad("RULE_TYPE", "Wrong RULE_TYPE in rule. Valid options: INBOUND, OUTBOUND.");
        if (rule["IP"] is not { Length: > 0 } ip)
            return rule["NETWORK_ID"] is { } network && Number(network) is null ? Bad("NETWORK_ID", "Wrong NETWORK_ID.") : null;
        if (Number(rule["SIZE"]) is null)
            return Bad("SIZE", "Wrong or empty SIZE.");
        return Address.Ip4(ip) is null && Address.Ip6(ip) is null ? Bad("IP", "Wrong format for IP value.") : null;
    }

    /// <summary>Ids of the groups of a VM's NICs; one may come twice.</summary>
    public static IEnumerable<int> Groups(Template vm) => vm.Vectors("NIC").Concat(vm.Vectors("NIC_ALIAS")).SelectMany(Groups);

    /// <summary>Ids of the groups of a NIC.</summary>
    public static IEnumerable<int> Groups(VectorAttribute nic) => (nic["SECURITY_GROUPS"] ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Number).OfType<int>();

    /// <summary>The VM's rules with these in place of those that it had of the groups; rules of groups that none of its NICs is in go.</summary>
    public static ImmutableArray<VectorAttribute> Put(Template vm, IEnumerable<int> groups, IEnumerable<VectorAttribute> rules)
    {
        var (replaced, needed) = (groups.ToHashSet(), Groups(vm).ToHashSet());
        return [.. vm.Vectors(RuleOfVm).Where(r => !replaced.Contains(Group(r))).Concat(rules).Where(r => needed.Contains(Group(r)))];
    }

    /// <summary>Without the rules of groups that none of the VM's NICs is in.</summary>
    public static Template Needed(Template vm) =>
        Put(vm, [], []) is var left && left.Length == vm.Vectors(RuleOfVm).Count() ? vm : vm.WithVectors(RuleOfVm, left);

    private static int Group(VectorAttribute rule) => Number(rule["SECURITY_GROUP_ID"]) ?? -1;

    /// <summary>
    /// The SECURITY_GROUP_RULE vectors of a VM: the rules of the groups of its NICs. One about a NETWORK_ID becomes one for each address
    /// range of it; about a network that is not there it lets nobody through.
    /// </summary>
    public static ImmutableArray<VectorAttribute> Of(
        IEnumerable<VectorAttribute> nics, Func<int, PooledObject?> group, Func<int, PooledObject?> network)
    {
        var rules = ImmutableArray.CreateBuilder<VectorAttribute>();
        foreach (var id in VirtualNetworks.Together(nics.Select(n => n["SECURITY_GROUPS"])).Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (group(int.Parse(id, CultureInfo.InvariantCulture)) is { } there)
                rules.AddRange(Of(there, network));
        return rules.ToImmutable();
    }

    /// <summary>Whether the VM has the rules that the group has now.</summary>
    /// <param name="rules">of the group</param>
    public static bool IsUpToDate(Template vm, int group, IEnumerable<VectorAttribute> rules)
    {
        var id = AddressRanges.Text(group);
        return vm.Vectors(RuleOfVm).Where(r => r["SECURITY_GROUP_ID"] == id).SequenceEqual(rules);
    }

    /// <summary>The rules of one group.</summary>
    public static IEnumerable<VectorAttribute> Of(PooledObject group, Func<int, PooledObject?> network) =>
        group.Template.Vectors("RULE").SelectMany(r => Targets(r, network)).Select(rule => (rule with { Name = RuleOfVm })
            .With("SECURITY_GROUP_ID", AddressRanges.Text(group.Id)).With("SECURITY_GROUP_NAME", group.Name));

    private static IEnumerable<VectorAttribute> Targets(VectorAttribute rule, Func<int, PooledObject?> network)
    {
        if (rule["IP"] is { Length: > 0 } || Number(rule["NETWORK_ID"]) is not { } id)
            return [rule];
        return network(id) is { } there ? AddressRanges.Of(there).Select(range => About(rule, range)) : [];
    }

    /// <summary>With the addresses that OpenNebula's drivers read: first ones and how many.</summary>
    private static VectorAttribute About(VectorAttribute rule, AddressRange range)
    {
        var made = rule.With("SIZE", AddressRanges.Text(range.Size)).With("MAC", range.Mac(0));
        foreach (var (key, value) in new[] { ("IP", range.Ip(0)), ("IP6", range.Ip6(0)), ("IP6_GLOBAL", range.Ip6Global(0)), ("IP6_ULA", range.Ip6Ula(0)) })
            if (value is not null)
                made = made.With(key, value);
        return made;
    }

    private static string? WrongPorts(string range)
    {
        var count = 0;
        foreach (var part in range.Split(','))
        {
            var ends = part.Split(':');
            var ports = ends.Select(Number).ToList();
            if (ports.Count > 2 || ports.Contains(null))
                return "Invalid RANGE specification.";
            if (ports.Exists(p => p > ushort.MaxValue))
                return "RANGE out of bounds 0-65536.";
            if (ports[0] > ports[^1])
                return "RANGE BEGIN value is greater than RANGE END value";
            count += ports.Count;
        }

        return count > MostPorts ? $"Not more than {MostPorts} ports can be specified in a RULE" : null;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsByte(string text) => Number(text) is <= byte.MaxValue;
}
