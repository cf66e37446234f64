using System.Diagnostics;

namespace Benchmarks;

/// <summary>200 VMs asked for as fast as the API takes them, until all are RUNNING on four simulated hosts, embedded journal.</summary>
internal static class VmRate
{
    private const int Count = 200;

    public static async Task Run()
    {
        using var data = new Scratch();
        await using var daemon = await Site.Start(data.Path, hosts: 4);
        Figure.Print("vms_per_s_running_sqlite", await Figure.Median("vms_per_s_running_sqlite", 7, async run =>
        {
            var began = Stopwatch.GetTimestamp();
            var made = await Site.Create(daemon, Count);
            await Site.AllRunning(daemon, Count);
            var took = Stopwatch.GetElapsedTime(began);
            if (run == 0)
                Console.WriteLine($"one.vm.allocate: {made}");
            await Site.TerminateAll(daemon, made);
            return Count / took.TotalSeconds;
        }), "VMs/s");
    }
}

/// <summary>one.vm.allocate on hold: each answer is a stored VM, embedded journal.</summary>
internal static class ApiRate
{
    private const int Calls = 2_000;

    public static async Task Run()
    {
        using var data = new Scratch();
        await using var daemon = await Site.Start(data.Path);
        await Site.Create(daemon, 200, hold: true); // the first calls are compiled
        Figure.Print("api_calls_per_s_sqlite", await Figure.Median("api_calls_per_s_sqlite", 5, async _ =>
        {
            var load = await Site.Create(daemon, Calls, hold: true, connections: 32);
            Console.WriteLine($"one.vm.allocate: {load}");
            return load.PerSecond;
        }), "calls/s");
    }
}
