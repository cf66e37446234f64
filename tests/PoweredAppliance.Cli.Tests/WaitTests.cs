using System.Text.Json;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class WaitTests
{
    private static Vm To(Vm vm, string state) => Samples.Vm(vm.Id, vm.Name, state);

    private static async Task<CannedAppliance> Started(string begins, params Vm[] vms)
    {
        var appliance = await CannedAppliance.Start(a => a.OnAction((vm, _) => To(vm, begins)));
        appliance.Vms = [.. vms];
        return appliance;
    }

    [Fact]
    public async Task Waiting_ends_when_the_vm_is_where_it_should_come_to()
    {
        await using var appliance = await Started("BOOT_POWEROFF", Samples.Vm(1, "web", "POWEROFF"));
        using var line = new Line(appliance);

        var running = line.Run("vm", "resume", "web", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Put(
            To(appliance.Vms[0], "BOOT_POWEROFF") with { Progress = new Progress { Step = "starting the guest", Percent = 50 } });
        await Until.True(
            () => line.Error.Text.Contains("starting the guest", StringComparison.Ordinal),
            "the step is shown");
        appliance.Put(To(appliance.Vms[0], "RUNNING"));

        Assert.Equal(
            new Ran(
                Exit.Ok,
                "VM 1 'web' is RUNNING on host0 at 10.0.0.1\n",
                "VM 1 'web': BOOT_POWEROFF\nVM 1 'web': BOOT_POWEROFF, starting the guest\n"),
            await running);
        Assert.Contains("POST /api/v1/vms/1/actions/resume", appliance.Asked);
    }

    [Fact]
    public async Task A_guest_that_ignores_the_shutdown_is_a_failure_that_says_why()
    {
        await using var appliance = await Started("SHUTDOWN_POWEROFF", Samples.Vm(1, "web"));
        using var line = new Line(appliance);

        var running = line.Run("vm", "poweroff", "web", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Put(To(appliance.Vms[0], "RUNNING") with { Reason = "the guest did not shut down within 120 s" });

        var ran = await running;
        Assert.Equal((Exit.Failed, ""), (ran.Code, ran.Out));
        Assert.EndsWith(
            "powered: VM 1 'web' did not come to POWEROFF, it is RUNNING: the guest did not shut down within 120 s\n",
            ran.Error);
    }

    [Fact]
    public async Task A_vm_that_comes_into_a_failure_state_is_a_failure()
    {
        await using var appliance = await Started("BOOT_POWEROFF", Samples.Vm(1, "web", "POWEROFF"));
        using var line = new Line(appliance);

        var running = line.Run("vm", "resume", "web", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Put(To(appliance.Vms[0], "BOOT_FAILURE") with { Reason = "no such bridge: br7" });

        var ran = await running;
        Assert.Equal(Exit.Failed, ran.Code);
        Assert.EndsWith("powered: VM 1 'web' is BOOT_FAILURE: no such bridge: br7\n", ran.Error);
    }

    [Fact]
    public async Task Waiting_times_out_and_says_where_it_stands()
    {
        await using var appliance = await Started("PENDING", Samples.Vm(1, "web", "STOPPED"));
        using var line = new Line(appliance);

        var ran = await line.Run("vm", "resume", "web", "--wait", "--timeout", "1s");

        Assert.Equal(Exit.TimedOut, ran.Code);
        Assert.EndsWith("powered: VM 1 'web' is still PENDING after 1.0s\n", ran.Error);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_waiting_not_the_action()
    {
        await using var appliance = await Started("SHUTDOWN_POWEROFF", Samples.Vm(1, "web"));
        using var line = new Line(appliance);

        var running = line.Run("vm", "poweroff", "web", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        await line.Stop.CancelAsync();

        var ran = await running;
        Assert.Equal(Exit.Interrupted, ran.Code);
        Assert.EndsWith("powered: no longer waiting; the appliance goes on by itself\n", ran.Error);
    }

    [Fact]
    public async Task A_vm_that_is_gone_has_been_terminated()
    {
        await using var appliance = await Started("EPILOG", Samples.Vm(1, "web"));
        using var line = new Line(appliance);

        var running = line.Run("vm", "terminate", "web", "--hard", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Publish(new Change { Kind = "vm", Id = 1, Sequence = 0, Gone = true });

        Assert.Equal("VM 1 'web' is DONE\n", (await running).Out);
        Assert.Contains("POST /api/v1/vms/1/actions/terminate-hard", appliance.Asked);
    }

    [Fact]
    public async Task What_came_about_while_the_daemon_was_restarted_is_found()
    {
        await using var appliance = await Started("BOOT_POWEROFF", Samples.Vm(1, "web", "POWEROFF"));
        using var line = new Line(appliance);

        var running = line.Run("vm", "resume", "web", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Vms[0] = To(appliance.Vms[0], "RUNNING");
        appliance.BreakStreams();

        Assert.Equal("VM 1 'web' is RUNNING on host0 at 10.0.0.1\n", (await running).Out);
    }

    [Fact]
    public async Task Several_are_followed_at_once()
    {
        await using var appliance = await Started(
            "BOOT_POWEROFF", Samples.Vm(1, "a", "POWEROFF"), Samples.Vm(2, "b", "POWEROFF"));
        using var line = new Line(appliance);

        var running = line.Run("vm", "resume", "a", "2", "--wait", "--json");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        await Until.True(() => line.Error.Text.Contains("0 of 2", StringComparison.Ordinal), "none is counted");
        appliance.Put(To(appliance.Vms[1], "RUNNING"));
        await Until.True(() => line.Error.Text.Contains("1 of 2", StringComparison.Ordinal), "the first is counted");
        appliance.Put(To(appliance.Vms[0], "RUNNING"));

        var ran = await running;
        Assert.Equal(
            JsonSerializer.Serialize((IReadOnlyList<Vm>)appliance.Vms, WireJson.Default.IReadOnlyListVm) + "\n",
            ran.Out);
        Assert.Equal("0 of 2 VMs RUNNING\n1 of 2 VMs RUNNING\n", ran.Error);
    }

    [Fact]
    public async Task On_a_terminal_progress_is_one_line_with_a_bar_that_is_wiped_at_the_end()
    {
        await using var appliance = await Started("PROLOG", Samples.Vm(1, "web", "UNDEPLOYED"));
        using var line = new Line(appliance) { Terminal = true };

        var running = line.Run("vm", "resume", "web", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Put(
            To(appliance.Vms[0], "PROLOG") with { Progress = new Progress { Step = "copying the image", Percent = 50 } });
        await Until.True(
            () =>
                line.Error.Text.Contains(
                    "copying the image  [############------------]  50 %  ", StringComparison.Ordinal),
            "a bar");
        appliance.Put(To(appliance.Vms[0], "RUNNING"));

        var ran = await running;
        Assert.DoesNotContain('\n', ran.Error);
        Assert.EndsWith("\r\e[K", ran.Error);
    }
}
