using CsCheck;
using PoweredAppliance.Core.Hosts;
using static PoweredAppliance.Core.Hosts.HostProtocol;

namespace PoweredAppliance.Core.Tests.Hosts;

public sealed class ClaimTests
{
    private static readonly HostId Id = new(3);
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static Host Of(string reservedCpu = "0", string reservedMemory = "0", HostStatus status = HostStatus.Enabled) => new Host(Id)
        .Apply(new Configured(Id, Noon, new("alpha", "qemu:///system", "/srv", status, 0, null, reservedCpu, reservedMemory)))
        .Apply(new CapacityLearned(Id, Noon, new(400, 8 << 20, 1000)));

    private static HostProtocol.Claim Ask(int vm, int generation = 1, int cpu = 100, long memory = 1 << 20, long disk = 10, bool graphics = true) =>
        new(Id, new(vm), generation, new(cpu, memory, disk), graphics);

    private static Host Told(Host host, Decision<IEvent> decision) => decision.Events.Aggregate(host, (h, e) => h.Apply(e));
    private static Host Granted(Host host, HostProtocol.Claim claim)
    {
        var decision = host.Decide(claim, Noon);
        Assert.Null(decision.Refusal);
        return Told(host, decision);
    }

    [Fact]
    public void No_grant_leaves_more_claimed_than_usable_whatever_happened_before() => Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, 300], Gen.Bool).Array[0, 80].Sample(story =>
    {
        var host = Of();
        foreach (var (kind, vm, generation, size, graphics) in story)
        {
            var before = host;
            var claim = Ask(vm, generation, size, size * 10_000L, size, graphics);
            var decision = kind switch
            {
                0 => host.Learn(new(size * 2, size << 14, size * 4), Noon),
                1 => host.Decide(new Configure(Id, host.Settings! with { ReservedCpu = $"{size - 150}", ReservedMemory = $"{size - 150}%" }), Noon),
                2 => host.Free(new(vm), generation, Noon),
                _ => host.Decide(claim, Noon),
            };
            host = Told(host, decision);
            if (kind > 2 && decision.Events.Count > 0)
                Assert.True(
                    host.Allocated.CpuPercent <= host.Usable.CpuPercent && host.Allocated.MemoryKibibytes <= host.Usable.MemoryKibibytes
                    && host.Allocated.DiskMebibytes <= host.Usable.DiskMebibytes);
            if (kind > 2 && decision.Refusal is not null)
                Assert.Equal(before, host);
            if (kind > 2 && before.Claims.TryGetValue(vm, out var held))
                Assert.True(held.Generation <= host.Claims[vm].Generation);
            Assert.Equal(host.Allocated, host.Claims.Values.Aggregate(default(Capacity), (sum, c) => sum + c.Room));
            var ports = host.Claims.Values.Select(c => c.GraphicsPort).Where(p => p != 0).ToList();
            Assert.Equal(ports.Distinct().Count(), ports.Count);
        }
    }, iter: 2000);

    [Fact]
    public void A_claim_asked_twice_is_granted_once_and_an_older_one_is_refused()
    {
        var host = Granted(Of(), Ask(1, generation: 2));
        Assert.Empty(host.Decide(Ask(1, generation: 2), Noon).Events);
        Assert.Null(host.Decide(Ask(1, generation: 2), Noon).Refusal);
        Assert.Contains("1 is older", host.Decide(Ask(1, generation: 1), Noon).Refusal?.Text);
        Assert.Empty(host.Free(new(1), 1, Noon).Events);
        Assert.Equal(default, Told(host, host.Free(new(1), 2, Noon)).Allocated);
    }

    [Fact]
    public void A_newer_generation_takes_the_place_of_the_older_and_keeps_its_port()
    {
        var host = Granted(Granted(Of(), Ask(1, cpu: 400)), Ask(1, generation: 2, cpu: 300));
        Assert.Equal((300, 5901), (host.Allocated.CpuPercent, host.Claims[1].GraphicsPort));
    }

    [Fact]
    public void A_VM_that_had_no_screen_gets_a_port_when_it_has_one() =>
        Assert.Equal(5901, Granted(Granted(Of(), Ask(1, graphics: false)), Ask(1, generation: 2)).Claims[1].GraphicsPort);

    [Fact]
    public void Graphics_ports_count_from_5900_and_never_meet()
    {
        var around = Host.LastGraphicsPort - Host.FirstGraphicsPort + 1;
        var host = Granted(Granted(Granted(Of(), Ask(2)), Ask(2 + around)), Ask(around - 1));
        Assert.Equal([5902, 65535, 5903], host.Claims.Values.Select(c => c.GraphicsPort));
    }

    [Fact]
    public void A_refused_claim_says_what_is_lacking_in_numbers()
    {
        var host = Granted(Of(), Ask(1));
        Assert.Equal("host alpha has 300 % cpu free, 301 % asked", host.Decide(Ask(2, cpu: 301), Noon).Refusal?.Text);
        Assert.Equal("host alpha has 7168 MiB memory free, 8192 MiB asked", host.Decide(Ask(2, memory: 8 << 20), Noon).Refusal?.Text);
        Assert.Equal("host alpha has 990 MiB disk free, 991 MiB asked", host.Decide(Ask(2, disk: 991), Noon).Refusal?.Text);
        Assert.Equal("host alpha is disabled", Of(status: HostStatus.Disabled).Decide(Ask(2), Noon).Refusal?.Text);
        Assert.Equal("host 3 is not in the pool", new Host(Id).Decide(Ask(2), Noon).Refusal?.Text);
    }

    [Theory]
    [InlineData("0", 400)]
    [InlineData("100", 300)]
    [InlineData("-100", 500)]
    [InlineData("25%", 300)]
    [InlineData(" 12.5% ", 350)]
    [InlineData("-100%", 800)]
    [InlineData("500", 0)]
    [InlineData("200%", 0)]
    [InlineData("", 400)]
    [InlineData("much", 400)]
    [InlineData("NaN%", 400)]
    [InlineData("-9223372036854775808", 400)]
    public void Reserved_is_an_amount_or_a_percentage_and_negative_overcommits(string reserved, int usable) =>
        Assert.Equal(usable, Of(reservedCpu: reserved).Usable.CpuPercent);

    [Fact]
    public void Memory_is_reserved_in_KiB_and_an_absurd_reserve_never_turns_the_host_negative()
    {
        Assert.Equal(7 << 20, Of(reservedMemory: $"{1 << 20}").Usable.MemoryKibibytes);
        Assert.Equal(4 << 20, Of(reservedMemory: "50%").Usable.MemoryKibibytes);
        Assert.Equal(int.MaxValue, Of(reservedCpu: "-5000000000").Usable.CpuPercent);
        Assert.True(Of(reservedMemory: "-1e12%").Usable.MemoryKibibytes > 0);
    }

    [Fact]
    public void A_host_with_claims_does_not_leave_the_pool_and_names_them()
    {
        var host = Granted(Of(), Ask(1));
        Assert.EndsWith(": 1.", host.Decide(new Retire(Id), Noon).Refusal?.Text);
        host = Told(host, host.Free(new(1), 1, Noon));
        host = Told(host, host.Decide(new Retire(Id), Noon));
        Assert.True(host.Retired);
        Assert.NotNull(host.Decide(Ask(2), Noon).Refusal);
    }

    [Fact]
    public void A_claim_grows_only_into_free_room_and_shrinks_always()
    {
        var host = Granted(Granted(Of(), Ask(1, disk: 600)), Ask(2, disk: 300));
        Assert.Equal("host alpha has 700 MiB disk free, 701 MiB asked", host.Fit(new(1), 1, new(100, 1 << 20, 701), Noon).Refusal?.Text);
        host = Told(host, host.Fit(new(1), 1, new(100, 1 << 20, 700), Noon));
        Assert.Equal(1000, host.Allocated.DiskMebibytes);
        Assert.Empty(host.Fit(new(1), 2, new(100, 1 << 20, 1), Noon).Events);
        host = Told(host, host.Learn(new(400, 8 << 20, 500), Noon));
        host = Told(host, host.Fit(new(1), 1, new(100, 1 << 20, 650), Noon));
        Assert.Equal((950, 2), (host.Allocated.DiskMebibytes, host.Claims.Count));
    }
}
