using System.Globalization;
using PoweredAppliance.Lab.Daemon;

namespace Benchmarks;

/// <summary>What the benchmarks measure on: the published daemon, simulated hosts, and VMs without disks, so that the control plane is what costs.</summary>
internal static class Site
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Settings where thousands of hosts keep the machine so busy that they are read late: rarely read, and none silent for that.</summary>
    public static readonly string[] Unhurried = ["--Monitoring:ReadEverySeconds", "30", "--Monitoring:SilentAfterSeconds", "600"];

    /// <summary>Enrols simulated hosts of 512 cores and 4 TiB each and waits until they are monitored.</summary>
    /// <param name="settings">more of the command line</param>
    public static async Task<DaemonProcess> Start(string data, int hosts = 0, params string[] settings)
    {
        Published("POWEREDD");
        var daemon = await DaemonProcess.Start(data, ["--Hosts:SimulatedWorld", Path.Combine(data, "world"), .. settings]);
        for (var i = 0; i < hosts; i++)
            await daemon.Client.AddHost(new() { Name = $"h{i}", Uri = $"sim:generic?cores=512&memory=4096&seed={i}" });
        await Until.True(async () => (await daemon.Client.ListHosts()).All(h => h.State == "MONITORED"), Patience, () => $"{hosts} hosts MONITORED:\n{daemon.Output}");
        return daemon;
    }

    /// <summary>A size that a variable of the environment gives.</summary>
    public static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>The program that this variable names: what users run, not what was built beside the tests.</summary>
    public static string Published(string variable) => Environment.GetEnvironmentVariable(variable) is { } path && File.Exists(path)
        ? path
        : throw new BenchmarkException($"{variable} names no published program: `make bench` builds and names it");

    public static async Task<LoadResult> Create(DaemonProcess daemon, int count, bool hold = false, int connections = 16)
    {
        var session = daemon.Secret;
        var load = await XmlRpcLoad.Run(daemon.XmlRpc, connections, count, n => RpcRequest.Of(
            daemon.XmlRpc, session, "one.vm.allocate", $"NAME=\"bench-{n}\" CPU=\"0.1\" VCPU=\"1\" MEMORY=\"64\"", hold));
        return load.AllDone;
    }

    public static async Task One(DaemonProcess daemon)
    {
        await daemon.Client.CreateVms(new() { TemplateText = "NAME=\"one\" CPU=\"0.1\" VCPU=\"1\" MEMORY=\"64\"" });
        await AllRunning(daemon, 1);
    }

    public static Task AllRunning(DaemonProcess daemon, int count) => Until.True(
        async () => (await daemon.Client.GetStatus()).Vms.GetValueOrDefault("RUNNING") == count, Patience, () => $"{count} VMs RUNNING:\n{daemon.Output}");

    public static async Task TerminateAll(DaemonProcess daemon, LoadResult made)
    {
        var session = daemon.Secret;
        var load = await XmlRpcLoad.Run(daemon.XmlRpc, 16, made.Answers.Count, n => RpcRequest.Of(
            daemon.XmlRpc, session, "one.vm.action", "terminate-hard", made.Answers[n].Id));
        _ = load.AllDone;
        await Until.True(async () => (await daemon.Client.ListVms()).Count == 0, Patience, () => $"all VMs gone:\n{daemon.Output}");
    }
}

/// <summary>A folder that goes when it is not needed any more.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("powered-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
