using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class AddressRangeTests
{
    private static (AddressRange? Range, Refusal? Why) Read(string ar) => AddressRange.Read(Template.Parse($"AR=[{ar}]").Vector("AR")!, 2);

    [Fact]
    public void A_range_counts_MACs_and_addresses_together()
    {
        var range = Read("TYPE=IP4, IP=10.0.0.254, SIZE=4").Range!;
        Assert.Equal(["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"], Enumerable.Range(0, 4).Select(range.Ip));
        Assert.Equal("02:00:0a:00:00:fe", range.Mac(0));
        Assert.Equal("02:00:0a:00:01:01", range.Mac(3));
        for (var i = 0; i < 4; i++)
            Assert.Equal((i, i), (range.IndexOfIp(range.Ip(i)!), range.IndexOfMac(range.Mac(i).ToUpperInvariant())));
    }

    [Theory]
    [InlineData("10.0.0.253")]
    [InlineData("10.0.1.2")]
    [InlineData("10.0.0")]
    [InlineData("")]
    [InlineData("::1")]
    public void An_address_of_another_range_is_not_found(string ip) =>
        Assert.Equal(-1, Read("TYPE=IP4, IP=10.0.0.254, SIZE=4").Range!.IndexOfIp(ip));

    [Fact]
    public void A_range_of_MACs_alone_has_no_addresses()
    {
        var range = Read("TYPE=ether, MAC=02:aa:00:00:00:ff, SIZE=2").Range!;
        Assert.Equal("02:aa:00:00:01:00", range.Mac(1));
        Assert.Null(range.Ip(1));
        Assert.Equal(-1, range.IndexOfIp("10.0.0.1"));
        Assert.Equal(-1, range.IndexOfMac("02:aa:00:00:01:01"));
    }

    [Theory]
    [InlineData("SIZE=1", "AR/TYPE", "")]
    [InlineData("TYPE=IP5, SIZE=1", "AR/TYPE", "IP5")]
    [InlineData("TYPE=IP4, IP=10.0.0.1", "AR/SIZE", "")]
    [InlineData("TYPE=IP4, IP=10.0.0.1, SIZE=0", "AR/SIZE", "0")]
    [InlineData("TYPE=IP4, IP=10.0.0.1, SIZE=-1", "AR/SIZE", "-1")]
    [InlineData("TYPE=IP4, IP=10.0.0.1, SIZE=99999999999", "AR/SIZE", "99999999999")]
    [InlineData("TYPE=IP4, SIZE=1", "AR/IP", "")]
    [InlineData("TYPE=IP4, IP=10.0.0.256, SIZE=1", "AR/IP", "10.0.0.256")]
    [InlineData("TYPE=IP4, IP=010.0.0.1, SIZE=1", "AR/IP", "010.0.0.1")]
    [InlineData("TYPE=IP4, IP=255.255.255.250, SIZE=10", "AR/IP", "255.255.255.250")]
    [InlineData("TYPE=ETHER, MAC=02:00, SIZE=1", "AR/MAC", "02:00")]
    [InlineData("TYPE=ETHER, MAC=02:00:00:00:00:zz, SIZE=1", "AR/MAC", "02:00:00:00:00:zz")]
    [InlineData("TYPE=ETHER, MAC=fe:ff:ff:ff:ff:100, SIZE=1", "AR/MAC", "fe:ff:ff:ff:ff:100")]
    [InlineData("TYPE=ETHER, MAC=002:00:00:00:00:01, SIZE=1", "AR/MAC", "002:00:00:00:00:01")]
    [InlineData("TYPE=ETHER, MAC=ff:ff:ff:ff:ff:ff, SIZE=2", "AR/MAC", "ff:ff:ff:ff:ff:ff")]
    public void A_bad_range_names_the_field_and_its_value(string ar, string field, string value)
    {
        var (range, why) = Read(ar);
        Assert.Null(range);
        Assert.Equal(field, why?.Field);
        Assert.Equal(value, why?.Value ?? "");
        Assert.Contains($"'{value}'", why?.Text);
        Assert.StartsWith("AR 2: ", why?.Text, StringComparison.Ordinal);
    }
}
