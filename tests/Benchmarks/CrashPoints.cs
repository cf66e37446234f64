using PoweredAppliance.Lab.Daemon;

namespace Benchmarks;

/// <summary>How many stored events of a VM's whole life the daemon was killed at, with nothing lost and nothing doubled.</summary>
internal static class CrashPoints
{
    public static async Task Run()
    {
        var folder = Directory.CreateTempSubdirectory("powered-crash-").FullName;
        try
        {
            var ground = new SimulatedGround(Path.Combine(folder, "world")) { Life = SimulatedGround.WholeLife };
            var drill = new CrashDrill(Path.Combine(folder, "data"), ground);
            var points = await drill.Run();
            foreach (var finding in drill.Findings)
                Console.Error.WriteLine(finding);
            if (drill.Findings.Count > 0)
                throw new BenchmarkException($"{drill.Findings.Count} findings at {points} crash points");
            Figure.Print("crash_points", points, "points");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
