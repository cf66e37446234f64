using CsCheck;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation.Tests;

/// <summary>Steps that need two machines: host0, where the VM is with generation 1, and host1, where it goes with generation 2.</summary>
public sealed class Move_laws
{
    [Fact]
    public async Task However_often_a_move_is_asked_and_the_guest_and_its_files_are_there_once()
    {
        await Gen.Select(Gen.Int[1, 4], Gen.Bool, Gen.Bool).SampleAsync(async (times, live, broken) =>
        {
            await using var rig = new Rig();
            var (here, there) = (await rig.Host().Running(), rig.Host("host1"));
            if (!live)
                await here.Do(VmStep.Save);
            if (broken)
                rig.World.Machine(live ? "host0" : "host1").Weather = Weather.Fine with { FailureProbability = 0.5 };
            var outcome = StepOutcome.Fail("not asked");
            for (var i = 0; i < times || !outcome.Done; i++)
                outcome = live ? await Ask(here, VmStep.Migrate, "host1") : await Ask(there, VmStep.Receive, "host0");

            rig.World.Machine("host0").Weather = rig.World.Machine("host1").Weather = Weather.Fine;
            if (!live)
                Assert.True((await there.Do(VmStep.Restore, generation: 2)).Done);
            Assert.True((await here.Do(VmStep.Cleanup, generation: 1)).Done);
            Assert.Equal((2, DomainPower.Running), await there.Domain() is { } d ? (d.Generation, d.Power) : default);
            Assert.Null(await here.Domain());
            Assert.Equal(["/ds/0/5/context.iso 2", "/ds/0/5/disk.0 2", "/ds/0/5/disk.1 2", "/ds/1/image-0 0"], rig.Files("host1"));
            Assert.Equal(["/ds/1/image-0 0"], rig.Files());
            Assert.Empty(rig.World.Violations);
        }, iter: 40);
    }

    [Fact]
    public async Task Files_are_not_copied_under_a_guest_that_runs()
    {
        await using var rig = new Rig();
        await rig.Host().Running();
        var outcome = await Ask(rig.Host("host1"), VmStep.Receive, "host0");
        Assert.Equal("VM 5 still runs on host0, its files are not copied under it", outcome.Error);
        Assert.Empty(rig.Files("host1"));
    }

    [Fact]
    public async Task Given_up_a_guest_that_is_here_stays_and_one_that_has_gone_has_arrived()
    {
        await using var rig = new Rig();
        var here = await rig.Host().Running();
        Assert.Equal("given up; VM 5 runs on host0", (await Ask(here, VmStep.Migrate, "host1", givenUp: true)).Error);
        Assert.True((await Ask(here, VmStep.Migrate, "host1")).Done);
        Assert.True((await Ask(here, VmStep.Migrate, "host1", givenUp: true)).Done);
    }

    [Fact]
    public async Task Without_the_other_machine_a_guest_stays_and_files_wait()
    {
        await using var rig = new Rig();
        var (here, there) = (await rig.Host().Running(), rig.Host("host1"));
        rig.World.Machine("host1").Crash();
        Assert.Equal("host1 has no power", (await Ask(here, VmStep.Migrate, "host1")).Error);
        Assert.Equal(DomainPower.Running, (await here.Domain())?.Power);
        rig.World.Machine("host1").PowerOn();
        rig.World.Machine("host0").Crash();
        await Assert.ThrowsAsync<HostUnreachableException>(() => Ask(there, VmStep.Receive, "host0"));
    }

    private static Task<StepOutcome> Ask(IHostDriver host, VmStep kind, string peer, bool givenUp = false)
    {
        var step = Rig.Step(kind, generation: 2) with { Peer = new(new(9), peer, "sim:generic", "/ds", Rig.Deployment, null), GivenUp = givenUp };
        return host.Perform(step, new Progress<StepProgress>(), TestContext.Current.CancellationToken);
    }
}
