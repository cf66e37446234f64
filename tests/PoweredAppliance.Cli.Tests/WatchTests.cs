using System.Text.Json;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class WatchTests
{
    [Fact]
    public async Task A_watched_list_follows_and_ends_on_Ctrl_C()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "web")];
        using var line = new Line(appliance);

        var running = line.Run("vm", "list", "--watch");
        await Until.True(() => line.Out.Text.Contains("runn", StringComparison.Ordinal), "the list is shown");
        appliance.Put(Samples.Vm(1, "web", "SHUTDOWN_POWEROFF"));
        await Until.True(() => line.Out.Text.Contains("shut", StringComparison.Ordinal), "the change is shown");
        appliance.Publish(new Change { Kind = "vm", Id = 1, Sequence = 0, Vm = Samples.Vm(1, "web", "DONE") });
        await Until.True(
            () => line.Out.Text.Contains("no VMs yet", StringComparison.Ordinal),
            "one that is done leaves the list");
        await line.Stop.CancelAsync();

        Assert.Equal(Exit.Ok, (await running).Code);
        await Until.True(() => appliance.Watchers == 0, "the stream is closed");
    }

    [Fact]
    public async Task Every_kind_of_thing_is_listed_shown_and_watched_alike()
    {
        await using var appliance = await CannedAppliance.Start();
        var store = new Datastore { Id = 1, Name = "default", Type = "IMAGE", State = "READY", FreeMib = 2048, Images = [3, 4] };
        appliance.Datastores = [store];
        using var line = new Line(appliance);
        var shown = (await line.Run("datastore", "show", "default")).Out;
        Assert.Matches(@"name +default\n", shown);
        Assert.Matches(@"images +3 4\n", shown);

        using var second = new Line(appliance);
        var running = second.Run("datastore", "list", "--watch");
        await Until.True(() => second.Out.Text.Contains("default", StringComparison.Ordinal), "the datastore is listed");
        appliance.Publish(new Change { Kind = "datastore", Id = 1, Sequence = 0, Datastore = store with { State = "DISABLED" } });
        await Until.True(() => second.Out.Text.Contains("DISABLED", StringComparison.Ordinal), "the change is shown");
        await second.Stop.CancelAsync();
        Assert.Equal(Exit.Ok, (await running).Code);
    }

    [Fact]
    public async Task With_json_each_line_is_a_change_beginning_with_what_is_there()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Hosts = [Samples.Host(0, "a"), Samples.Host(1, "b")];
        using var line = new Line(appliance);

        var running = line.Run("host", "list", "--watch", "--json");
        await Until.True(() => line.Out.Text.Count(c => c == '\n') == 2, "both hosts");
        appliance.Publish(new Change { Kind = "host", Id = 1, Sequence = 0, Gone = true });
        await Until.True(() => line.Out.Text.Count(c => c == '\n') == 3, "the change");
        await line.Stop.CancelAsync();

        var changes = (await running).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonSerializer.Deserialize(l, WireJson.Default.Change)!)
            .Select(c => (c.Sequence, c.Kind, c.Id, c.Gone, c.Host?.Name));
        Assert.Equal(
            [(100, "host", 0, false, "a"), (100, "host", 1, false, "b"), (101, "host", 1, true, null)], changes);
    }

    [Fact]
    public async Task A_terminal_is_drawn_over()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "web")];
        using var line = new Line(appliance) { Terminal = true };

        var running = line.Run("vm", "show", "web", "-w");
        await Until.True(() => line.Out.Text.Contains("RUNNING", StringComparison.Ordinal), "the VM is shown");
        appliance.Put(Samples.Vm(1, "web", "POWEROFF"));
        await Until.True(() => line.Out.Text.Contains("POWEROFF", StringComparison.Ordinal), "the change is shown");
        await line.Stop.CancelAsync();

        Assert.Equal(2, (await running).Out.Split("\e[H").Length - 1);
    }

    [Fact]
    public async Task A_filter_holds_while_watching()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance);

        var running = line.Run("vm", "list", "--state", "running", "--watch", "--json");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Publish(new Change { Kind = "vm", Id = 4, Sequence = 0, Vm = Samples.Vm(4, "off", "POWEROFF") });
        appliance.Publish(new Change { Kind = "vm", Id = 5, Sequence = 0, Vm = Samples.Vm(5, "on") });
        await Until.True(() => line.Out.Text.Contains("\"on\"", StringComparison.Ordinal), "the one that runs");
        await line.Stop.CancelAsync();

        Assert.DoesNotContain("off", (await running).Out);
    }

    [Fact]
    public async Task Watching_goes_on_after_the_stream_broke()
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "web")];
        using var line = new Line(appliance);

        var running = line.Run("vm", "list", "--watch");
        await Until.True(() => line.Out.Text.Contains("runn", StringComparison.Ordinal), "the list is shown");
        appliance.Vms = [Samples.Vm(1, "web", "SUSPENDED")];
        appliance.BreakStreams();
        await Until.True(
            () => line.Out.Text.Contains("susp", StringComparison.Ordinal),
            "what changed meanwhile is shown");
        await line.Stop.CancelAsync();

        Assert.Equal(Exit.Ok, (await running).Code);
    }
}
