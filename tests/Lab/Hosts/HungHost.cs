using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Lab.Hosts;

/// <summary>
/// Three hosts, one daemon, and a libvirtd that stops where it stands. While it hangs, VMs are created and powered off
/// on the other two, and take as long as they did before; the silent host is in ERROR and its VM UNKNOWN within 15 s,
/// and both are right again when it goes on. Quiet and hung spells take turns, so that a machine that gets slower or
/// faster meanwhile counts for both.
/// </summary>
/// <param name="folder">for the daemon's data</param>
public sealed class HungHost(string folder)
{
    private const int Spells = 2;
    private const int Least = 8;
    private const string Diskless = "CPU=0.1\nVCPU=1\nMEMORY=16\n";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan SilentWithin = TimeSpan.FromSeconds(15);

    private readonly Latencies _quiet = new();
    private readonly Latencies _hung = new();
    private int _operations;

    /// <summary>Seconds from the hang until the host was in ERROR and its VM UNKNOWN; the longest there was.</summary>
    public double SilentSeconds { get; private set; }

    /// <summary>
    /// Of all pairs of an operation in a quiet spell and one during a hang, the part in which the latter took longer by more than that; of
    /// creating and powering off, the greater. What delays others does so in nearly every pair; what else the machine is busy with, in some.
    /// </summary>
    public double Delayed(TimeSpan by) => Math.Max(
        Longer(_quiet.Creates, _hung.Creates, by.TotalMilliseconds), Longer(_quiet.PowerOffs, _hung.PowerOffs, by.TotalMilliseconds));

    private static double Longer(List<double> quiet, List<double> hung, double by) =>
        (double)quiet.Sum(q => hung.Count(h => h > q + by)) / (quiet.Count * hung.Count);

    /// <summary>Medians in milliseconds and how many were measured, for people.</summary>
    public string Told => $"create to RUNNING {_quiet.Create} quiet, {_hung.Create} hung; "
        + $"poweroff-hard {_quiet.PowerOff} quiet, {_hung.PowerOff} hung; "
        + $"{string.Create(CultureInfo.InvariantCulture, $"UNKNOWN after {SilentSeconds:0.0} s")}";

    /// <summary>
    /// Returns the milliseconds that an operation took more at the median during the hangs than before; of creating and
    /// powering off, the worse. Throws a <see cref="TimeoutException"/> when a state does not come in its time.
    /// </summary>
    public async Task<double> Run()
    {
        await using var hosts = await LabHosts.Start(3);
        await using var daemon = await DaemonProcess.Start(
            folder, ["--Hosts:Acceleration", "tcg: a lab", "--Log:Level", "Warning"]);
        var client = daemon.Client;
        for (var n = 1; n <= hosts.Count; n++)
        {
            await client.AddHost(
                new() { Name = $"host{n}", Uri = hosts[n].Uri, DatastorePath = hosts[n].DatastorePath });
        }

        await Until.True(
            async () => (await client.ListHosts()).All(h => h.State == "MONITORED"), Patience,
            () => $"all hosts MONITORED:\n{daemon.Output}");
        var victim = await Create(client, 1);
        await Reach(client, victim, "RUNNING");
        await Operate(client, new(), () => _operations >= 4); // the first of everything is slower

        for (var spell = 0; spell < Spells; spell++)
        {
            var quiet = _operations + Least;
            await Operate(client, _quiet, () => _operations >= quiet);
            hosts[1].Freeze();
            try
            {
                var hung = _operations + Least;
                var silence = Silence(client, victim);
                await Operate(client, _hung, () => _operations >= hung && silence.IsCompleted);
                SilentSeconds = Math.Max(SilentSeconds, (await silence).TotalSeconds);
            }
            finally
            {
                hosts[1].Thaw();
            }

            await Until.True(
                async () => await Word(client, victim) == "RUNNING" && await HostState(client) == "MONITORED", Patience,
                () => $"the host and its VM are right again:\n{daemon.Output}");
        }

        await client.Act(victim, VmActions.TerminateHard);
        await Reach(client, victim, "DONE");
        return Math.Max(_hung.Create.Value - _quiet.Create.Value, _hung.PowerOff.Value - _quiet.PowerOff.Value);
    }

    private async Task Operate(PoweredClient client, Latencies into, Func<bool> enough)
    {
        for (var host = 2; !enough(); host = 5 - host)
        {
            var began = Stopwatch.GetTimestamp();
            var vm = await Create(client, host);
            await Reach(client, vm, "RUNNING");
            into.Creates.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            began = Stopwatch.GetTimestamp();
            await client.Act(vm, VmActions.PoweroffHard);
            await Reach(client, vm, "POWEROFF");
            into.PowerOffs.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await client.Act(vm, VmActions.TerminateHard);
            await Reach(client, vm, "DONE");
            _operations++;
        }
    }

    private static async Task<TimeSpan> Silence(PoweredClient client, int victim)
    {
        var began = Stopwatch.GetTimestamp();
        await Until.True(
            async () => await Word(client, victim) == "UNKNOWN" && await HostState(client) == "ERROR", SilentWithin,
            () => "the hung host is in ERROR and its VM UNKNOWN");
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<int> Create(PoweredClient client, int host) =>
        (await client.CreateVms(new() { TemplateText = $"{Diskless}SCHED_REQUIREMENTS=\"NAME = host{host}\"" }))
            .Single().Id;

    /// <summary>Looks every few milliseconds: how often one looks is the grain of what is measured.</summary>
    private static async Task Reach(PoweredClient client, int vm, string state)
    {
        var since = Stopwatch.StartNew();
        while (await Word(client, vm) != state)
        {
            if (since.Elapsed > Patience)
            {
                var now = await client.GetVm(vm);
                throw new TimeoutException($"VM {vm} is not {state} but {now.State} {now.LcmState}: {now.Reason}");
            }

            await Task.Delay(5);
        }
    }

    private static async Task<string> Word(PoweredClient client, int id) =>
        await client.GetVm(id) is var vm && vm.State == "ACTIVE" ? vm.LcmState : vm.State;

    private static async Task<string> HostState(PoweredClient client) =>
        (await client.ListHosts("host1")).Single().State;

    private sealed class Latencies
    {
        public List<double> Creates { get; } = [];
        public List<double> PowerOffs { get; } = [];
        public Median Create => new(Creates);
        public Median PowerOff => new(PowerOffs);
    }

    private readonly record struct Median(List<double> Of)
    {
        public double Value => Of.Order().ElementAt(Of.Count / 2);
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Value:0} ms (n={Of.Count})");
    }
}
