using CsCheck;
using PoweredAppliance.Core.Networks;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class LeasingTests
{
    private static readonly Core.Pools.PooledObject Network =
        new Net().Made("BRIDGE=b AR=[TYPE=IP4,IP=10.0.0.1,SIZE=4] AR=[TYPE=IP4_6_STATIC,IP=10.0.1.1,IP6=\"2001:db8::1\",PREFIX_LENGTH=64,SIZE=6,MAC=02:aa:00:00:00:01]");

    private static (Lease? Lease, Refusal? Why) Choose(LeaseWish wish, Func<AddressRange, int, bool>? isFree = null) =>
        Leasing.Choose(Network, AddressRanges.Of(Network), wish, isFree ?? ((_, _) => true), _ => 0);

    [Theory]
    [InlineData(null, "10.0.0.2", null, "0/1")]
    [InlineData("02:aa:00:00:00:02", null, null, "1/1")]
    [InlineData("02:aa:00:00:00:02", "10.0.1.2", "2001:db8::2", "1/1")]
    [InlineData("02:aa:00:00:00:03", "10.0.1.2", null, null)]
    [InlineData(null, "10.0.1.2", "2001:db8::3", null)]
    [InlineData("02:00:0a:00:00:01", "10.0.1.1", null, null)]
    [InlineData(null, "10.0.0.5", null, null)]
    [InlineData("zz", null, null, null)]
    public void Every_address_that_is_asked_for_must_be_the_one_that_is_lent(string? mac, string? ip, string? ip6, string? expected)
    {
        var (lease, why) = Choose(new(0, mac, ip, ip6));
        Assert.Equal(expected, lease is null ? null : $"{lease.Range.Id}/{lease.Index}");
        Assert.Equal(expected is null, why is not null);
    }

    [Fact]
    public void What_is_chosen_is_free_and_only_when_nothing_is_it_is_refused() => Gen.Bool.Array[10].Sample(taken =>
    {
        bool IsFree(AddressRange range, int index) => !taken[range.Id * 4 + index];
        var (lease, why) = Choose(new(0), IsFree);
        Assert.Equal(taken.All(t => t), why is not null);
        Assert.True(lease is null || IsFree(lease.Range, lease.Index));
    });

    [Fact]
    public void A_run_is_the_first_that_is_free_from_end_to_end() => Gen.Select(Gen.Bool.Array[10], Gen.Int[1, 6]).Sample((taken, size) =>
    {
        var naive = Enumerable.Range(0, 10 - size + 1).Where(i => i + size <= 4 || i >= 4).FirstOrDefault(i => !taken.Skip(i).Take(size).Any(t => t), -1);
        var run = Leasing.Run(AddressRanges.Of(Network), size, null, null, (range, index) => !taken[range.Id * 4 + index]);
        Assert.Equal(naive, run is null ? -1 : run.Range.Id * 4 + run.Index);
    });

    [Fact]
    public void A_run_begins_where_it_is_asked_to_or_nowhere()
    {
        var ranges = AddressRanges.Of(Network);
        Assert.Equal(2, Leasing.Run(ranges, 4, 1, Address.Ip4("10.0.1.3"), (_, _) => true)?.Index);
        Assert.Null(Leasing.Run(ranges, 5, 1, Address.Ip4("10.0.1.3"), (_, _) => true));
        Assert.Null(Leasing.Run(ranges, 1, 0, Address.Ip4("10.0.1.3"), (_, _) => true));
        Assert.Null(Leasing.Run(ranges, 2, 1, Address.Ip4("10.0.1.3"), (_, i) => i != 3));
        Assert.Null(Leasing.Run(ranges, 7, null, null, (_, _) => true));
    }
}
