using System.Globalization;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>Where the VMs of a crash drill live, and what somebody sees there who does not ask the daemon.</summary>
public interface IDrillGround
{
    /// <summary>The daemon's settings for it.</summary>
    IReadOnlyList<string> Settings { get; }
    IReadOnlyList<HostAdd> Hosts { get; }

    /// <summary>The template of the VM that is killed at.</summary>
    string Template { get; }

    /// <summary>The actions of its life, each with the state that it is to lead to; null makes the VM, <c>migrate WAY</c> sends it to another host.</summary>
    IReadOnlyList<(string? Action, string State)> Life { get; }

    /// <summary>What may never be there: a VM twice.</summary>
    Task<IReadOnlyList<string>> Doubled();

    /// <summary>What may not be there when no VM is: domains and files.</summary>
    Task<IReadOnlyList<string>> Left();
}

/// <summary>
/// Lets the daemon kill itself with -9 at every stored event of a VM's life, starts it again and demands: what was asked is finished
/// or undone, the life can go on to its end, nothing is left on the hosts, nothing was there twice. The daemon that made good one
/// crash lives the next life, so that every point costs one start.
/// </summary>
public sealed class CrashDrill(string data, IDrillGround ground)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>What was wrong, empty when nothing was.</summary>
    public List<string> Findings { get; } = [];

    /// <summary>The one action of the life at whose events it is killed; null: at those of all of them.</summary>
    public string? Only { get; init; }

    private string KillFile => Path.Combine(data, "kill-at");

    /// <summary>Runs until a whole life passes without reaching the next crash point; returns how many there were.</summary>
    public async Task<int> Run()
    {
        await using (var first = await Start())
        {
            foreach (var host in ground.Hosts)
                await first.Client.AddHost(host);
            await first.Client.CreateTemplate(new() { Name = "drill", Text = ground.Template });
            await Monitored(first);
            await first.Stop();
        }

        var daemon = await Start();
        try
        {
            for (var point = 1; ; point++)
            {
                await Monitored(daemon);
                var (died, vm) = await Live(daemon, point);
                if (died)
                {
                    await daemon.DisposeAsync();
                    Note(point, await ground.Doubled());
                    daemon = await Start();
                    await Finish(daemon, vm, point);
                }

                Note(point, [.. await ground.Doubled(), .. (await Left()).Select(what => $"{what} is left")]);
                if (!died)
                    return point - 1;
            }
        }
        finally
        {
            await daemon.DisposeAsync();
        }
    }

    private Task<DaemonProcess> Start()
    {
        Directory.CreateDirectory(data);
        File.Delete(KillFile);
        return DaemonProcess.Start(data, ["--Drill:KillFile", KillFile, "--Monitoring:ReadEverySeconds", "1", "--Log:Level", "Warning", .. ground.Settings]);
    }

    /// <summary>The daemon kills itself when it has stored so many events more.</summary>
    private async Task KillAfter(DaemonProcess daemon, int events)
    {
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{daemon.RestPort}/metrics"));
        var stored = metrics.Split('\n').Single(line => line.StartsWith("powered_journal_events_total ", StringComparison.Ordinal)).Split(' ')[1];
        await KillAt(long.Parse(stored, CultureInfo.InvariantCulture) + events);
    }

    /// <summary>In one go: the daemon may be looking.</summary>
    private async Task KillAt(long stored)
    {
        await File.WriteAllTextAsync($"{KillFile}.new", stored.ToString(CultureInfo.InvariantCulture));
        File.Move($"{KillFile}.new", KillFile, overwrite: true);
    }

    /// <summary>Then it stores nothing that no VM asks for.</summary>
    private static Task Monitored(DaemonProcess daemon) => Until.True(
        async () => (await daemon.Client.ListHosts()).All(h => h.State == "MONITORED"), Patience, () => $"the hosts are MONITORED:\n{daemon.Output}");

    /// <summary>One life: whether the daemon died in it, and the VM if the daemon said that it is made.</summary>
    private async Task<(bool Died, int? Vm)> Live(DaemonProcess daemon, int point)
    {
        int? made = null;
        try
        {
            foreach (var (action, state) in ground.Life)
            {
                if (action == (Only ?? ground.Life[0].Action))
                    await KillAfter(daemon, point);
                else if (Only is not null)
                    await KillAt(long.MaxValue);
                if (action is null)
                    made = (await daemon.Client.CreateVms(new() { Template = "drill", Name = $"life{point}" })).Single().Id;
                else if (action.StartsWith(Migrate, StringComparison.Ordinal))
                    await Move(daemon, made!.Value, action[Migrate.Length..]);
                else
                    await daemon.Client.Act(made!.Value, action);
                await Reach(daemon, made!.Value, state, point);
            }

            return (daemon.HasExited, made);
        }
        catch (PoweredException e) when (e.Failure is not Failure.Refused)
        {
            await daemon.WaitForExit(Patience); // a daemon that lives and does not answer is no crash point
            return (true, made);
        }
    }

    private const string Migrate = "migrate ";

    /// <summary>To the other host, as soon as nothing of an earlier stay is on it any more.</summary>
    private static async Task Move(DaemonProcess daemon, int vm, string way)
    {
        var here = (await daemon.Client.GetVm(vm)).HostId;
        var there = (await daemon.Client.ListHosts()).First(h => h.Id != here).Name;
        await Until.True(async () =>
        {
            try
            {
                await daemon.Client.Migrate(vm, there, way);
                return true;
            }
            catch (PoweredException e) when (e.Problem.Detail?.Contains("still being removed", StringComparison.Ordinal) is true)
            {
                return false;
            }
        }, Patience, () => $"VM {vm} may go to host {there}");
    }

    /// <summary>What is left on the hosts when they had time to remove what a VM left there.</summary>
    private async Task<IReadOnlyList<string>> Left()
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (await ground.Left() is var left)
        {
            if (left.Count == 0 || since.Elapsed > Patience / 3)
                return left;
            await Task.Delay(25);
        }

        return [];
    }

    /// <summary>What was said to be made is there, whatever the crash left settles by itself; then the VM is ended as a person would.</summary>
    private async Task Finish(DaemonProcess daemon, int? made, int point)
    {
        var client = daemon.Client;
        foreach (var id in (await client.ListVms()).Select(vm => vm.Id).Union(made is { } vm ? [vm] : []))
        {
            var settled = await Until.Some(async () => await client.GetVm(id) is var now && IsAtRest(now) ? now : null, Patience,
                () => $"crash point {point}: VM {id} settles:\n{daemon.Output}");
            if (settled.State is "DONE")
                continue;
            if (settled.LcmState.EndsWith("FAILURE", StringComparison.Ordinal))
                Findings.Add($"crash point {point}: VM {id} settled in {settled.LcmState}: {settled.Reason}");
            await client.Act(id, settled.State is "ACTIVE" ? VmActions.TerminateHard : VmActions.Terminate);
            await Reach(daemon, id, "DONE", point);
        }

        await Until.True(async () => (await client.ListHosts()).All(h => h is { Vms.Count: 0, Allocated: { CpuPercent: 0, MemoryMib: 0 } }), Patience,
            () => $"crash point {point}: no claim is left:\n{daemon.Output}");
    }

    private void Note(int point, IEnumerable<string> findings) => Findings.AddRange(findings.Select(f => $"crash point {point}: {f}"));

    /// <summary>UNKNOWN is no rest: with its host in sight the next reading must end it.</summary>
    private static bool IsAtRest(Vm vm) => vm.State is "DONE" or "POWEROFF" or "SUSPENDED" or "STOPPED" or "UNDEPLOYED"
        || vm.LcmState is "RUNNING" || vm.LcmState.EndsWith("FAILURE", StringComparison.Ordinal);

    private static Task Reach(DaemonProcess daemon, int vm, string state, int point) => Until.True(
        async () => await daemon.Client.GetVm(vm) is var now && (now.State == "ACTIVE" ? now.LcmState : now.State) == state, Patience,
        () => $"crash point {point}: VM {vm} is {state}:\n{daemon.Output}");
}
