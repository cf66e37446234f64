using System.Diagnostics;
using Microsoft.Data.Sqlite;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Simulation;

namespace Benchmarks;

/// <summary>
/// Kills the daemon (-9) at every stored event of a VM's life, starts it again, and looks at what it makes of it: what was
/// answered with yes must come true, what was under way is finished or undone, and the hardware, which outlives the daemon,
/// must never have seen a second copy nor keep a domain, a file or a claim that belongs to nobody.
/// </summary>
internal static class CrashPoints
{
    private const string Template = "NAME=\"mayfly\" CPU=\"1\" VCPU=\"1\" MEMORY=\"128\" DISK=[TYPE=\"fs\",SIZE=\"64\",FORMAT=\"qcow2\"] CONTEXT=[A=\"1\"]";

    /// <summary>What is asked for, in order, and the state that a yes to it promises.</summary>
    private static readonly (string Ask, string State)[] Life =
    [
        ("create", "RUNNING"), (VmActions.Poweroff, "POWEROFF"), (VmActions.Resume, "RUNNING"), (VmActions.Terminate, "DONE"),
    ];

    public static async Task Run()
    {
        using var first = new Scratch();
        await using (var daemon = await RunningDaemon.Start(first.Path))
        {
            await daemon.AddHosts(2, "&latency=20ms");
            await daemon.Stop();
        }

        var before = Events(first.Path);
        var points = 0;
        for (var n = 1; await At(first.Path, before + n); n++)
            points = n;
        Figure.Print("crash_points", points, "points");
    }

    /// <summary>False: the life was over before so many events were stored.</summary>
    private static async Task<bool> At(string founded, long events)
    {
        using var data = new Scratch();
        Copy(founded, data.Path);
        var promised = new Promise();
        await using (var daemon = await RunningDaemon.Start(data.Path))
        {
            using var over = new CancellationTokenSource();
            var killing = Task.Run(() => KillAt(daemon, data.Path, events, over.Token));
            await Live(daemon, promised);
            await over.CancelAsync();
            if (!await killing)
                return false;
        }

        await using var again = await RunningDaemon.Start(data.Path);
        await Verify(again, data.Path, promised, $"killed at event {events}");
        await again.Stop();
        return true;
    }

    /// <summary>What was answered with yes last, and what was asked and never answered.</summary>
    private sealed class Promise
    {
        public int? Vm { get; set; }
        public string? Answered { get; set; }
        public string? Asked { get; set; }
    }

    private static async Task Live(RunningDaemon daemon, Promise promise)
    {
        using var client = daemon.Client();
        try
        {
            foreach (var (ask, state) in Life)
            {
                promise.Asked = state;
                if (ask == "create")
                    promise.Vm = (await client.CreateVms(new() { TemplateText = Template }))[0].Id;
                else
                    await client.Act(promise.Vm!.Value, ask);
                (promise.Answered, promise.Asked) = (state, null);
                while (Word(await client.GetVm(promise.Vm!.Value)) != state)
                    await Task.Delay(5);
            }
        }
        catch (Exception e) when (e is PoweredException or HttpRequestException or IOException && Died(daemon))
        {
            return;
        }
    }

    private static bool Died(RunningDaemon daemon) => SpinWait.SpinUntil(() => daemon.HasExited, TimeSpan.FromSeconds(5));

    private static bool KillAt(RunningDaemon daemon, string data, long events, CancellationToken over)
    {
        using var journal = Open(data);
        while (Count(journal) < events)
        {
            if (over.IsCancellationRequested)
                return false;
        }

        daemon.Kill();
        return true;
    }

    private static async Task Verify(RunningDaemon daemon, string data, Promise promise, string when)
    {
        using var client = daemon.Client();
        string[] right = [.. new[] { promise.Answered ?? "never made", promise.Asked }.OfType<string>()];
        var state = "";
        await daemon.Until(() => $"{when}: {string.Join(" or ", right)}; it is {state}", 20, async () =>
        {
            var vm = (await client.ListVms(done: true)).FirstOrDefault();
            state = vm is null ? "never made" : Word(vm);
            return right.Contains(state);
        });
        var (alive, domains, files, claims) = (0, 0, 0, 0);
        await daemon.Until(() => $"{when}: {state} with {alive} copies, {domains} domains, {files} files, {claims} claims", 20, async () =>
        {
            (alive, domains, files) = Hardware(data);
            claims = (await client.ListHosts()).Sum(h => h.Vms.Count);
            return state switch
            {
                "RUNNING" => (alive, domains, claims) == (1, 1, 1),
                "POWEROFF" => (alive, claims) == (0, 1) && files > 0,
                _ => (alive, domains, files, claims) == (0, 0, 0, 0),
            };
        });
        if (SimulatedWorld.Look(data + "/world").Violations is [var violation, ..])
            throw new BenchmarkException($"{when}: {violation}");

        // a VM that lives on can still be ended, and leaves nothing
        if ((await client.ListVms()).FirstOrDefault() is { } left)
        {
            await client.Act(left.Id, VmActions.TerminateHard);
            await daemon.Until($"{when}: gone without a trace", 20, async () =>
                (await client.ListVms()).Count == 0 && Hardware(data) == (0, 0, 0) && (await client.ListHosts()).All(h => h.Vms.Count == 0));
        }
    }

    private static (int Alive, int Domains, int Files) Hardware(string data)
    {
        var world = SimulatedWorld.Look(data + "/world");
        var domains = world.Machines.SelectMany(m => m.Domains).ToList();
        return (domains.Count(d => d.Alive), domains.Count, world.Machines.SelectMany(m => m.Files).Count(f => f.Owner is not null));
    }

    private static string Word(Vm vm) => vm.State == "ACTIVE" ? vm.LcmState : vm.State;

    private static SqliteConnection Open(string data)
    {
        var journal = new SqliteConnection($"Data Source={data}/journal.db;Mode=ReadOnly;Pooling=False");
        journal.Open();
        return journal;
    }

    private static long Events(string data)
    {
        using var journal = Open(data);
        return Count(journal);
    }

    private static long Count(SqliteConnection journal)
    {
        using var command = journal.CreateCommand();
        command.CommandText = "SELECT COALESCE(MAX(ordering), 0) FROM journal";
        return (long)command.ExecuteScalar()!;
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(folder.Replace(from, to, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
    }
}
