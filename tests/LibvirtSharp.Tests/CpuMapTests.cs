using CsCheck;

namespace LibvirtSharp.Tests;

public sealed class CpuMapTests
{
    [Fact]
    public void A_map_holds_the_CPUs_that_were_put_in()
        => Gen.Int[0, 300].Array[0, 50].Sample(cpus =>
        {
            var map = CpuMap.Of(cpus);
            return map.SequenceEqual(cpus.Distinct().Order()) && cpus.All(c => map[c]) && new CpuMap(map.Bits).Equals(map);
        });

    [Fact]
    public void A_CPU_can_be_taken_out()
        => Gen.Int[0, 300].Array[1, 50].Sample(cpus =>
        {
            var map = CpuMap.Of(cpus);
            map[cpus[0]] = false;
            return !map[cpus[0]] && map.SequenceEqual(cpus.Where(c => c != cpus[0]).Distinct().Order());
        });

    [Fact]
    public void The_lowest_CPU_is_the_lowest_bit_of_the_first_byte()
    {
        Assert.Equal(new byte[] { 0b1000_0001, 0b0000_0010 }, CpuMap.Of(0, 7, 9).Bits.ToArray());
    }

    [Fact]
    public void Beyond_the_end_there_is_nothing_and_nothing_can_be_put()
    {
        var map = new CpuMap(8);

        Assert.False(map[8]);
        Assert.Throws<ArgumentOutOfRangeException>(() => map[8] = true);
        Assert.Throws<ArgumentOutOfRangeException>(() => map[-1] = true);
    }

    [Fact]
    public void Maps_of_different_length_are_equal_when_they_hold_the_same_CPUs()
    {
        var wide = new CpuMap(64) { [3] = true };

        Assert.Equal(CpuMap.Of(3), wide);
        Assert.Equal(CpuMap.Of(3).GetHashCode(), wide.GetHashCode());
        Assert.Equal("3", wide.ToString());
    }
}
