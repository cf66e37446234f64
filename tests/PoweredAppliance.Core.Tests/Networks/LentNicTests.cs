using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class LentNicTests
{
    private static VectorAttribute Complete(string network, string nic, int? index = 0)
    {
        var made = new Net().Made($"BRIDGE=br0 {network}", ("CLUSTER_IDS", "0,100"));
        return LentNic.Complete(Template.Parse($"NIC=[{nic}]").Vector("NIC")!, 3, new(7), made, index is { } i ? new(AddressRanges.Of(made)[0], i) : null);
    }

    [Theory]
    [InlineData("", "GATEWAY=10.0.0.1", "", "10.0.0.1")]
    [InlineData(",GATEWAY=10.0.0.2", "GATEWAY=10.0.0.1", "", "10.0.0.2")]
    [InlineData(",GATEWAY=10.0.0.2", "GATEWAY=10.0.0.1", "GATEWAY=10.0.0.3", "10.0.0.3")]
    public void The_NICs_own_value_goes_before_its_ranges_and_that_before_its_networks(string ar, string network, string nic, string gateway) =>
        Assert.Equal(gateway, Complete($"{network} AR=[TYPE=IP4,IP=10.0.0.9,SIZE=2{ar}]", $"{nic}{(nic.Length > 0 ? "," : "")}NETWORK_ID=0")["GATEWAY"]);

    [Fact]
    public void A_NIC_has_every_address_of_its_index()
    {
        var nic = Complete("AR=[TYPE=IP4_6,IP=10.0.0.9,SIZE=2,GLOBAL_PREFIX=\"2001:db8::\",VLAN_ID=12,SECURITY_GROUPS=\"101\"] SECURITY_GROUPS=\"100\"", "NETWORK_ID=0,SECURITY_GROUPS=\"102,0\"", 1);
        Assert.Equal(
            ("10.0.0.10", "02:00:0a:00:00:0a", "2001:db8::aff:fe00:a", "fe80::aff:fe00:a", "12", "0,100,101,102", "one-7-3", "NIC3", "0,100"),
            (nic["IP"], nic["MAC"], nic["IP6_GLOBAL"], nic["IP6_LINK"], nic["VLAN_ID"], nic["SECURITY_GROUPS"], nic["TARGET"], nic["NAME"], nic["CLUSTER_ID"]));
    }

    [Fact]
    public void Without_a_lease_it_has_a_MAC_that_no_other_NIC_has()
    {
        var nic = Complete("AR=[TYPE=IP4,IP=10.0.0.9,SIZE=2]", "NETWORK_ID=0,IP=10.0.0.9,FLOATING_IP=YES,FLOATING_ONLY=YES", index: null);
        Assert.Equal(("02:01:00:00:07:03", null, null), (nic["MAC"], nic["IP"], nic["AR_ID"]));
    }
}
