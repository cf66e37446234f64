namespace PoweredAppliance.Lab.Daemon;

public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Killed_at_every_stored_event_nothing_is_lost_and_nothing_doubled()
    {
        var folder = Directory.CreateTempSubdirectory("powered-crash-").FullName;
        try
        {
            var drill = new CrashDrill(folder);
            var points = await drill.Run();
            output.WriteLine($"crash points: {points}");
            Console.WriteLine($"crash points: {points}");
            Assert.Empty(drill.Findings);
            Assert.True(points >= 14, $"a life of {points} stored events is too short to be one");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
