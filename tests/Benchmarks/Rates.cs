using System.Diagnostics;

namespace Benchmarks;

/// <summary>VMs as the benchmarks make them: small, without disks, so that the control plane is what is measured.</summary>
internal static class Vms
{
    public static async Task<LoadResult> Create(RunningDaemon daemon, int count, bool hold = false, int connections = 16)
    {
        var load = await XmlRpcLoad.Run(daemon.XmlRpc, daemon.Session, connections, count,
            n => ("one.vm.allocate", [$"NAME=\"bench-{n}\" CPU=\"0.1\" VCPU=\"1\" MEMORY=\"64\"", hold]));
        return load.Refused is [] ? load : throw new BenchmarkException($"{load.Refused.Count} VMs were refused: {load.Refused[0].Value}");
    }

    public static async Task One(RunningDaemon daemon)
    {
        using var client = daemon.Client();
        await client.CreateVms(new() { TemplateText = "NAME=\"one\" CPU=\"0.1\" VCPU=\"1\" MEMORY=\"64\"" });
        await AllRunning(daemon, 1);
    }

    public static async Task AllRunning(RunningDaemon daemon, int count)
    {
        using var client = daemon.Client();
        await daemon.Until($"{count} VMs RUNNING", 20, async () => (await client.ListVms()).Count(vm => vm.LcmState == "RUNNING") == count);
    }

    public static async Task TerminateAll(RunningDaemon daemon, LoadResult made)
    {
        var ids = made.Replies.Select(r => r.Id).ToArray();
        var load = await XmlRpcLoad.Run(daemon.XmlRpc, daemon.Session, 16, ids.Length, n => ("one.vm.action", ["terminate-hard", ids[n]]));
        if (load.Refused is not [])
            throw new BenchmarkException($"terminate-hard was refused: {load.Refused[0].Value}");
        using var client = daemon.Client();
        await daemon.Until("all VMs gone", 50, async () => (await client.ListVms()).Count == 0);
    }
}

/// <summary>200 VMs asked for as fast as the API takes them, until all are RUNNING on four simulated hosts, embedded journal.</summary>
internal static class VmRate
{
    private const int Count = 200;

    public static async Task Run()
    {
        using var data = new Scratch();
        await using var daemon = await RunningDaemon.Start(data.Path);
        await daemon.AddHosts(4);
        Figure.Print("vms_per_s_running_sqlite", await Figure.Median("vms_per_s_running_sqlite", 7, async run =>
        {
            var began = Stopwatch.GetTimestamp();
            var made = await Vms.Create(daemon, Count);
            await Vms.AllRunning(daemon, Count);
            var took = Stopwatch.GetElapsedTime(began);
            if (run == 0)
                Console.WriteLine($"one.vm.allocate: {made}");
            await Vms.TerminateAll(daemon, made);
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
        await using var daemon = await RunningDaemon.Start(data.Path);
        await Vms.Create(daemon, 200, hold: true); // the first calls are compiled
        Figure.Print("api_calls_per_s_sqlite", await Figure.Median("api_calls_per_s_sqlite", 5, async _ =>
        {
            var load = await Vms.Create(daemon, Calls, hold: true, connections: 32);
            Console.WriteLine($"one.vm.allocate: {load}");
            return load.PerSecond;
        }), "calls/s");
    }
}
