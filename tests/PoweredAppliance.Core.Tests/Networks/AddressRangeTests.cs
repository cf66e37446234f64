using CsCheck;
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
    [InlineData("TYPE=IP6_STATIC, PREFIX_LENGTH=64, SIZE=1", "AR/IP6", "")]
    [InlineData("TYPE=IP6_STATIC, IP6=10.0.0.1, PREFIX_LENGTH=64, SIZE=1", "AR/IP6", "10.0.0.1")]
    [InlineData("TYPE=IP6_STATIC, IP6=\"fe80::1%1\", PREFIX_LENGTH=64, SIZE=1", "AR/IP6", "fe80::1%1")]
    [InlineData("TYPE=IP6_STATIC, IP6=\"2001::1\", PREFIX_LENGTH=129, SIZE=1", "AR/PREFIX_LENGTH", "129")]
    [InlineData("TYPE=IP6, GLOBAL_PREFIX=2001, SIZE=1", "AR/GLOBAL_PREFIX", "2001")]
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

    [Fact]
    public void IPv6_addresses_are_made_of_the_MAC_and_the_prefixes()
    {
        var range = Read("TYPE=IP4_6, IP=10.0.0.1, MAC=02:00:0a:00:00:01, SIZE=2, GLOBAL_PREFIX=\"2001:db8::\", ULA_PREFIX=\"fd00:1::\"").Range!;
        Assert.Equal(("10.0.0.2", "02:00:0a:00:00:02"), (range.Ip(1), range.Mac(1)));
        Assert.Equal("2001:db8::aff:fe00:2", range.Ip6Global(1));
        Assert.Equal("fd00:1::aff:fe00:2", range.Ip6Ula(1));
        Assert.Equal("fe80::aff:fe00:2", range.Ip6Link(1));
        Assert.Null(range.Ip6(1));
    }

    [Fact]
    public void Counted_IPv6_addresses_need_no_size()
    {
        var range = Read("TYPE=IP6_STATIC, IP6=\"2001:db8::fffe\", PREFIX_LENGTH=112").Range!;
        Assert.Equal((2, "2001:db8::ffff"), (range.Size, range.Ip6(1)));
        Assert.Null(range.Ip6Link(0));
        Assert.Equal(AddressRange.MaxSize, Read("TYPE=IP4_6_STATIC, IP=10.0.0.0, IP6=\"2001:db8::\", PREFIX_LENGTH=64").Range!.Size);
        Assert.Equal(1, range.IndexOf(Address.Ip6("2001:db8:0::FFFF")!.Value));
    }

    [Fact]
    public void Every_index_is_found_again_by_each_of_its_addresses() => (
        from type in Gen.Int[0, 5].Select(i => ((string[])["IP4", "IP6", "IP6_STATIC", "IP4_6", "IP4_6_STATIC", "ETHER"])[i])
        from ip in Gen.UInt[0, 0xe000_0000]
        from mac in Gen.ULong[0, (1UL << 48) - 3000]
        from size in Gen.Int[1, 2000]
        from index in Gen.Int[0, 1999]
        select (Range: Read($"TYPE={type}, SIZE={size}, IP={Address.Ip4(ip)}, MAC={Address.Mac(mac)}, IP6=\"2001:db8::{ip & 0xffff:x}\", PREFIX_LENGTH=64").Range!, Index: index % size))
        .Sample(x =>
        {
            foreach (var address in x.Range.Addresses(x.Index))
            {
                Assert.Equal(x.Index, x.Range.IndexOf(address));
                Assert.Equal(address, address.Kind switch
                {
                    AddressKind.Mac => Address.Mac($"{address}"),
                    AddressKind.Ip4 => Address.Ip4($"{address}"),
                    _ => Address.Ip6($"{address}"),
                });
            }
        });
}
