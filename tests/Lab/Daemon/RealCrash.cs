using System.Diagnostics;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>
/// As <see cref="CrashDrill"/>, with a real libvirt and a real qemu: the daemon is killed with -9 at every stored event of the life of
/// a VM with a disk and no system on it, is started again, and must leave no domain, no volume and no claim behind, nor ever have
/// shown two domains.
/// </summary>
/// <param name="folder">for the daemon's data</param>
/// <param name="budget">once it is spent, only every second point is tried, so that a slow machine ends too</param>
public sealed class RealCrash(string folder, LabHost host, TimeSpan budget)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly (string? Action, string State)[] Life =
        [(null, "RUNNING"), ("poweroff-hard", "POWEROFF"), ("resume", "RUNNING"), ("terminate-hard", "DONE")];

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>What was wrong, empty when nothing was.</summary>
    public List<string> Findings { get; } = [];

    /// <summary>Crash points that were tried.</summary>
    public int Tried { get; private set; }

    /// <summary>Crash points that were left out because the budget was spent.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Runs until a whole life passes without reaching the next crash point.</summary>
    public async Task Run()
    {
        await using (var daemon = await Start(killAfter: 0))
        {
            await daemon.Client.AddHost(new() { Name = "host1", Uri = host.Uri, DatastorePath = host.DatastorePath });
            await Until.True(async () => (await daemon.Client.ListHosts()).All(h => h.State == "MONITORED"), Patience, () => $"the host is MONITORED:\n{daemon.Output}");
            await daemon.Client.CreateTemplate(new() { Name = "disk", Text = "CPU=0.1\nVCPU=1\nMEMORY=16\nDISK=[SIZE=8,TYPE=fs,FORMAT=qcow2]" });
            await daemon.Stop();
        }

        for (var point = 1; ; point++)
        {
            bool died;
            await using (var daemon = await Start(point))
                died = await Live(daemon, point);
            if (await Domains() is { Length: > 1 } two)
                Findings.Add($"crash point {point}: {string.Join(" and ", two)} at once");
            await using (var after = await Start(killAfter: 0))
            {
                await Finish(after, point);
                await after.Stop();
            }

            await Inspect(point);
            if (!died)
                return;
            Tried++;
            if (_clock.Elapsed > budget)
                (point, LeftOut) = (point + 1, LeftOut + 1);
        }
    }

    private Task<DaemonProcess> Start(int killAfter) => DaemonProcess.Start(folder,
        ["--Hosts:Acceleration", "tcg: a lab", "--Drill:KillAfterEvents", $"{killAfter}", "--Monitoring:ReadEverySeconds", "1", "--Log:Level", "Warning"],
        wait: killAfter == 0);

    /// <summary>One life; true when the daemon died in it.</summary>
    private static async Task<bool> Live(DaemonProcess daemon, int point)
    {
        using var client = daemon.NewClient();
        try
        {
            await Until.True(async () => daemon.HasExited || await IsUp(client), Patience);
            var vm = (await client.CreateVms(new() { Template = "disk", Name = $"life{point}" })).Single();
            foreach (var (action, state) in Life)
            {
                if (action is not null)
                    await client.Act(vm.Id, action);
                await Until.True(async () => Word(await client.GetVm(vm.Id)) == state, Patience, () => $"crash point {point}: VM {vm.Id} is {state}");
            }

            return daemon.HasExited;
        }
        catch (Exception e) when (e is PoweredException { Failure: not Failure.Refused } or HttpRequestException or IOException)
        {
            await daemon.WaitForExit(Patience); // a daemon that lives and does not answer is no crash point
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
                () => $"crash point {point}: VM {left.Id} settles:\n{daemon.Output}");
            if (settled.State is "DONE")
                continue;
            if (settled.LcmState.EndsWith("FAILURE", StringComparison.Ordinal))
                Findings.Add($"crash point {point}: VM {left.Id} settled in {settled.LcmState}: {settled.Reason}");
            await client.Act(left.Id, VmActions.TerminateHard);
            await Until.True(async () => Word(await client.GetVm(left.Id)) == "DONE", Patience,
                () => $"crash point {point}: VM {left.Id}, once {Word(settled)}, is DONE:\n{daemon.Output}");
        }

        await Until.True(async () => (await client.ListHosts()).Single() is { Vms.Count: 0, Allocated: { CpuPercent: 0, MemoryMib: 0 } }, Patience,
            () => $"crash point {point}: no claim is left:\n{daemon.Output}");
    }

    private async Task Inspect(int point)
    {
        foreach (var domain in await Domains())
            Findings.Add($"crash point {point}: domain {domain} is left");
        foreach (var file in Directory.EnumerateFiles(host.DatastorePath, "one-*", SearchOption.AllDirectories))
            Findings.Add($"crash point {point}: {Path.GetFileName(file)} is left");
    }

    private async Task<string[]> Domains() =>
        (await host.Run("virsh", "-q", "list", "--all", "--name").WaitAsync(Patience)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>UNKNOWN is no rest: with its host in sight the next reading must end it.</summary>
    private static bool IsAtRest(Vm vm) => vm.State is "DONE" or "POWEROFF" || vm.LcmState is "RUNNING"
        || vm.LcmState.EndsWith("FAILURE", StringComparison.Ordinal);

    private static string Word(Vm vm) => vm.State == "ACTIVE" ? vm.LcmState : vm.State;

    private static async Task<bool> IsUp(PoweredClient client)
    {
        try
        {
            return (await client.ListHosts()).Single().State == "MONITORED";
        }
        catch (PoweredException)
        {
            return false; // not listening yet
        }
    }
}
