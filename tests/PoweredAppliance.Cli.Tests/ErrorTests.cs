using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData("wbe", "powered: no VM named 'wbe'; did you mean 'web'?\n")]
    [InlineData("Web", "powered: no VM named 'Web'; did you mean 'web'?\n")]
    [InlineData("databse", "powered: no VM named 'databse'; did you mean 'database'?\n")]
    [InlineData("node-", "powered: no VM named 'node-'; did you mean 'node-1' or 'node-2'?\n")]
    [InlineData("zzzzz", "powered: no VM named 'zzzzz'\n")]
    public async Task A_name_that_does_not_exist_is_answered_with_near_ones(string name, string text)
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "web"), Samples.Vm(2, "database"), Samples.Vm(3, "node-1"), Samples.Vm(4, "node-2")];
        using var line = new Line(appliance);

        Assert.Equal(new Ran(Exit.NotFound, "", text), await line.Run("vm", "show", name));
    }

    [Theory]
    [InlineData("host", "show")]
    [InlineData("image", "show")]
    [InlineData("template", "show")]
    [InlineData("network", "show")]
    public async Task Where_there_is_nothing_a_name_is_answered_so(string kind, string verb)
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance);

        Assert.Equal(
            new Ran(Exit.NotFound, "", $"powered: no {kind} named 'x'; there are no {kind}s yet\n"),
            await line.Run(kind, verb, "x"));
    }

    [Fact]
    public async Task A_name_that_several_have_must_be_said_by_id()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "web"), Samples.Vm(7, "web")];
        using var line = new Line(appliance);

        var ran = await line.Run("vm", "poweroff", "web");

        Assert.Equal(new Ran(Exit.Refused, "", "powered: 2 VMs are named 'web': say which by id (1, 7)\n"), ran);
        Assert.DoesNotContain(appliance.Asked, a => a.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400, Exit.Refused)]
    [InlineData(401, Exit.NotAuthorised)]
    [InlineData(403, Exit.NotAuthorised)]
    [InlineData(404, Exit.NotFound)]
    [InlineData(409, Exit.Refused)]
    [InlineData(422, Exit.Refused)]
    [InlineData(423, Exit.Refused)]
    [InlineData(500, Exit.Failed)]
    [InlineData(503, Exit.Unreachable)]
    [InlineData(504, Exit.TimedOut)]
    public async Task A_refusal_ends_with_the_exit_code_of_its_kind(int status, int code)
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapPost(
            Routes.VmAction, () => CannedAppliance.Problem(status, "the reason, with 3 numbers")));
        using var line = new Line(appliance);

        Assert.Equal(new Ran(code, "", "powered: the reason, with 3 numbers\n"), await line.Run("vm", "poweroff", "1"));
    }

    [Fact]
    public async Task The_daemon_may_say_what_was_meant()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapPost(
            Routes.Hosts, () => CannedAppliance.Problem(422, "no profile named 'r640'.", candidates: ["dell-r640"])));
        using var line = new Line(appliance);

        var ran = await line.Run("host", "add", "h", "--profile", "r640");

        Assert.Equal(new Ran(Exit.Refused, "", "powered: no profile named 'r640'; did you mean 'dell-r640'?\n"), ran);
    }

    [Fact]
    public async Task A_wrong_secret_is_not_authorised()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance, "oneadmin:wrong");

        Assert.Equal(
            new Ran(Exit.NotAuthorised, "", "powered: user or secret is wrong\n"), await line.Run("vm", "list"));
    }

    [Fact]
    public async Task A_daemon_that_is_away_is_named_with_its_address()
    {
        using var line = new Line { ["POWERED_API"] = "http://127.0.0.1:1" };

        var ran = await line.Run("vm", "list");

        Assert.Equal(Exit.Unreachable, ran.Code);
        Assert.StartsWith("powered: cannot reach poweredd at http://127.0.0.1:1: ", ran.Error);
    }

    [Fact]
    public async Task Something_else_on_that_port_is_recognised()
    {
        await using var appliance = await CannedAppliance.Start(
            a => a.Routing.MapGet("/other/api/v1/vms", () => "<html>"));
        using var line = new Line(appliance) { ["POWERED_API"] = appliance.Address + "/nothing" };

        var ran = await line.Run("vm", "list");

        Assert.Equal(Exit.Unreachable, ran.Code);
        Assert.Contains("is that address poweredd's?", ran.Error);
    }

    [Theory]
    [InlineData("powered: 'powered vm' has no 'lst'; did you mean 'list'?\nSee `powered vm --help`.\n", "vm", "lst")]
    [InlineData("powered: 'powered' has no 'vmm'; did you mean 'vm'?\nSee `powered --help`.\n", "vmm")]
    [InlineData("powered: 'powered vm list' has no option --jsn; did you mean '--json'?\nSee `powered vm list --help`.\n", "vm", "list", "--jsn")]
    [InlineData("powered: --timeout: '5 parsecs' is no time; write 90s, 5m or 2h\n", "vm", "poweroff", "1", "--wait", "--timeout", "5 parsecs")]
    [InlineData("powered: --memory: 'lots' is no size; write 512M or 2G\n", "vm", "create", "-t", "1", "--memory", "lots")]
    [InlineData("powered: --count is 1 to 1000, not 0\n", "vm", "create", "-t", "1", "--count", "0")]
    [InlineData("powered: say where it comes from: one of --file, --path and --size\n", "image", "add", "x")]
    public async Task A_wrong_command_line_says_what_is_wrong(string text, params string[] words)
    {
        using var line = new Line();

        Assert.Equal(new Ran(Exit.Usage, "", text), await line.Run(words));
    }

    [Fact]
    public async Task With_json_an_error_is_a_problem_on_stderr()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance);

        var ran = await line.Run("vm", "show", "99", "--json");

        var problem = JsonSerializer.Deserialize(ran.Error, WireJson.Default.Problem)!;
        Assert.Equal(
            (Exit.NotFound, "", 404, "no VM has id 99", 1024),
            (ran.Code, ran.Out, problem.Status, problem.Detail, problem.Code));
    }

    [Fact]
    public async Task One_that_fails_does_not_keep_the_others_from_being_done()
    {
        await using var appliance = await CannedAppliance.Start(a => a.OnAction((vm, _) => vm));
        appliance.Vms = [Samples.Vm(1, "a"), Samples.Vm(3, "c")];
        using var line = new Line(appliance);

        var ran = await line.Run("vm", "reboot", "a", "b", "9", "c");

        Assert.Equal(
            new Ran(
                Exit.NotFound,
                "VM 1 'a': reboot accepted, now RUNNING\nVM 3 'c': reboot accepted, now RUNNING\n",
                "powered: no VM named 'b'\npowered: no VM has id 9\n"),
            ran);
    }
}
