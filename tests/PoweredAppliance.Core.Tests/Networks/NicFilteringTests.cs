using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class NicFilteringTests
{
    private const string Nic = "NIC_ID=0,MAC=\"02:00:0a:00:00:05\",IP=\"10.0.0.5\"";

    private static NicFilter? Of(string nic, params string[] rules) => Of(nic, rules, "");

    private static NicFilter? Of(string nic, string[] rules, string more)
    {
        var vm = Template.Parse($"NIC=[{nic}]\n{string.Concat(rules.Select(r => $"SECURITY_GROUP_RULE=[{r}]\n"))}{more}");
        return NicFiltering.Of(vm.Vectors("NIC").First(), vm);
    }

    private static TrafficRule Only(string rule) => Assert.Single(Of($"{Nic},SECURITY_GROUPS=100", $"SECURITY_GROUP_ID=100,RULE_TYPE=INBOUND,{rule}")!.Rules);

    [Fact]
    public void A_NIC_in_no_group_is_open_and_one_in_a_group_is_closed_but_for_its_rules()
    {
        Assert.Null(Of(Nic));
        var closed = Of($"{Nic},SECURITY_GROUPS=\"100\"", "SECURITY_GROUP_ID=7,PROTOCOL=ALL,RULE_TYPE=INBOUND")!;
        Assert.True(closed is { Guarded: true, Rules.IsEmpty: true, OwnMac: null, OwnAddresses: null });
    }

    [Fact]
    public void The_default_group_leaves_nothing_to_filter()
    {
        string[] both = ["SECURITY_GROUP_ID=0,PROTOCOL=ALL,RULE_TYPE=OUTBOUND", "SECURITY_GROUP_ID=0,PROTOCOL=ALL,RULE_TYPE=INBOUND"];
        Assert.Null(Of($"{Nic},SECURITY_GROUPS=0", both));
        Assert.True(Of($"{Nic},SECURITY_GROUPS=0", both[..1])!.Guarded);
        Assert.True(Of($"{Nic},SECURITY_GROUPS=0", both[0], both[1] + ",IP=10.0.0.0,SIZE=8")!.Guarded);
    }

    [Theory]
    [InlineData("PROTOCOL=TCP", TrafficProtocol.Tcp)]
    [InlineData("PROTOCOL=udp", TrafficProtocol.Udp)]
    [InlineData("PROTOCOL=ICMP", TrafficProtocol.Icmp)]
    [InlineData("PROTOCOL=ICMPv6", TrafficProtocol.Icmpv6)]
    [InlineData("PROTOCOL=IPSEC", TrafficProtocol.Esp)]
    [InlineData("PROTOCOL=ALL", TrafficProtocol.All)]
    public void Each_protocol_is_known(string rule, TrafficProtocol protocol)
    {
        var made = Only(rule);
        Assert.True(made is { Inbound: true, Ports.IsEmpty: true, IcmpType: null, Peers.IsEmpty: true });
        Assert.Equal(protocol, made.Protocol);
    }

    [Fact]
    public void Ports_types_and_peers_are_read()
    {
        Assert.Equal([new(22, 22), new(80, 90)], Only("PROTOCOL=TCP,RANGE=\"22, 80:90\"").Ports);
        Assert.Equal(8, Only("PROTOCOL=ICMP,ICMP_TYPE=8").IcmpType);
        Assert.Equal(128, Only("PROTOCOL=ICMPV6,ICMPV6_TYPE=128").IcmpType);
        Assert.Equal("10.0.0.1-10.0.0.4", Peers("IP=10.0.0.1,SIZE=4"));
        Assert.Equal("255.255.255.254-255.255.255.255", Peers("IP=255.255.255.254,SIZE=9"));
        Assert.Equal("2001:db8::1-2001:db8::2", Peers("IP=\"2001:db8::1\",SIZE=2"));
        Assert.Equal("10.0.0.1-10.0.0.2 2001:db8::5-2001:db8::6", Peers("NETWORK_ID=3,IP=10.0.0.1,IP6_GLOBAL=\"2001:db8::5\",SIZE=2,MAC=\"02:00:0a:00:00:01\""));

        static string Peers(string text) => string.Join(' ', Only($"PROTOCOL=ALL,{text}").Peers.Select(p => $"{p.First}-{p.Last}"));
    }

    [Fact]
    public void A_rule_about_addresses_that_there_are_none_of_lets_nobody_through() => Assert.All(
        new[] { "PROTOCOL=ALL,NETWORK_ID=3,SIZE=4,MAC=\"02:00:0a:00:00:01\"", "PROTOCOL=ALL,NETWORK_ID=3", "PROTOCOL=ALL,IP=10.0.0.1,SIZE=0" },
        rule => Assert.Empty(Of($"{Nic},SECURITY_GROUPS=100", $"SECURITY_GROUP_ID=100,RULE_TYPE=INBOUND,{rule}")!.Rules));

    [Fact]
    public void A_guest_may_send_from_its_own_addresses_those_of_its_aliases_and_of_its_router()
    {
        var filter = Of(
            $"{Nic},FILTER_MAC_SPOOFING=YES,FILTER_IP_SPOOFING=YES,VROUTER_IP=10.0.0.9,IP6_LINK=\"fe80::1\"", [],
            "NIC_ALIAS=[NIC_ID=1,PARENT_ID=0,IP=10.0.0.6] NIC_ALIAS=[NIC_ID=2,PARENT_ID=7,IP=10.0.0.7]")!;
        Assert.Equal((false, "02:00:0a:00:00:05"), (filter.Guarded, $"{filter.OwnMac}"));
        Assert.Equal(["10.0.0.5", "10.0.0.6", "10.0.0.9", "fe80::1"], filter.OwnAddresses!.Value.Select(a => $"{a}").Order(StringComparer.Ordinal));
        Assert.Null(Of($"{Nic},FILTER_MAC_SPOOFING=NO"));
    }
}
