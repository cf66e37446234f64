using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Networks;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>
/// What a NIC lets through as a filter of libvirt's (https://libvirt.org/formatnwfilter.html). Its name says whose it is: the
/// deployment's, the VM's, the NIC's. ARP and other traffic that is not IP passes, as with OpenNebula's drivers.
/// </summary>
public static class FilterXml
{
    // libvirt puts rules into the host's chains by their priority, lowest first; those of frames and those of packets are apart.
    private const int OwnMac = 100, OwnAddresses = 200, OtherAddresses = 300, Neighbours = 400, Established = 450, Allowed = 500, Rest = 1000;

    /// <summary>ICMPv6 types without which IPv6 has no neighbours and no routers (RFC 4861).</summary>
    private static readonly int[] NeighboursIn = [134, 135, 136, 137], NeighboursOut = [133, 135, 136];

    public static string Prefix(Guid deployment) => $"powered-{deployment:N}-";

    public static string Name(Guid deployment, VmId vm, int nic) => string.Create(CultureInfo.InvariantCulture, $"{Prefix(deployment)}{vm}-{nic}");

    /// <summary>The VM that a filter of this deployment is of; null: it is not one.</summary>
    public static VmId? VmOf(Guid deployment, string name) =>
        name.StartsWith(Prefix(deployment), StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(Prefix(deployment).Length).ToString().Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var vm)
            ? new(vm)
            : null;

