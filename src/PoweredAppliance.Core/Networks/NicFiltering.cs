using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>
/// What a host has to let through a VM's NIC: the SECURITY_GROUP_RULE vectors of its security groups, and FILTER_MAC_SPOOFING and
/// FILTER_IP_SPOOFING. The rules are what is allowed: a NIC in a group is closed but for them, one in no group is open.
/// </summary>
public static class NicFiltering
{
    /// <summary>The NIC's own addresses, and the floating ones of its virtual router.</summary>
    private static readonly string[] Owned =
    [
        "IP", "VROUTER_IP", "IP6", "IP6_GLOBAL", "IP6_LINK", "IP6_ULA", "VROUTER_IP6", "VROUTER_IP6_GLOBAL", "VROUTER_IP6_LINK", "VROUTER_IP6_ULA",
    ];

    /// <param name="vm">the VM's TEMPLATE</param>
    /// <returns>null: everything passes</returns>
    public static NicFilter? Of(VectorAttribute nic, Template vm)
    {
        var groups = SecurityRules.Groups(nic).ToHashSet();
        var rules = groups.Count == 0
            ? []
            : vm.Vectors(SecurityRules.RuleOfVm).Where(r => Number(r["SECURITY_GROUP_ID"]) is { } id && groups.Contains(id)).Select(Rule).OfType<TrafficRule>().ToImmutableArray();
        var guarded = groups.Count > 0 && !(rules.Any(r => IsForAll(r, inbound: true)) && rules.Any(r => IsForAll(r, inbound: false)));
        var mac = AddressRanges.Yes(nic["FILTER_MAC_SPOOFING"]) ? Address.Mac(nic["MAC"]) : null;
        ImmutableArray<Address>? own = AddressRanges.Yes(nic["FILTER_IP_SPOOFING"]) ? [.. OwnAddresses(nic, vm).Distinct()] : null;
        return guarded || mac is not null || own is not null ? new(guarded, guarded ? rules : [], mac, own) : null;
    }

    /// <summary>Null: of a rule that is about nobody.</summary>
    private static TrafficRule? Rule(VectorAttribute rule)
    {
        var protocol = (rule["PROTOCOL"] ?? "").ToUpperInvariant() switch
        {
            "TCP" => TrafficProtocol.Tcp,
            "UDP" => TrafficProtocol.Udp,
            "ICMP" => TrafficProtocol.Icmp,
            "ICMPV6" => TrafficProtocol.Icmpv6,
            "IPSEC" => TrafficProtocol.Esp,
            _ => TrafficProtocol.All,
        };
        var peers = Peers(rule).ToImmutableArray();
        var aboutSome = Given(rule["IP"]) is not null || Given(rule["NETWORK_ID"]) is not null;
        if (aboutSome && peers.IsEmpty)
            return null;
        var type = protocol switch
        {
            TrafficProtocol.Icmp => Number(rule["ICMP_TYPE"]),
            TrafficProtocol.Icmpv6 => Number(rule["ICMPV6_TYPE"]),
            _ => null,
        };
        var inbound = string.Equals(rule["RULE_TYPE"], "INBOUND", StringComparison.OrdinalIgnoreCase);
        return new(inbound, protocol, [.. Ports(rule["RANGE"])], type, peers);
    }

    private static bool IsForAll(TrafficRule rule, bool inbound) =>
        rule.Inbound == inbound && rule.Protocol is TrafficProtocol.All && rule.Peers.IsEmpty;

    private static IEnumerable<PortRange> Ports(string? range)
    {
        foreach (var part in (range ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split(':');
            if (Number(ends[0]) is { } first && Number(ends[^1]) is { } last)
                yield return new(first, last);
        }
    }

    /// <summary>SIZE addresses from each of the first ones that the rule names.</summary>
    private static IEnumerable<AddressSpan> Peers(VectorAttribute rule)
    {
        if (Number(rule["SIZE"]) is not (> 0 and var size))
            yield break;
        foreach (var key in (string[])["IP", "IP6", "IP6_GLOBAL", "IP6_ULA"])
            if ((Address.Ip4(rule[key]) ?? Address.Ip6(rule[key])) is { } first)
            {
                var left = (first.Kind is AddressKind.Ip4 ? uint.MaxValue : UInt128.MaxValue) - first.Value;
                yield return new(first, first with { Value = first.Value + UInt128.Min(left, (UInt128)(size - 1)) });
            }
    }

    /// <summary>Aliases of the NIC lend it their addresses.</summary>
    private static IEnumerable<Address> OwnAddresses(VectorAttribute nic, Template vm) =>
        from one in vm.Vectors("NIC_ALIAS").Where(a => a["PARENT_ID"] is { } parent && parent == nic["NIC_ID"]).Prepend(nic)
        from key in Owned
        let address = Address.Ip4(one[key]) ?? Address.Ip6(one[key])
        where address is not null
        select address.Value;

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;
}
