using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class TableTests
{
    [Fact]
    public async Task Vms_are_listed_in_the_columns_of_onevm()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms =
        [
            Samples.Vm(1, "web"),
            Samples.Vm(2, "a-rather-long-name", "POWEROFF") with
            {
                CpuPercent = 200,
                MemoryMib = 1536,
                Ips = ["10.0.0.2", "fd00::2"],
            },
            Samples.Vm(30, "new", "PENDING") with { Host = null, HostId = null, Ips = [], Created = Samples.Now },
            Samples.Vm(31, "bad", "BOOT_FAILURE") with
            {
                MemoryMib = 65536,
                Created = Samples.Now - TimeSpan.FromHours(75.25),
            },
        ];
        using var line = new Line(appliance);

        var ran = await line.Run("vm", "list");

        Assert.Equal(
            """
            ID  USER      GROUP     NAME                STAT  CPU   MEM  HOST   IP                TIME
             1  oneadmin  oneadmin  web                 runn  0.5  512M  host0  10.0.0.1      0d 01h30
             2  oneadmin  oneadmin  a-rather-long-name  poff    2  1.5G  host0  10.0.0.2, +1  0d 01h30
            30  oneadmin  oneadmin  new                 pend  0.5  512M  -      -             0d 00h00
            31  oneadmin  oneadmin  bad                 fail  0.5   64G  host0  10.0.0.31     3d 03h15

            """,
            ran.Out);
        Assert.Equal(Exit.Ok, ran.Code);
    }

    [Fact]
    public async Task Hosts_are_listed_with_what_is_allocated_and_why_one_is_silent()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Hosts =
        [
            Samples.Host(0, "host0"),
            Samples.Host(1, "host1") with
            {
                State = "ERROR",
                SilenceReason = "no answer for 31 s",
                Vms = [],
                Allocated = Resources.None,
            },
        ];
        using var line = new Line(appliance);

        var ran = await line.Run("host", "list");

        Assert.Equal(
            """
            ID  NAME   CLUSTER  PROFILE  VMS    CPU       MEM  STATE      WHY
             0  host0  default  generic    2  1.5/8  1.5G/16G  MONITORED  1 wild
             1  host1  default  generic    0    0/8    0M/16G  ERROR      no answer for 31 s

            """,
            ran.Out);
    }

    [Fact]
    public async Task A_host_is_shown_with_its_profile_and_what_differs()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Hosts = [Samples.Host(0, "host0")];
        using var line = new Line(appliance);

        var ran = await line.Run("host", "show", "host0");

        Assert.Equal(
            """
            id          0
            name        host0
            state       MONITORED
            last seen   2026-11-24 11:59:58 +00:00 (2.0s ago)
            uri         qemu:///system
            cluster     default
            hypervisor  QEMU 7.2.22, kvm
            profile     generic
            differs     memory: the profile says 64 GiB, the machine has 32 GiB
            capacity    8 cores, 16G
            allocated   1.5 cores, 1.5G
            free        6.5 cores, 14.5G
            in use      0.2 cores, 900M
            VMs         1 2
            wild VMs    stranger (running, 2 vcpu, 1G)

            """,
            ran.Out);
    }

    [Fact]
    public async Task A_VM_that_waits_lists_the_nearest_hosts_and_counts_those_that_are_not_listed()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms =
        [
            Samples.Vm(1, "big", "PENDING") with
            {
                Considered = [new(4, "host4", "1 GiB free, 2 GiB asked")],
                ConsideredCounts = new SortedDictionary<string, int> { ["disabled"] = 2, ["too-little-memory"] = 3 },
            },
        ];
        using var line = new Line(appliance);
        var shown = (await line.Run("vm", "show", "big")).Out;
        Assert.Matches("hosts looked at +host4: 1 GiB free, 2 GiB asked\n +of 5 in all: 3 too-little-memory, 2 disabled\n", shown);
    }

    [Fact]
    public async Task The_status_counts_hosts_and_vms_and_warns()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance);

        var ran = await line.Run("status");

        Assert.Equal(
            """
            version        0.1.0 (OpenNebula 7.4.0)
            up             5h 00m, since 2026-11-24 07:00:00 +00:00
            journal        SQLite
            hosts          3 (1 ERROR, 2 MONITORED)
            VMs            4 (1 POWEROFF, 3 RUNNING)
            cores          1.5 of 8 allocated
            memory         1.5G of 16G allocated
            control plane  10.0.0.1:4053 up, leader, answering
            addresses      rest     http://box:2616/api/v1
                           xmlrpc   http://box:2633/RPC2
            warning        host2 has not been heard of for 3 minutes

            """,
            ran.Out);
    }

    [Theory]
    [InlineData("vm", "no VMs yet; create one with `powered vm create --template NAME`\n")]
    [InlineData("host", "no hosts yet; add one with `powered host add NAME --uri qemu:///system`\n")]
    [InlineData("image", "no images yet; add one with `powered image add NAME --file disk.qcow2`\n")]
    [InlineData("template", "no VM templates yet; create one with `powered template create FILE`\n")]
    [InlineData("network", "no virtual networks yet; create one with OpenNebula's `onevnet create FILE`\n")]
    [InlineData("datastore", "no datastores yet; a host brings its own when it is added with `powered host add`\n")]
    public async Task An_empty_list_says_what_to_do_next(string kind, string text)
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance);

        Assert.Equal(new Ran(Exit.Ok, text, ""), await line.Run(kind, "list"));
    }

    [Fact]
    public async Task Colours_are_for_a_terminal_that_wants_them()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "web")];
        using var piped = new Line(appliance);
        using var terminal = new Line(appliance) { Terminal = true };
        using var plain = new Line(appliance) { Terminal = true, ["NO_COLOR"] = "1" };

        Assert.DoesNotContain('\e', (await piped.Run("vm", "list")).Out);
        Assert.Contains("\e[32mrunn\e[0m", (await terminal.Run("vm", "list")).Out);
        Assert.DoesNotContain('\e', (await plain.Run("vm", "list")).Out);
    }

    [Fact]
    public async Task A_name_cannot_steer_the_terminal()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "a\e[2Jb") with { Reason = "x\ry" }];
        using var line = new Line(appliance);

        Assert.Contains("a?[2Jb", (await line.Run("vm", "list")).Out);
        Assert.DoesNotContain((await line.Run("vm", "show", "1")).Out, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void A_table_that_is_too_wide_shortens_its_widest_text()
    {
        var table = new Table(("ID", Side.Right), ("NAME", Side.Left), ("MEM", Side.Right));
        table.Add(7, "abcdefghijklmnopqrstuvwxyz", "512M");

        Assert.Equal("ID  NAME           MEM\n 7  abcdefghijk…  512M\n", table.Render(colour: false, width: 22));
    }

    [Fact]
    public void A_table_that_is_too_long_says_how_many_it_leaves_out()
    {
        var table = new Table(("ID", Side.Right));
        for (var i = 1; i <= 9; i++)
            table.Add(i);

        Assert.Equal("ID\n 1\n 2\n... and 7 more\n", table.Render(colour: false, height: 5));
    }
}
