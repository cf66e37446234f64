using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation.Tests;

public sealed class World_laws : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("world-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_second_running_copy_anywhere_is_a_violation()
    {
        await using var rig = new Rig();
        await rig.Host("host0").Running(generation: 1);
        await rig.Host("host1").Running(generation: 2);
        var violation = Assert.Single(rig.World.Violations);
        Assert.Equal(("two copies", "host1", 5), (violation.Law, violation.Machine, violation.Owner.Vm));
        Assert.Contains("alive on host0", violation.What);
    }

    [Fact]
    public async Task A_paused_copy_counts_and_one_that_is_off_does_not()
    {
        await using var rig = new Rig();
        await rig.Host("host0").Running(generation: 1);
        rig.World.Machine("host0").PowersOff("one-5");
        await rig.Host("host1").Running(generation: 2);
        Assert.Empty(rig.World.Violations);
        rig.World.Machine("host1").Pauses("one-5", "I/O error");
        await rig.Host("host2").Running(generation: 3);
        Assert.Single(rig.World.Violations);
    }

    [Fact]
    public async Task A_start_with_an_older_generation_than_one_seen_is_a_violation()
    {
        await using var rig = new Rig();
        await rig.Host("host1").Do(VmStep.Prolog, generation: 2);
        await rig.Host("host0").Running(generation: 1);
        Assert.Equal("old generation", Assert.Single(rig.World.Violations).Law);
    }

    [Fact]
    public async Task A_disk_that_goes_under_a_running_guest_is_a_violation()
    {
        await using var rig = new Rig();
        await rig.Host().Running();
        rig.World.Machine("host0").DeleteFile("/ds/0/5/disk.0");
        rig.World.Machine("host0").DeleteFile("/ds/1/image-0");
        Assert.All(rig.World.Violations, v => Assert.Equal("disk lost", v.Law));
        Assert.Equal(2, rig.World.Violations.Count);
    }

    [Fact]
    public async Task The_next_process_finds_the_world_as_it_was_left()
    {
        string[] files;
        await using (var rig = new Rig(SimulatedWorld.Open(_directory, new Rig.MovedTime())))
        {
            await rig.Host("host0").Running(generation: 1);
            await rig.Host("host1").Running(generation: 2);
            rig.World.Machine("host1").Crashes("one-5");
            rig.World.Machine("host2").Crash();
            files = rig.Files();
        }

        await using var next = new Rig(SimulatedWorld.Open(_directory, new Rig.MovedTime()));
        Assert.Equal(files, next.Files());
        Assert.Equal(DomainPower.Running, (await next.Host("host0").Domain())!.Power);
        Assert.Equal(DomainPower.Crashed, (await next.Host("host1").Domain())!.Power);
        Assert.False(next.World.Machine("host2").On);
        Assert.Single(next.World.Violations);
        Assert.Contains(next.World.Trail, e => e is WorldEvent.StepEnded { Kind: VmStep.Boot, Generation: 2 });
    }

    [Fact]
    public async Task A_line_torn_by_a_kill_is_forgotten_and_the_file_goes_on()
    {
        using (var world = SimulatedWorld.Open(_directory, TimeProvider.System))
            world.Machine("host0").WildDomain("legacy", 1, 256);
        await File.AppendAllTextAsync(Path.Combine(_directory, "world.jsonl"), "{\"event\":\"domain-un", TestContext.Current.CancellationToken);
        using (var world = SimulatedWorld.Open(_directory, TimeProvider.System))
            world.Machine("host0").PowersOff("legacy");
        var seen = SimulatedWorld.Look(_directory).Machine("host0");
        Assert.Equal(DomainPower.Off, Assert.Single(seen.Domains).Power);
    }

    [Fact]
    public async Task A_world_has_one_writer_and_any_number_of_lookers()
    {
        await using var rig = new Rig(SimulatedWorld.Open(_directory, TimeProvider.System));
        await rig.Host().Running();
        Assert.Throws<IOException>(() => SimulatedWorld.Open(_directory, TimeProvider.System));
        Assert.Equal(["host0"], SimulatedWorld.Look(_directory).AliveOn(new Owner(Rig.Deployment, 5)));
    }
}
