using System.Collections.Immutable;
using System.Xml.Linq;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Tests;

public sealed class FilterXmlTests
{
    private static readonly ImmutableArray<PortRange> NoPorts = [];
    private static readonly ImmutableArray<AddressSpan> Everybody = [];

    private static AddressSpan Span(string from, string to) => new(
        (Address.Ip4(from) ?? Address.Ip6(from))!.Value, (Address.Ip4(to) ?? Address.Ip6(to))!.Value);

    private static XElement Xml(NicFilter filter) => XElement.Parse(FilterXml.Of("one", filter));

    /// <summary>Each rule as "action direction protocol key=value ...", of one priority or all.</summary>
    private static IEnumerable<string> Rules(NicFilter filter, int? priority = null) =>
        from rule in Xml(filter).Elements("rule")
        where priority is null || rule.Attribute("priority")!.Value == $"{priority}"
        let protocol = rule.Elements().Single()
        select string.Join(' ', protocol.Attributes().Select(a => $"{a.Name}={a.Value}")
            .Prepend($"{rule.Attribute("action")!.Value} {rule.Attribute("direction")!.Value} {protocol.Name}"));

    private static IEnumerable<string> Allowed(bool inbound, TrafficProtocol protocol, ImmutableArray<PortRange> ports, int? type, ImmutableArray<AddressSpan> peers) =>
        Rules(new(true, [new(inbound, protocol, ports, type, peers)], null, null), 500);

    [Fact]
    public void A_closed_NIC_lets_through_what_is_established_its_neighbours_and_nothing_else()
    {
        var closed = new NicFilter(true, [], null, null);
        Assert.Equal(["accept inout all state=ESTABLISHED,RELATED", "accept inout all-ipv6 state=ESTABLISHED,RELATED"], Rules(closed, 450));
        Assert.Equal(["drop inout all", "drop inout all-ipv6"], Rules(closed, 1000));
        Assert.Equal(
            ["accept in icmpv6 type=134", "accept in icmpv6 type=135", "accept in icmpv6 type=136", "accept in icmpv6 type=137",
             "accept out icmpv6 type=133", "accept out icmpv6 type=135", "accept out icmpv6 type=136"], Rules(closed, 400));
        Assert.Equal(11, Rules(closed).Count());
    }

    [Fact]
    public void Each_kind_of_rule_is_translated()
    {
        Assert.Equal(["accept in all", "accept in all-ipv6"], Allowed(true, TrafficProtocol.All, NoPorts, null, Everybody));
        Assert.Equal(["accept out esp", "accept out esp-ipv6"], Allowed(false, TrafficProtocol.Esp, NoPorts, null, Everybody));
        Assert.Equal(["accept in icmp type=8"], Allowed(true, TrafficProtocol.Icmp, NoPorts, 8, Everybody));
        Assert.Equal(["accept out icmpv6"], Allowed(false, TrafficProtocol.Icmpv6, NoPorts, null, Everybody));
        Assert.Equal(
            ["accept in tcp dstportstart=22 dstportend=22", "accept in tcp dstportstart=80 dstportend=90",
             "accept in tcp-ipv6 dstportstart=22 dstportend=22", "accept in tcp-ipv6 dstportstart=80 dstportend=90"],
            Allowed(true, TrafficProtocol.Tcp, [new(22, 22), new(80, 90)], null, Everybody));
        Assert.Equal(
            ["accept in udp srcipfrom=10.0.0.1 srcipto=10.0.0.4 dstportstart=53 dstportend=53"],
            Allowed(true, TrafficProtocol.Udp, [new(53, 53)], null, [Span("10.0.0.1", "10.0.0.4")]));
        Assert.Equal(
            ["accept out all dstipfrom=10.0.0.1 dstipto=10.0.0.4", "accept out all-ipv6 dstipaddr=2001:db8::1 dstipmask=128", "accept out all-ipv6 dstipaddr=2001:db8::2 dstipmask=127", "accept out all-ipv6 dstipaddr=2001:db8::4 dstipmask=128"],
            Allowed(false, TrafficProtocol.All, NoPorts, null, [Span("10.0.0.1", "10.0.0.4"), Span("2001:db8::1", "2001:db8::4")]));
        Assert.Empty(Allowed(true, TrafficProtocol.Icmp, NoPorts, null, [Span("2001:db8::1", "2001:db8::4")]));
    }

    [Fact]
    public void What_a_guest_sends_as_somebody_else_is_dropped()
    {
        var filter = new NicFilter(false, [], Address.Mac("02:00:0a:00:00:05"), [Address.Ip4("10.0.0.5")!.Value, Address.Ip6("fe80::1")!.Value]);
        Assert.Equal(
            ["drop out mac match=no srcmacaddr=02:00:0a:00:00:05",
             "accept out ip srcipaddr=0.0.0.0 dstipaddr=255.255.255.255 protocol=udp srcportstart=68 dstportstart=67",
             "accept out ipv6 protocol=icmpv6 type=133", "accept out ipv6 protocol=icmpv6 type=135", "accept out ipv6 protocol=icmpv6 type=136",
             "accept out ip srcipaddr=10.0.0.5", "accept out ipv6 srcipaddr=fe80::1", "drop out ip", "drop out ipv6"], Rules(filter));
    }

    [Fact]
    public void A_filter_is_found_by_its_name_and_keeps_its_uuid()
    {
        var name = FilterXml.Name(Specs.Deployment, new(12), 3);
        Assert.Equal(12, FilterXml.VmOf(Specs.Deployment, name)?.Value);
        Assert.Null(FilterXml.VmOf(Guid.Empty, name));
        Assert.Null(FilterXml.VmOf(Specs.Deployment, "clean-traffic"));
        static string? Uuid(string name, bool guarded) => XElement.Parse(FilterXml.Of(name, new(guarded, [], null, null))).Element("uuid")?.Value;
        Assert.Equal(Uuid(name, true), Uuid(name, false));
        Assert.NotEqual(Uuid(name, true), Uuid(name + "1", true));
    }

    [Fact]
    public void An_interface_refers_to_its_filter_and_says_its_bandwidth()
    {
        var nic = Specs.Nic(0) with { Filter = new(true, [], null, null), Inbound = new(256, 512, 1024), Outbound = new(128, 0, 0) };
        var place = new DomainPlace(Specs.Deployment, 1, "/s", "/i", UseKvm: false);
        var made = XElement.Parse(DomainXml.Of(Specs.Vm(7) with { Nics = [nic, Specs.Nic(1)] }, place)).Descendants("interface").ToList();
        Assert.Equal(FilterXml.Name(Specs.Deployment, new(7), 0), made[0].Element("filterref")!.Attribute("filter")!.Value);
        Assert.Equal("<bandwidth><inbound average=\"256\" peak=\"512\" burst=\"1024\" /><outbound average=\"128\" /></bandwidth>",
            made[0].Element("bandwidth")!.ToString(SaveOptions.DisableFormatting));
        Assert.Equal((null, null), (made[1].Element("filterref"), made[1].Element("bandwidth")));
    }
}
