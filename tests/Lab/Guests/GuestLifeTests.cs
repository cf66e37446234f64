using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Lab.Daemon;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Lab.Guests;

/// <summary>The appliance from outside, with a real libvirt and a guest that boots: one VM through all that can befall it.</summary>
public sealed partial class GuestLifeTests(ITestOutputHelper output)
{
    private const string Name = "one-of-a-kind";
    private const string Address = "10.66.0.10";
    private const string Template = $"""
        CPU="0.5"
        VCPU="1"
        MEMORY="128"
        DISK=[IMAGE="small-guest"]
        NIC=[NETWORK="lan"]
        GRAPHICS=[TYPE="VNC",LISTEN="127.0.0.1"]
        CONTEXT=[NETWORK="YES",SET_HOSTNAME="$NAME",START_SCRIPT="echo script-of-$(hostname)"]
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    [Fact]
    public async Task A_guest_boots_talks_outlives_the_daemon_and_leaves_nothing_behind()
    {
        await using var lab = await LabHosts.Start(1);
        var host = lab[1];
        var disk = await SmallGuest.Disk();
        var data = Directory.CreateTempSubdirectory("powered-guest-").FullName;
        try
        {
            int vm;
            string boot;
            await using (var daemon = await Daemon(data))
            {
                vm = await Begin(daemon, host, disk);
                await ReadyLine(daemon.Client, vm);
                var log = await Until.Some(async () => await Log(daemon.Client, vm) is var said && said.Contains("START-SCRIPT", StringComparison.Ordinal)
                    ? said : null, Patience, () => "START_SCRIPT has run");
                Assert.Contains($"script-of-{Name}", log, StringComparison.Ordinal);
                await host.Run("ip", "address", "add", "10.66.0.1/24", "dev", "br0");
                Assert.Contains($"hostname={Name}", await host.Run("curl", "-sSf", "-m", "120", $"http://{Address}/cgi-bin/stat"), StringComparison.Ordinal);
                await using (var console = await GuestConsole.Open(daemon.Client, vm))
                    await console.Ask("echo $((6*7))", @"\n(42)\r?\n");
                Tell("it booted, read its CONTEXT, answered by network and console");

                await daemon.Client.Act(vm, VmActions.Poweroff);
                await Reach(daemon, vm, "POWEROFF");
                Assert.Null(host.Qemu($"one-{vm}"));
                await daemon.Client.Act(vm, VmActions.Resume);
                await Reach(daemon, vm, "RUNNING");
                Assert.Equal("2", await ReadyLine(daemon.Client, vm));
                boot = await BootId(daemon.Client, vm);
                Tell("its power button ended it; it was resumed");
                await daemon.Kill();
            }

            await using (var daemon = await Daemon(data))
            {
                await Reach(daemon, vm, "RUNNING");
                await Until.True(async () => (await daemon.Client.ListHosts()).Single() is { State: "MONITORED", Vms: [var only] } && only == vm, Patience,
                    () => $"the host has its VM again:\n{daemon.Output}");
                Assert.Equal([$"one-{vm}"], await Domains(host));
                Assert.Equal(boot, await BootId(daemon.Client, vm));
                Assert.Equal("2", await ReadyLine(daemon.Client, vm));
                Assert.Empty((await daemon.Client.ListHosts()).Single().WildVms);
                Tell("the daemon was killed and started again; the guest did not notice");

                await using (var console = await GuestConsole.Open(daemon.Client, vm))
                {
                    await console.Ask("echo again=$((6*7))", "again=(42)");
                    await console.Type("poweroff");
                    await Reach(daemon, vm, "POWEROFF");
                }

                await daemon.Client.Act(vm, VmActions.Resume);
                await Reach(daemon, vm, "RUNNING");
                Assert.Equal("3", await ReadyLine(daemon.Client, vm));
                Tell("poweroff was typed inside; it was resumed");

                host.KillQemu($"one-{vm}");
                await Until.True(async () => await Word(daemon.Client, vm) is not "RUNNING", Patience, () => "a killed guest does not run");
                var killed = await daemon.Client.GetVm(vm);
                Tell($"its qemu was killed: {killed.State} {killed.LcmState}, {killed.Reason}");
                await daemon.Client.Act(vm, killed.State is "ACTIVE" ? VmActions.TerminateHard : VmActions.Terminate);
                await Reach(daemon, vm, "DONE");
                await NothingLeft(daemon, host);
                await daemon.Stop();
            }

            Tell("it is gone without a trace");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    internal static Task<DaemonProcess> Daemon(string data) =>
        DaemonProcess.Start(data, ["--Hosts:Acceleration", "tcg: a lab", "--Log:Level", "Warning"]);

    /// <summary>From an empty appliance to a VM that is RUNNING.</summary>
    private static async Task<int> Begin(DaemonProcess daemon, LabHost host, string disk)
    {
        var client = daemon.Client;
        await client.AddHost(new() { Name = "host1", Uri = host.Uri, DatastorePath = host.DatastorePath });
        await Until.True(async () => (await client.ListHosts()).All(h => h.State == "MONITORED"), Patience, () => $"the host is MONITORED:\n{daemon.Output}");
        using var http = new HttpClient { Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(daemon.Secret)));
        using var made = await http.PostAsJsonAsync($"http://127.0.0.1:{daemon.RestPort}/api/v1/networks", new
        {
            name = "lan",
            text = $"BRIDGE=br0\nAR=[TYPE=IP4,IP={Address},SIZE=4]\nNETWORK_ADDRESS=10.66.0.0\nNETWORK_MASK=255.255.255.0",
        });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        await client.AddImage(new() { Name = "small-guest", Path = disk });
        await Until.True(async () => (await client.ListImages("small-guest")).Single().State == "READY", Patience, () => "the image is READY");
        await client.CreateTemplate(new() { Name = "small", Text = Template });
        var vm = (await client.CreateVms(new() { Template = "small", Name = Name })).Single();
        await Reach(daemon, vm.Id, "RUNNING");
        Assert.Equal([Address], (await client.GetVm(vm.Id)).Ips);
        return vm.Id;
    }

    private static async Task NothingLeft(DaemonProcess daemon, LabHost host)
    {
        await Until.True(async () => (await daemon.Client.ListHosts()).Single() is { Vms.Count: 0, Allocated: { CpuPercent: 0, MemoryMib: 0 } }, Patience,
            () => "no claim is left");
        Assert.Empty(await Domains(host));
        Assert.Empty(Directory.EnumerateFiles(host.DatastorePath, "one-*", SearchOption.AllDirectories));
        Assert.Equal(0, (await daemon.Client.ListNetworks("lan")).Single().LeasesUsed);
        Assert.Equal("READY", (await daemon.Client.ListImages("small-guest")).Single().State);
    }

    /// <summary>Waits for the guest's own line on its console log; returns the number of its boot.</summary>
    private static async Task<string> ReadyLine(PoweredClient client, int vm) => await Until.Some(
        async () => Ready().Match(await Log(client, vm)) is { Success: true } match ? match.Groups[1].Value : null, Patience,
        () => "the guest says its ready line");

    private static async Task<string> Log(PoweredClient client, int vm)
    {
        var said = new StringBuilder();
        await foreach (var piece in client.ReadVmLog(vm))
            said.Append(Encoding.UTF8.GetString(piece.Span));
        return said.ToString();
    }

    internal static async Task<string> BootId(PoweredClient client, int vm)
    {
        await using var console = await GuestConsole.Open(client, vm);
        return await console.Ask("echo boot=$(cat /proc/sys/kernel/random/boot_id)", "boot=([0-9a-f-]{36})");
    }

    internal static async Task<string[]> Domains(LabHost host) =>
        (await host.Run("virsh", "-q", "list", "--all", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    internal static async Task<string> Word(PoweredClient client, int id) =>
        await client.GetVm(id) is var vm && vm.State == "ACTIVE" ? vm.LcmState : vm.State;

    internal static Task Reach(DaemonProcess daemon, int vm, string state) => Until.True(
        async () => await Word(daemon.Client, vm) == state, Patience, () => $"VM {vm} is {state}:\n{daemon.Output}");

    private void Tell(string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} s  {what}"));

    [GeneratedRegex($@"POWERED-GUEST-READY name={Name} ip=10\.66\.0\.10 up=\S+ boots=(\d+)\r?\n")]
    private static partial Regex Ready();
}
