using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class PlanTests
{
    private static readonly Headroom Small = new()
    {
        Template = "small",
        TemplateId = 4,
        CpuPercent = 150,
        MemoryMib = 1024,
        DiskMib = 10240,
        Fits = 42,
        FitsIfAllUp = 60,
        RunsOutFirst = "memory",
        Clusters = [new(0, "default", 3, 40, 58, "memory"), new(100, "far", 1, 2, 2, "disk")],
        Reasons = [new("disabled", 1, "1 host: disabled (host3)", [])],
        Growth = new(7, 150, 2048, 0),
        FullAt = Samples.Now.AddDays(12.5),
    };

    private static readonly LossPlan Lost = new()
    {
        Hosts = ["host1", "host2"],
        Fits = false,
        Vms =
        [
            new(9, "db", 7, 1, "host1", 3, "host3", null, []),
            new(4, "web", 0, 2, "host2", null, null, "the only host does not fit", [new("too-little-cpu", 1, "1 host: not enough cpu (host3 lacks 2 cpu)", [])]),
        ],
    };

    [Fact]
    public async Task How_many_more_fit_is_a_line_a_table_and_what_to_know()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(Routes.Capacity, () => CannedAppliance.Json(Small, WireJson.Default.Headroom)));
        using var line = new Line(appliance);
        var ran = await line.Run("capacity", "--template", "small", "--cluster", "default");
        Assert.Equal(
            """
            42 more fit of template 'small' (1.5 cpu, 1G memory, 10G disk)
            CLUSTER  HOSTS  FIT  IF ALL UP  RUNS OUT
            default      3   40         58  memory
            far          1    2          2  disk
            all          4   42         60  memory
            1 host: disabled (host3)
            full in 12.5 days if the growth of the last 7 days goes on: 1.5 cpu, 2G memory, 0M disk a day

            """,
            ran.Out);
        Assert.Equal(Exit.Ok, ran.Code);
        Assert.Contains("GET /api/v1/capacity?template=small&cluster=default", appliance.Asked);
    }

    [Fact]
    public async Task A_shape_is_asked_in_the_wires_units_and_an_empty_zone_says_what_to_do()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(Routes.Capacity, () => CannedAppliance.Json(
            Small with { Template = null, Fits = 0, Clusters = [], Reasons = [], FullAt = null, Growth = new(1, 0, 0, 0), DiskMib = 0 }, WireJson.Default.Headroom)));
        using var line = new Line(appliance);
        var ran = await line.Run("capacity", "--cpu", "1.5", "--memory", "1G", "--disk", "10G");
        Assert.Equal(
            """
            no more fits of VMs of 1.5 cpu, 1G memory
            there are no hosts; add one with `powered host add NAME --uri qemu:///system`
            no growth that would use it up in the last 1 day

            """,
            ran.Out);
        Assert.Contains("GET /api/v1/capacity?cpuPercent=150&memoryMib=1024&diskMib=10240", appliance.Asked);
    }

    [Theory]
    [InlineData("--cpu", "none", "--cpu: 'none' is no number of cores")]
    [InlineData("--memory", "4X", "--memory: '4X' is no size")]
    [InlineData("--template", "small", "--template says what each takes")]
    public async Task A_wrong_command_line_is_told(string option, string value, string text)
    {
        using var line = new Line();
        var ran = await line.Run("capacity", option, value, "--disk", "1G");
        Assert.Equal((Exit.Usage, true), (ran.Code, ran.Error.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_plan_that_leaves_a_VM_without_a_place_ends_with_6_and_says_why()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(Routes.PlanLose, () => CannedAppliance.Json(Lost, WireJson.Default.LossPlan)));
        using var line = new Line(appliance);
        var ran = await line.Run("plan", "lose", "host1", "host2");
        Assert.Equal(
            """
            ID  NAME  PRIORITY  FROM   TO       WHY
             9  db           7  host1  host3    -
             4  web          0  host2  nowhere  1 host: not enough cpu (host3 lacks 2 cpu)
            without host1, host2 1 of 2 VMs find no place

            """,
            ran.Out);
        Assert.Equal(Exit.Refused, ran.Code);
        Assert.Contains("GET /api/v1/plan/lose?host=host1&host=host2", appliance.Asked);
    }

    [Fact]
    public async Task A_plan_in_which_all_fit_ends_with_0_and_an_empty_host_is_said()
    {
        var plan = Lost with { Fits = true, Vms = [Lost.Vms[0]] };
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(
            Routes.PlanLose, (string[] host) => CannedAppliance.Json(host is ["empty"] ? plan with { Hosts = ["empty"], Vms = [] } : plan, WireJson.Default.LossPlan)));
        using var json = new Line(appliance);
        var ran = await json.Run("plan", "lose", "host1", "--json");
        Assert.Equal(Exit.Ok, ran.Code);
        Assert.Equal(plan.Vms[0].To, System.Text.Json.JsonSerializer.Deserialize(ran.Out, WireJson.Default.LossPlan)!.Vms[0].To);
        using var empty = new Line(appliance);
        Assert.Equal(new Ran(Exit.Ok, "no VM has its place on empty\n", ""), await empty.Run("plan", "lose", "empty"));
    }
}
