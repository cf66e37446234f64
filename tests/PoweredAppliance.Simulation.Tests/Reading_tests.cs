using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation.Tests;

public sealed class Reading_tests
{
    [Fact]
    public async Task Counters_grow_while_the_guest_runs_and_stand_while_it_is_paused()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        Assert.Equal(0UL, (await host.Domain())!.CpuNanoseconds);
        rig.Time.By = TimeSpan.FromMinutes(1);
        var minute = (await host.Domain())!;
        Assert.True(minute.CpuNanoseconds > 0 && minute.NetSentBytes > 0 && minute.DiskWrites > 0);
        rig.World.Machine("host0").Pauses("one-5", "user");
        rig.Time.By = TimeSpan.FromMinutes(5);
        Assert.Equal(minute.CpuNanoseconds, (await host.Domain())!.CpuNanoseconds);
        await host.Do(VmStep.Restore);
        rig.Time.By = TimeSpan.FromMinutes(6);
        Assert.InRange((await host.Domain())!.CpuNanoseconds!.Value, minute.CpuNanoseconds!.Value * 2 - 2, minute.CpuNanoseconds.Value * 2 + 2);
    }

    [Fact]
    public async Task Counters_are_unknown_while_it_is_off_and_begin_at_zero_with_the_next_start()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        rig.Time.By = TimeSpan.FromMinutes(1);
        await host.Do(VmStep.Shutdown);
        Assert.Equal((DomainPower.Off, null), await host.Domain() is { } d ? (d.Power, d.CpuNanoseconds) : default);
        await host.Do(VmStep.Boot);
        Assert.Equal(0UL, (await host.Domain())!.CpuNanoseconds);
    }

    [Fact]
    public async Task A_reboot_keeps_the_counters()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        rig.Time.By = TimeSpan.FromMinutes(1);
        Assert.True((await host.Do(VmStep.Reboot)).Done && (await host.Do(VmStep.Reset)).Done);
        Assert.True((await host.Domain())!.CpuNanoseconds > 0);
    }

    [Fact]
    public async Task What_guests_use_is_missing_from_what_the_host_has_free()
    {
        await using var rig = new Rig();
        var host = rig.Host(query: "?cores=4&memory=8&disk=100");
        var facts = await host.Inspect(TestContext.Current.CancellationToken);
        Assert.Equal((400, 8L << 20, 102_400L), (facts.CpuPercent, facts.MemoryKibibytes, facts.DiskFreeMebibytes));
        var before = await host.Reading();
        await host.Running();
        var after = await host.Reading();
        Assert.True(after.CpuUsedPercent > before.CpuUsedPercent);
        Assert.True(after.MemoryFreeKibibytes < before.MemoryFreeKibibytes);
        Assert.True(after.DiskFreeMebibytes < before.DiskFreeMebibytes);
    }

    [Fact]
    public async Task The_console_log_speaks_of_the_guest_and_the_console_answers()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var rig = new Rig();
        var host = rig.Host();
        Assert.Equal("", await host.ConsoleLog(new(5), 100, stop));
        await Assert.ThrowsAsync<HostRefusedException>(() => host.OpenConsole(new(5), stop));
        await host.Running();
        Assert.Equal("READY\n", await host.ConsoleLog(new(5), 6, stop));
        await using var console = await host.OpenConsole(new(5), stop);
        var bytes = new byte[64];
        Assert.NotEqual(0, await console.ReadAsync(bytes, stop));
        await console.WriteAsync("uname\r"u8.ToArray(), stop);
        Assert.Equal(6, await console.ReadAsync(bytes, stop));
        Assert.Equal("uname\r", await host.ConsoleLog(new(5), 6, stop));
    }

    [Theory]
    [InlineData("sim:toaster", "no hardware profile 'toaster'")]
    [InlineData("qemu:///system", "it starts with sim:")]
    [InlineData("sim:generic?sed=1", "unknown or empty key 'sed'")]
    [InlineData("sim:generic?seed=x", "seed is not a number: 'x'")]
    [InlineData("sim:generic?latency=5", "latency is a time like 20ms or 1.5s, not '5'")]
    public void A_bad_address_is_refused_with_what_is_wrong(string uri, string why)
    {
        using var world = SimulatedWorld.InMemory(TimeProvider.System);
        var factory = SimulatedHosts.Factory(world, TimeProvider.System);
        var refused = Assert.Throws<ArgumentException>(() => factory(new(new(0), "h", uri, "/ds", Guid.Empty, null)));
        Assert.Contains(why, refused.Message);
    }

    [Fact]
    public async Task Steps_take_their_time()
    {
        await using var rig = new Rig();
        var host = rig.Host(query: "?latency=40ms");
        var began = TimeProvider.System.GetTimestamp();
        await host.Do(VmStep.Prolog);
        // Four times half a latency at least; each of its timers may be early by a tick of the kernel.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(2));
    }
}
