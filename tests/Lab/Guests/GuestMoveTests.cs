using System.Diagnostics;
using System.Globalization;
using System.Text;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Lab.Daemon;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Lab.Guests;

/// <summary>A guest on two hosts of libvirt, sent from the one to the other as OpenNebula's tools do it.</summary>
public sealed class GuestMoveTests(ITestOutputHelper output)
{
    private const string Template = """
        CPU="0.5"
        VCPU="1"
        MEMORY="128"
        DISK=[IMAGE="small-guest"]
        DISK=[SIZE="16",TYPE="fs",FORMAT="qcow2"]
        CONTEXT=[SET_HOSTNAME="$NAME"]
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    [Fact]
    public async Task A_guest_moves_running_saved_and_off_and_a_migration_outlives_the_daemon()
    {
        await using var lab = await LabHosts.Start(2);
        await lab[1].Wire(lab[2]);
        var disk = await SmallGuest.Disk();
        var data = Directory.CreateTempSubdirectory("powered-moving-").FullName;
        try
        {
            int vm;
            string boot;
            await using (var daemon = await GuestLifeTests.Daemon(data))
            {
                var client = daemon.Client;
                await client.AddHost(new() { Name = "host1", Uri = lab[1].Uri, DatastorePath = lab[1].DatastorePath });
                await client.AddHost(new() { Name = "host2", Uri = lab[2].Uri, DatastorePath = lab[2].DatastorePath });
                await Until.True(async () => (await client.ListHosts()).All(h => h.State == "MONITORED"), Patience, () => $"the hosts are MONITORED:\n{daemon.Output}");
                await client.AddImage(new() { Name = "small-guest", Path = disk });
                await Until.True(async () => (await client.ListImages("small-guest")).Single().State == "READY", Patience, () => "the image is READY");
                vm = (await client.CreateVms(new() { TemplateText = $"{Template}SCHED_REQUIREMENTS=\"NAME = host1\"", Name = "mover" })).Single().Id;
                await GuestLifeTests.Reach(daemon, vm, "RUNNING");
                boot = await GuestLifeTests.BootId(client, vm);
                Tell("it runs on host1");

                await Migrate(daemon, vm, 2, live: true);
                await Arrived(daemon, lab, vm, 2, "RUNNING");
                Assert.Equal(boot, await GuestLifeTests.BootId(client, vm));
                Tell("it moved to host2 and noticed nothing");

                await Migrate(daemon, vm, 1, live: false);
                await Arrived(daemon, lab, vm, 1, "RUNNING");
                Assert.Equal(boot, await GuestLifeTests.BootId(client, vm));
                Tell("it was saved, moved to host1 and went on");

                await Migrate(daemon, vm, 2, live: true);
                await Until.True(async () => await GuestLifeTests.Word(client, vm) is not "RUNNING" || await IsOn(daemon, vm, 2), Patience, () => daemon.Output);
                await daemon.Kill();
            }

            await using (var daemon = await GuestLifeTests.Daemon(data))
            {
                await Arrived(daemon, lab, vm, 2, "RUNNING");
                Assert.Equal(boot, await GuestLifeTests.BootId(daemon.Client, vm));
                Tell("the daemon was killed while it moved; it is on host2 all the same");

                await daemon.Client.Act(vm, VmActions.PoweroffHard);
                await GuestLifeTests.Reach(daemon, vm, "POWEROFF");
                await Migrate(daemon, vm, 1, live: false);
                await Arrived(daemon, lab, vm, 1, "POWEROFF");
                await daemon.Client.Act(vm, VmActions.Resume);
                await Arrived(daemon, lab, vm, 1, "RUNNING");
                Tell("it was off, moved to host1 and started there");

                await daemon.Client.Act(vm, VmActions.TerminateHard);
                await GuestLifeTests.Reach(daemon, vm, "DONE");
                foreach (var number in new[] { 1, 2 })
                    await Gone(lab, number, vm);
                await daemon.Stop();
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>one.vm.migrate as onevm sends it: to a host (0 is host1), whether it has room or not, live or by saving.</summary>
    private static async Task Migrate(DaemonProcess daemon, int vm, int host, bool live)
    {
        using var http = new HttpClient();
        var call = $"<methodCall><methodName>one.vm.migrate</methodName><params>{Value("string", daemon.Secret)}{Value("int", Text(vm))}{Value("int", Text(host - 1))}"
            + $"{Value("boolean", live ? "1" : "0")}{Value("boolean", "0")}{Value("int", "-1")}{Value("int", "0")}</params></methodCall>";
        using var answer = await http.PostAsync(daemon.XmlRpc, new StringContent(call, Encoding.UTF8, "text/xml"));
        Assert.Contains("<boolean>1</boolean>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Value(string type, string text) => $"<param><value><{type}>{text}</{type}></value></param>";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> IsOn(DaemonProcess daemon, int vm, int host) => (await daemon.Client.GetVm(vm)).Host == $"host{host}";

    /// <summary>Waits until the VM is on that host and in that state, and nothing of it is on the other one.</summary>
    private static async Task Arrived(DaemonProcess daemon, LabHosts lab, int vm, int host, string state)
    {
        await Until.True(async () => await IsOn(daemon, vm, host) && await GuestLifeTests.Word(daemon.Client, vm) == state, Patience, () => $"VM {vm} is {state} on host{host}:\n{daemon.Output}");
        await Gone(lab, 3 - host, vm);
    }

    private static async Task Gone(LabHosts lab, int host, int vm)
    {
        await Until.True(() => Task.FromResult(!Directory.EnumerateFiles(lab[host].DatastorePath, $"one-{vm}*", SearchOption.AllDirectories).Any()), Patience, () => $"files of VM {vm} are on host{host}");
        Assert.DoesNotContain($"one-{vm}", await GuestLifeTests.Domains(lab[host]));
    }

    private void Tell(string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} s  {what}"));
}
