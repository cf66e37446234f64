using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>Crash drills: what is demanded of each.</summary>
public abstract class CrashTests(ITestOutputHelper output)
{
    /// <param name="least">crash points that such a life has, or it was none</param>
    protected async Task Drill(string what, IDrillGround ground, int least, string? only = null)
    {
        var data = Directory.CreateTempSubdirectory("powered-crash-").FullName;
        try
        {
            var (drill, clock) = (new CrashDrill(data, ground) { Only = only }, Stopwatch.StartNew());
            var points = await drill.Run();
            var line = string.Create(CultureInfo.InvariantCulture, $"{what}: {points} in {clock.Elapsed.TotalSeconds:0} s");
            output.WriteLine(line);
            Console.WriteLine(line);
            Assert.Empty(drill.Findings);
            Assert.True(points >= least, $"{points} crash points are too few for a life");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}

public sealed class SimulatedCrashTests(ITestOutputHelper output) : CrashTests(output)
{
    [Fact]
    public async Task Killed_at_every_stored_event_nothing_is_lost_and_nothing_doubled()
    {
        var world = Directory.CreateTempSubdirectory("powered-world-").FullName;
        try
        {
            await Drill("crash points", new SimulatedGround(world), least: 14);
        }
        finally
        {
            Directory.Delete(world, recursive: true);
        }
    }
}

public sealed class LibvirtCrashTests(ITestOutputHelper output) : CrashTests(output)
{
    [Fact]
    public async Task Killed_at_every_stored_event_with_a_real_libvirt_nothing_is_left_and_nothing_doubled()
    {
        await using var lab = await LabHosts.Start(2);
        await Drill("crash points on a real libvirt", new LibvirtGround(lab), least: 14);
    }

    [Fact]
    public async Task Killed_at_every_stored_event_of_a_live_migration_between_real_hosts_the_guest_runs_on_one_and_leaves_the_other()
    {
        await using var lab = await LabHosts.Start(2);
        await lab[1].Wire(lab[2]);
        await Drill("crash points of a live migration", new LibvirtGround(lab) { Life = LibvirtGround.MovingLife }, least: 4, only: "migrate live");
    }
}