    public static string Of(string name, NicFilter filter)
    {
        var text = new StringBuilder(2048);
        using (var xml = XmlWriter.Create(text, new() { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
            Write(xml, name, filter);
        return text.ToString();
    }

    private static void Write(XmlWriter xml, string name, NicFilter filter)
    {
        xml.WriteStartElement("filter");
        xml.Attribute("name", name);
        xml.Attribute("chain", "root");
        // libvirt changes a filter in place only for who knows its uuid.
        xml.Leaf("uuid", new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString("D"));
        if (filter.OwnMac is { } mac)
            Rule(xml, "drop", "out", OwnMac, "mac", ("match", "no"), ("srcmacaddr", mac.ToString()));
        if (filter.OwnAddresses is { } own)
            WriteOwnAddresses(xml, own);
        if (filter.Guarded)
        {
            // Discovery of neighbours has no connection that its packets could be of.
            foreach (var (direction, types) in new[] { ("in", NeighboursIn), ("out", NeighboursOut) })
                foreach (var type in types)
                    Rule(xml, "accept", direction, Neighbours, "icmpv6", stateless: true, ("type", Text(type)));
            foreach (var all in (ReadOnlySpan<string>)["all", "all-ipv6"])
                Rule(xml, "accept", "inout", Established, all, ("state", "ESTABLISHED,RELATED"));
            foreach (var rule in filter.Rules)
                WriteAllowed(xml, rule);
            foreach (var all in (ReadOnlySpan<string>)["all", "all-ipv6"])
                Rule(xml, "drop", "inout", Rest, all);
        }

        xml.WriteEndElement();
    }

    /// <summary>
    /// Frames, since libvirt writes rules of packets for both directions. A guest without an address yet may ask for one, and look for
    /// its neighbours.
    /// </summary>
    private static void WriteOwnAddresses(XmlWriter xml, IEnumerable<Address> own)
    {
        Rule(xml, "accept", "out", OwnAddresses, "ip",
            ("srcipaddr", "0.0.0.0"), ("dstipaddr", "255.255.255.255"), ("protocol", "udp"), ("srcportstart", "68"), ("dstportstart", "67"));
        foreach (var type in NeighboursOut)
            Rule(xml, "accept", "out", OwnAddresses, "ipv6", ("protocol", "icmpv6"), ("type", Text(type)));
        foreach (var address in own)
            Rule(xml, "accept", "out", OwnAddresses, address.Kind is AddressKind.Ip4 ? "ip" : "ipv6", ("srcipaddr", address.ToString()));
        foreach (var family in (ReadOnlySpan<string>)["ip", "ipv6"])
            Rule(xml, "drop", "out", OtherAddresses, family);
    }

    /// <summary>libvirt knows one row of ports and one of addresses in a rule, of one family: each pair of them is a rule.</summary>
    private static void WriteAllowed(XmlWriter xml, TrafficRule rule)
    {
        var (direction, peer) = rule.Inbound ? ("in", "src") : ("out", "dst");
        foreach (var (kind, protocol) in Protocols(rule.Protocol))
            foreach (var whom in rule.Peers.IsEmpty ? [[]] : rule.Peers.Where(p => p.Kind == kind).SelectMany(p => Matches(peer, p)))
                foreach (var ports in rule.Ports.IsEmpty ? [null] : rule.Ports.Select(p => (PortRange?)p))
                {
                    var matches = new List<(string, string)>(whom);
                    if (ports is { } row)
                        matches.AddRange([("dstportstart", Text(row.First)), ("dstportend", Text(row.Last))]);
                    if (rule.IcmpType is { } type)
                        matches.Add(("type", Text(type)));
                    Rule(xml, "accept", direction, Allowed, protocol, [.. matches]);
                }
    }

    /// <summary>Of IPv6 the blocks that make up the row: libvirt takes no IPv6 address as the end of receivers in a row.</summary>
    private static IEnumerable<(string, string)[]> Matches(string peer, AddressSpan span)
    {
        if (span.Kind is AddressKind.Ip4)
        {
            yield return [($"{peer}ipfrom", span.First.ToString()), ($"{peer}ipto", span.Last.ToString())];
            yield break;
        }

        for (var first = span.First.Value; ;)
        {
            var bits = (int)UInt128.Min(UInt128.TrailingZeroCount(first), UInt128.Log2(UInt128.Max(span.Last.Value - first, 0) + 1));
            yield return [($"{peer}ipaddr", new Address(AddressKind.Ip6, first).ToString()), ($"{peer}ipmask", Text(128 - bits))];
            var last = first + (UInt128.One << bits) - 1;
            if (last >= span.Last.Value)
                yield break;
            first = last + 1;
        }
    }

    private static (AddressKind Kind, string Name)[] Protocols(TrafficProtocol protocol) => protocol switch
    {
        TrafficProtocol.Tcp => [(AddressKind.Ip4, "tcp"), (AddressKind.Ip6, "tcp-ipv6")],
        TrafficProtocol.Udp => [(AddressKind.Ip4, "udp"), (AddressKind.Ip6, "udp-ipv6")],
        TrafficProtocol.Icmp => [(AddressKind.Ip4, "icmp")],
        TrafficProtocol.Icmpv6 => [(AddressKind.Ip6, "icmpv6")],
        TrafficProtocol.Esp => [(AddressKind.Ip4, "esp"), (AddressKind.Ip6, "esp-ipv6")],
        _ => [(AddressKind.Ip4, "all"), (AddressKind.Ip6, "all-ipv6")],
    };

    private static void Rule(XmlWriter xml, string action, string direction, int priority, string protocol, params ReadOnlySpan<(string, string)> matches) =>
        Rule(xml, action, direction, priority, protocol, stateless: false, matches);

    /// <param name="stateless">about each packet; else libvirt lets through what opens a connection, and the other way only answers</param>
    private static void Rule(
        XmlWriter xml, string action, string direction, int priority, string protocol, bool stateless, params ReadOnlySpan<(string, string)> matches)
    {
        xml.WriteStartElement("rule");
        xml.Attribute("action", action);
        xml.Attribute("direction", direction);
        xml.Attribute("priority", Text(priority));
        if (stateless)
            xml.Attribute("statematch", "false");
        xml.Leaf(protocol, null, matches);
        xml.WriteEndElement();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
