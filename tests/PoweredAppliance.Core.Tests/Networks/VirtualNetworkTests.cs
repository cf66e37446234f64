using CsCheck;
using PoweredAppliance.Core.Networks;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class VirtualNetworkTests
{
    private readonly Net _net = new();

    [Theory]
    [InlineData("VN_MAD=nosuch BRIDGE=b", "VN_MAD", "nosuch")]
    [InlineData("VN_MAD=dummy", "BRIDGE", null)]
    [InlineData("VN_MAD=802.1Q VLAN_ID=7", "PHYDEV", null)]
    [InlineData("VN_MAD=802.1Q PHYDEV=eth0", "VLAN_ID", null)]
    [InlineData("VN_MAD=802.1Q PHYDEV=eth0 VLAN_ID=4096", "VLAN_ID", "4096")]
    [InlineData("VN_MAD=802.1Q PHYDEV=eth0 VLAN_ID=red", "VLAN_ID", "red")]
    [InlineData("VN_MAD=vxlan AUTOMATIC_VLAN_ID=YES", "PHYDEV", null)]
    [InlineData("VN_MAD=ovswitch_vxlan", "OUTER_VLAN_ID", null)]
    [InlineData("VN_MAD=libvirt", "LIBVIRT_NETWORK", null)]
    [InlineData("VN_MAD=bridge BRIDGE_TYPE=openvswitch", "BRIDGE_TYPE", "openvswitch")]
    [InlineData("BRIDGE=b AR=[TYPE=IP4,IP=10.0.0.1,SIZE=2,SHARED=YES]", "AR/SHARED", "YES")]
    [InlineData("BRIDGE=b AR=[TYPE=IP4,IP=10.0.0.1,SIZE=2,IPAM_MAD=aws]", "AR/IPAM_MAD", "aws")]
    public void A_network_that_cannot_be_names_the_attribute(string template, string field, string? value)
    {
        var why = _net.Make(template);
        Assert.Equal((ErrorCode.Internal, field, value), (why?.Code, why?.Field, why?.Value));
        Assert.Empty(_net.Pool.Objects);
    }

    [Theory]
    [InlineData("VN_MAD=bridge", "onebr0")]
    [InlineData("VN_MAD=fw BRIDGE=br0", "br0")]
    [InlineData("VN_MAD=802.1q PHYDEV=eth0 VLAN_ID=7", "onebr.7")]
    [InlineData("VN_MAD=vxlan PHYDEV=eth0 AUTOMATIC_VLAN_ID=YES", "onebr0")]
    [InlineData("LIBVIRT_NETWORK=default", null)]
    public void A_bridge_that_is_not_named_is_called_as_OpenNebula_calls_it(string template, string? bridge) =>
        Assert.Equal(bridge, _net.Made(template).Fact("BRIDGE"));

    [Fact]
    public void Automatic_VLAN_ids_are_no_other_networks()
    {
        var ids = Enumerable.Range(0, 40).Select(i => _net.Made(i % 4 == 3
            ? $"VN_MAD=802.1Q PHYDEV=eth0 VLAN_ID={i + 5}"
            : "VN_MAD=802.1Q PHYDEV=eth0 AUTOMATIC_VLAN_ID=YES").Fact("VLAN_ID")).ToList();
        Assert.Equal(40, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(int.Parse(id!, System.Globalization.CultureInfo.InvariantCulture), 2, 4094));
        var both = _net.Made("VN_MAD=ovswitch_vxlan AUTOMATIC_OUTER_VLAN_ID=YES AUTOMATIC_VLAN_ID=YES");
        Assert.Equal(("1", "1", "42"), (both.Fact("VLAN_ID_AUTOMATIC"), both.Fact("OUTER_VLAN_ID_AUTOMATIC"), both.Fact("OUTER_VLAN_ID")));
        Assert.Null(both.Template["AUTOMATIC_VLAN_ID"]);
    }

    [Fact]
    public void When_all_VLAN_ids_are_in_use_no_network_is_made()
    {
        for (var i = 2; i <= 4094; i++)
            Assert.Null(_net.Make($"VN_MAD=802.1Q PHYDEV=eth0 VLAN_ID={i}"));
        Assert.Equal("VLAN_ID", _net.Make("VN_MAD=802.1Q PHYDEV=eth0 AUTOMATIC_VLAN_ID=YES")?.Field);
    }

    [Fact]
    public void An_update_leaves_the_ranges_and_what_was_given_by_itself()
    {
        var made = _net.Made("VN_MAD=802.1Q PHYDEV=eth0 AUTOMATIC_VLAN_ID=YES SECURITY_GROUPS=100 AR=[TYPE=IP4,IP=10.0.0.1,SIZE=5]");
        Assert.Equal("0,100", made.Template["SECURITY_GROUPS"]);
        Assert.Null(_net.Update(0, "COLOR=red VLAN_ID=9 BRIDGE=br7 PHYDEV=eth1 AR=[TYPE=ETHER,SIZE=1]", append: false));
        var after = _net[0];
        Assert.Equal(made.Template.Vectors("AR"), after.Template.Vectors("AR"));
        Assert.Equal((made.Fact("VLAN_ID"), "br7", "eth1", "802.1Q"), (after.Fact("VLAN_ID"), after.Fact("BRIDGE"), after.Fact("PHYDEV"), after.Template["VN_MAD"]));
        Assert.Equal("VN_MAD", _net.Update(0, "VN_MAD=none", append: true)?.Field);
    }

    [Fact]
    public void Ranges_without_addresses_never_share_a_MAC() => Gen.Select(Gen.Int[1, 1 << 22], Gen.OneOf(Gen.Const("ETHER"), Gen.Const("IP6")), Gen.Bool).List[1, 40].Sample(all =>
    {
        var net = new Net();
        foreach (var (size, type, intoTheFirst) in all)
            if (intoTheFirst && net.Pool.Objects.Count > 0)
                net.Do(new NetworkChanges.AddRanges(0, [Templates($"AR=[TYPE={type},SIZE={size}]")]));
            else
                net.Make($"BRIDGE=b AR=[TYPE={type},SIZE={size}]");
        var runs = net.Pool.Objects.Values.SelectMany(n => AddressRanges.Of(n)).OrderBy(r => r.FirstMac).ToList();
        foreach (var (one, next) in runs.Zip(runs.Skip(1)))
            Assert.True(one.FirstMac + (ulong)one.Size <= next.FirstMac, $"{one.Mac(0)} {one.Size} and {next.Mac(0)}");
    }, iter: 50);

    [Fact]
    public void Ranges_are_numbered_on_and_keep_what_may_not_change()
    {
        _net.Made("BRIDGE=b AR=[TYPE=IP4,IP=10.0.0.1,SIZE=5] AR=[TYPE=ETHER,SIZE=3]");
        Assert.Null(_net.Do(new NetworkChanges.RemoveRange(0, 0)));
        Assert.Null(_net.Do(new NetworkChanges.AddRanges(0, [Templates("AR=[TYPE=IP4,IP=10.0.1.1,SIZE=5,AR_ID=0,LEASES=x]")])));
        Assert.Equal([1, 2], AddressRanges.Of(_net[0]).Select(r => r.Id));
        Assert.Null(_net.Do(new NetworkChanges.UpdateRanges(0, [Templates("AR=[AR_ID=2,IP=1.2.3.4,TYPE=ETHER,SIZE=9,GATEWAY=10.0.1.254]")])));
        var range = AddressRanges.Find(_net[0], 2)!;
        Assert.Equal(("10.0.1.1", "IP4", 9, "10.0.1.254"), (range.Ip(0), range.Type, range.Size, range.Given["GATEWAY"]));
        Assert.Equal("Address Range does not exist", _net.Do(new NetworkChanges.UpdateRanges(0, [Templates("AR=[AR_ID=7]")]))?.Text);
        Assert.Equal("Address Range does not exist", _net.Do(new NetworkChanges.RemoveRange(0, 0))?.Text);
    }

    [Fact]
    public void Holds_come_and_go_and_keep_their_range_that_long()
    {
        _net.Made("BRIDGE=b AR=[TYPE=IP4,IP=10.0.0.1,SIZE=9]");
        foreach (var index in new[] { 7, 2, 7 })
            Assert.Null(_net.Do(new NetworkChanges.Hold(0, 0, index)));
        Assert.Equal([2, 7], AddressRanges.Find(_net[0], 0)!.Held);
        Assert.Equal("AR/SIZE", _net.Do(new NetworkChanges.UpdateRanges(0, [Templates("AR=[AR_ID=0,SIZE=7]")]))?.Field);
        Assert.Null(_net.Do(new NetworkChanges.UpdateRanges(0, [Templates("AR=[AR_ID=0,SIZE=8,HELD=1]")])));
        Assert.Null(_net.Do(new NetworkChanges.Release(0, null, Address.Ip4("10.0.0.8")!.Value)));
        Assert.Null(_net.Do(new NetworkChanges.Release(0, 0, Address.Mac("02:00:0a:00:00:03")!.Value)));
        Assert.Empty(AddressRanges.Find(_net[0], 0)!.Held);
        Assert.Null(_net[0].Template.Vector("AR")!["HELD"]);
    }

    [Fact]
    public void A_reservation_is_a_part_of_its_parents_range()
    {
        _net.Made("VN_MAD=802.1Q PHYDEV=eth0 VLAN_ID=5 AR=[TYPE=IP4_6_STATIC,IP=10.0.0.1,IP6=\"2001:db8::1\",PREFIX_LENGTH=64,SIZE=9,GATEWAY=10.0.0.254]");
        var part = AddressRanges.Reserved(new(AddressRanges.Find(_net[0], 0)!, 3), 4);
        var made = _net.Made(part.ToString(), (VirtualNetworks.ParentFact, "0"));
        var range = AddressRanges.Find(made, 0)!;
        Assert.Equal((0, 4, "10.0.0.4", "2001:db8::4", "02:00:0a:00:00:04", "10.0.0.254"),
            (range.Parent, range.Size, range.Ip(0), range.Ip6(0), range.Mac(0), range.Given["GATEWAY"]));
        Assert.Equal("AR/SIZE", _net.Do(new NetworkChanges.UpdateRanges(1, [Templates("AR=[AR_ID=0,SIZE=5]")]))?.Field);
    }

    private static Core.Templates.VectorAttribute Templates(string ar) => Core.Templates.Template.Parse(ar).Vector("AR")!;
}
