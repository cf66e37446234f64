using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation.Tests;

public sealed class Weather_tests
{
    [Fact]
    public async Task After_a_power_cut_guests_are_off_and_disks_are_there()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        var files = rig.Files();
        rig.World.Machine("host0").Crash();
        await Assert.ThrowsAsync<HostUnreachableException>(() => host.Reading());
        await Assert.ThrowsAsync<HostUnreachableException>(() => host.Do(VmStep.Boot));
        rig.World.Machine("host0").PowerOn();
        Assert.Equal((DomainPower.Off, "the host lost power"), await host.Domain() is { } d ? (d.Power, d.Reason) : default);
        Assert.Equal(files, rig.Files());
    }

    [Fact]
    public async Task A_silent_host_is_unreachable_at_its_deadline_and_does_the_work_when_it_thaws()
    {
        await using var rig = new Rig();
        var host = rig.Host(query: "?deadline=50ms");
        await host.Do(VmStep.Prolog);
        rig.World.Machine("host0").Silence();
        await Assert.ThrowsAsync<HostUnreachableException>(() => host.Reading());
        var boot = await Assert.ThrowsAsync<HostUnreachableException>(() => host.Do(VmStep.Boot));
        Assert.Equal("host0 has not answered for 0.1 s", boot.Message);
        Assert.Empty(rig.World.See(p => p.Machine("host0").Domains.ToArray()));

        rig.World.Machine("host0").Thaw();
        await Until(async () => await host.Domain() is { Power: DomainPower.Running });
    }

    [Fact]
    public async Task The_console_of_a_silent_host_takes_nothing_until_it_thaws()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        await using var console = await host.OpenConsole(new(5), stop);
        rig.World.Machine("host0").Silence();
        var typed = console.WriteAsync("x"u8.ToArray(), stop).AsTask();
        Assert.False(typed.IsCompleted);
        rig.World.Machine("host0").Thaw();
        await typed;
        Assert.Equal("x", await host.ConsoleLog(new(5), 1, stop));
    }

    [Fact]
    public async Task A_power_cut_ends_what_was_asked_of_a_silent_host()
    {
        await using var rig = new Rig();
        var host = rig.Host(query: "?deadline=20ms");
        await host.Do(VmStep.Prolog);
        rig.World.Machine("host0").Silence();
        await Assert.ThrowsAsync<HostUnreachableException>(() => host.Do(VmStep.Boot));
        rig.World.Machine("host0").Crash();
        rig.World.Machine("host0").PowerOn();
        Assert.True((await host.Do(VmStep.Prolog, generation: 2)).Done);
        Assert.True((await host.Do(VmStep.Boot, generation: 2)).Done);
        Assert.Empty(rig.World.Violations);
        Assert.DoesNotContain(rig.World.Trail, e => e is WorldEvent.StepEnded { Kind: VmStep.Boot, Generation: 1 });
    }

    [Fact]
    public async Task One_silent_host_leaves_the_others_alone()
    {
        await using var rig = new Rig();
        rig.World.Machine("host0").Silence();
        await rig.Host("host1").Running();
        Assert.True((await rig.Host("host1").Domain()) is { Power: DomainPower.Running });
    }

    [Fact]
    public async Task Notices_come_in_order_and_a_silent_host_tells_none()
    {
        await using var rig = new Rig();
        var host = rig.Host();
        var heard = new List<string>();
        host.Listen(n =>
        {
            lock (heard)
                heard.Add(n switch
                {
                    HostNotice.DomainChanged d => $"{d.Vm} {d.What}",
                    HostNotice.ConnectionLost l => l.Reason,
                    _ => "?",
                });
        });
        await host.Running();
        var machine = rig.World.Machine("host0");
        machine.Pauses("one-5", "I/O error");
        machine.Silence();
        machine.Crashes("one-5");
        machine.Thaw();
        machine.LoseConnection();
        await host.DisposeAsync();
        Assert.Equal(["5 defined", "5 booted", "5 I/O error", "connection reset"], heard);
    }

    [Fact]
    public async Task Guests_do_as_they_please_and_wild_ones_appear()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        var machine = rig.World.Machine("host0");
        Assert.True(machine.IsKilled("one-5"));
        Assert.False(machine.Pauses("one-5", "I/O error"));
        Assert.True(machine.IsStartedByHand("one-5"));
        Assert.Equal(2, machine.See(m => m.Domain(new(Rig.Deployment, 5))!.Starts));
        machine.WildDomain("legacy", 2, 1024);
        var wild = (await host.Reading()).Domains.Single(d => d.Name == "legacy");
        Assert.Equal((null, 2, 1024L, DomainPower.Running), (wild.Vm, wild.Vcpu, wild.MemoryMebibytes, wild.Power));
        machine.UndefinedByHand("one-5");
        Assert.Null(await host.Domain());
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_failures_and_another_seed_others()
    {
        async Task<string> Run(int seed)
        {
            await using var rig = new Rig();
            var host = rig.Host(query: $"?seed={seed}&fail=0.5");
            var outcomes = new List<string>();
            for (var vm = 0; vm < 30; vm++)
            {
                foreach (var kind in new[] { VmStep.Prolog, VmStep.Prolog, VmStep.Boot, VmStep.Shutdown })
                    outcomes.Add($"{await host.Do(kind, vm: vm)}");
            }
            return string.Join('\n', outcomes.Append(string.Join('\n', rig.Files())));
        }

        Assert.Equal(await Run(1), await Run(1));
        Assert.NotEqual(await Run(1), await Run(2));
    }

    [Fact]
    public void A_storm_is_its_seed_and_ends_with_everything_back()
    {
        string[] machines = ["a", "b"];
        var storm = Storm.Forecast(4711, machines, TimeSpan.FromMinutes(1), gusts: 200);
        Assert.Equal(storm, Storm.Forecast(4711, machines, TimeSpan.FromMinutes(1), gusts: 200));
        Assert.NotEqual(storm, Storm.Forecast(4712, machines, TimeSpan.FromMinutes(1), gusts: 200));
        Assert.Equal(storm.Count(g => g.Kind is GustKind.PowerCut), storm.Count(g => g.Kind is GustKind.PowerBack));
        Assert.Equal(storm.Count(g => g.Kind is GustKind.Silence), storm.Count(g => g.Kind is GustKind.Thaw));
        Assert.Equal(Enum.GetValues<GustKind>(), storm.Select(g => g.Kind).Distinct().Order());
        Assert.All(storm, g => Assert.InRange(g.At, TimeSpan.Zero, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task One_host_asked_with_rising_generations_breaks_no_law_in_any_weather()
    {
        await using var rig = new Rig(SimulatedWorld.InMemory(TimeProvider.System));
        var host = rig.Host(query: "?fail=0.2&deadline=5ms");
        var storm = Storm.Forecast(7, ["host0"], TimeSpan.FromMilliseconds(300), gusts: 60);
        var blowing = rig.World.Blow(storm, _ => { }, TestContext.Current.CancellationToken);
        var generation = 1;
        while (!blowing.IsCompleted)
            await AskForEverything();
        await blowing;
        rig.World.Machine("host0").PowerOn();
        rig.World.Machine("host0").Thaw();
        for (var calm = 0; calm < 20; calm++)
            await AskForEverything();
        Assert.Empty(rig.World.Violations);
        Assert.Contains(rig.World.Trail, e => e is WorldEvent.StepEnded { Kind: VmStep.Cleanup, Error: null });

        async Task AskForEverything()
        {
            foreach (var kind in Enum.GetValues<VmStep>())
            {
                try
                {
                    await host.Do(kind, generation);
                }
                catch (HostUnreachableException)
                {
                    await Task.Yield();
                }
            }

            generation++;
        }
    }

    internal static async Task Until(Func<Task<bool>> holds)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromMinutes(2), "it did not come to hold in two minutes");
            await Task.Yield();
        }
    }
}
