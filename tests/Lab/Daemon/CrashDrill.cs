using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>
/// Kills the daemon with -9 at every stored event of a VM's life (deploy, poweroff, resume, terminate), starts it again and
/// demands: what was asked is finished or undone, the life can go on to its end, nothing is left on the host, nothing was
/// there twice. The hosts are simulated ones whose world outlives the daemon as real guests do.
/// </summary>
/// <param name="whole">the life has suspend, stop and undeploy in it too: about three times as many crash points</param>
public sealed class CrashDrill(string folder, bool whole = false)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly (string? Action, string State)[] ShortLife =
        [(null, "RUNNING"), ("poweroff", "POWEROFF"), ("resume", "RUNNING"), ("terminate", "DONE")];
    private static readonly (string? Action, string State)[] WholeLife =
    [
        (null, "RUNNING"), ("poweroff", "POWEROFF"), ("resume", "RUNNING"), ("suspend", "SUSPENDED"), ("resume", "RUNNING"), ("reboot", "RUNNING"),
        ("stop", "STOPPED"), ("resume", "RUNNING"), ("undeploy", "UNDEPLOYED"), ("resume", "RUNNING"), ("terminate", "DONE"),
    ];
    private int _lives;

    /// <summary>What was wrong, empty when nothing was.</summary>
    public List<string> Findings { get; } = [];

    private string Data => Path.Combine(folder, "data");
    private string World => Path.Combine(folder, "world");

    /// <summary>Runs until a whole life passes without reaching the next crash point; returns how many there were.</summary>
    public async Task<int> Run(int most = int.MaxValue)
    {
        await using (var daemon = await Start(killAfter: 0))
        {
            foreach (var n in new[] { 1, 2 })
                await daemon.Client.AddHost(new() { Name = $"sim{n}", Uri = "sim:generic" });
            await Until.True(async () => (await daemon.Client.ListHosts()).All(h => h.State == "MONITORED"), Patience);
            await daemon.Client.CreateTemplate(new() { Name = "small", Text = "CPU=1\nMEMORY=128\nDISK=[SIZE=64,TYPE=fs]\nGRAPHICS=[TYPE=VNC]" });
            await daemon.Stop();
        }

        for (var point = 1; point <= most; point++)
        {
            bool died;
            await using (var daemon = await Start(killAfter: point))
                died = await Live(daemon);
            await using (var after = await Start(killAfter: 0))
            {
                await Finish(after, point);
                await after.Stop();
            }

            Inspect(point);
            if (!died)
                return point - 1;
        }

        return most;
    }

    private Task<DaemonProcess> Start(int killAfter) => DaemonProcess.Start(Data,
        ["--Hosts:SimulatedWorld", World, "--Drill:KillAfterEvents", $"{killAfter}", "--Monitoring:ReadEverySeconds", "1", "--Log:Level", "Warning"],
        wait: killAfter == 0);

    /// <summary>One life; true when the daemon died in it.</summary>
    private async Task<bool> Live(DaemonProcess daemon)
    {
        var name = $"life{++_lives}";
        try
        {
            using var client = daemon.NewClient();
            await Until.True(async () => daemon.HasExited || await IsReady(daemon), Patience);
            var vm = (await client.CreateVms(new() { Template = "small", Name = name })).Single();
            foreach (var (action, state) in whole ? WholeLife : ShortLife)
            {
                if (action is not null)
                    await client.Act(vm.Id, action);
                await Reach(client, vm.Id, state);
            }

            return daemon.HasExited;
        }
        catch (Exception e) when (e is PoweredException or HttpRequestException or IOException or TimeoutException)
        {
            await daemon.WaitForExit(Patience);
            return true;
        }
    }

    /// <summary>Whatever the crash left must settle by itself; then the VM is ended as a person would.</summary>
    private async Task Finish(DaemonProcess daemon, int point)
    {
        var client = daemon.Client;
        foreach (var left in await client.ListVms())
        {
            var settled = await Until.Some(async () => await client.GetVm(left.Id) is var vm && IsAtRest(vm) ? vm : null, Patience,
                () => $"crash point {point}: VM {left.Id} does not settle:\n{daemon.Output}");
            if (settled.State is "DONE")
                continue;
            if (settled.LcmState.EndsWith("FAILURE", StringComparison.Ordinal) || settled.LcmState is "UNKNOWN")
                Findings.Add($"crash point {point}: VM {left.Id} settled in {settled.LcmState}: {settled.Reason}");
            await client.Act(left.Id, settled.State is "ACTIVE" ? "terminate-hard" : "terminate");
            await Reach(client, left.Id, "DONE");
        }

        await Until.True(async () => (await client.ListHosts()).All(h => h.Vms.Count == 0 && h.Allocated.CpuPercent == 0), Patience,
            () => $"crash point {point}: a claim is left");
    }

    private void Inspect(int point)
    {
        var world = SimulatedWorld.Look(World);
        foreach (var violation in world.Violations)
            Findings.Add($"crash point {point}: {violation}");
        foreach (var machine in world.Machines)
        {
            foreach (var domain in machine.Domains)
                Findings.Add($"crash point {point}: domain {domain} is left on {machine.Name}");
            foreach (var file in machine.Files)
                Findings.Add($"crash point {point}: file {file} is left on {machine.Name}");
        }
    }

    private static bool IsAtRest(Vm vm) => vm.State is "DONE" or "POWEROFF" or "SUSPENDED" or "STOPPED" or "UNDEPLOYED" or "HOLD"
        || vm.LcmState is "RUNNING" or "UNKNOWN" || vm.LcmState.EndsWith("FAILURE", StringComparison.Ordinal);

    private static Task Reach(PoweredClient client, int vm, string state) => Until.True(
        async () => await client.GetVm(vm) is var now && (now.State == state || now.LcmState == state), Patience, () => $"VM {vm} is not {state}");

    private static async Task<bool> IsReady(DaemonProcess daemon)
    {
        try
        {
            using var http = new HttpClient();
            return (await http.GetAsync(new Uri($"http://127.0.0.1:{daemon.RestPort}/readyz"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
