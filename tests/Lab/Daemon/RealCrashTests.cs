using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Lab.Daemon;

public sealed class RealCrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Killed_at_every_stored_event_with_a_real_libvirt_nothing_is_left_and_nothing_doubled()
    {
        await using var lab = await LabHosts.Start(1);
        var folder = Directory.CreateTempSubdirectory("powered-real-crash-").FullName;
        try
        {
            var clock = Stopwatch.StartNew();
            var drill = new RealCrash(folder, lab[1], budget: TimeSpan.FromSeconds(90));
            await drill.Run();
            var line = string.Create(CultureInfo.InvariantCulture, $"crash points on a real libvirt: {drill.Tried} in {clock.Elapsed.TotalSeconds:0} s")
                + (drill.LeftOut > 0 ? $"; {drill.LeftOut} left out, every second one after 90 s" : "");
            output.WriteLine(line);
            Console.WriteLine(line);
            Assert.Empty(drill.Findings);
            Assert.True(drill.Tried + drill.LeftOut >= 14, $"{line}: too short to be a life");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
