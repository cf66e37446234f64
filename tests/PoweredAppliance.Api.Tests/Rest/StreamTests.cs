using System.Net;
using System.Net.WebSockets;
using System.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Rest;

[Collection(nameof(OneAppliance))]
public sealed class StreamTests(Appliance appliance)
{
    [Fact]
    public async Task A_watch_is_ready_first_and_then_tells_of_one_thing_in_order()
    {
        using var stop = new CancellationTokenSource(Appliance.Patience);
        await using var watch = appliance.Admin.Watch(["vm"], stop: stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(Change.Ready, watch.Current.Kind);
        var vm = (await appliance.Admin.CreateVms(new() { Template = "small", Name = "watched" })).Single();
        var (last, states) = (watch.Current.Sequence, new List<string>());
        while (states is not [.., "RUNNING"] && await watch.MoveNextAsync())
        {
            Assert.True(watch.Current.Sequence > last);
            last = watch.Current.Sequence;
            if (watch.Current.Id == vm.Id && states.LastOrDefault() != watch.Current.Vm!.LcmState)
                states.Add(watch.Current.Vm!.LcmState);
        }

        string[] life = ["LCM_INIT", "PROLOG", "BOOT", "RUNNING"];
        Assert.Equal(states, life.Where(states.Contains));
        await appliance.Admin.Act(vm.Id, VmActions.TerminateHard);
    }

    [Fact]
    public async Task A_watch_that_comes_back_is_told_to_read_again()
    {
        using var http = appliance.Http();
        http.DefaultRequestHeaders.Add("Last-Event-ID", "1");
        using var stop = new CancellationTokenSource(Appliance.Patience);
        using var reader = new StreamReader(await http.GetStreamAsync("watch?kinds=vm", stop.Token));
        Assert.StartsWith("id: ", await reader.ReadLineAsync(stop.Token));
        Assert.Equal("event: reset", await reader.ReadLineAsync(stop.Token));
    }

    [Fact]
    public async Task A_watcher_that_does_not_read_delays_nobody()
    {
        using var http = appliance.Http();
        using var stop = new CancellationTokenSource(Appliance.Patience);
        await using var lazy = await http.GetStreamAsync("watch", stop.Token);
        for (var i = 0; i < 20_000; i++)
            appliance.Cloud.Inventory.Changes.Tell("host", 0);
        Assert.NotEmpty(await appliance.Admin.ListHosts(stop: stop.Token));
    }

    [Fact]
    public async Task The_console_talks_both_ways_and_its_log_can_be_read()
    {
        using var stop = new CancellationTokenSource(Appliance.Patience);
        var vm = (await appliance.Admin.CreateVms(new() { Template = "small", Name = "talker" }, stop.Token)).Single();
        using var http = appliance.Http();
        await Appliance.Until(async () => (await appliance.Admin.GetVm(vm.Id)).LcmState == "RUNNING", "VM talker does not run");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync($"vms/{vm.Id}/console", stop.Token)).StatusCode);
        using (var socket = await appliance.Admin.OpenConsole(vm.Id, stop.Token))
        {
            await socket.SendAsync("hello\n"u8.ToArray(), WebSocketMessageType.Binary, true, stop.Token);
            var (heard, buffer) = (new StringBuilder(), new byte[4096]);
            while (!heard.ToString().Contains("hello", StringComparison.Ordinal))
                heard.Append(Encoding.ASCII.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, stop.Token)).Count));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", stop.Token);
        }

        var log = await http.GetStringAsync($"vms/{vm.Id}/log?tail=1", stop.Token);
        Assert.Equal("hello\n", log);
        await foreach (var piece in appliance.Admin.ReadVmLog(vm.Id, tail: 1, follow: true, stop: stop.Token))
        {
            Assert.Equal("hello\n", Encoding.UTF8.GetString(piece.Span));
            break;
        }

        await appliance.Admin.Act(vm.Id, VmActions.PoweroffHard, stop.Token);
        await Appliance.Until(async () => (await appliance.Admin.GetVm(vm.Id)).State == "POWEROFF", "VM talker is not off");
        Assert.Equal(HttpStatusCode.Conflict, (await http.GetAsync($"vms/{vm.Id}/console", stop.Token)).StatusCode);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate, stop.Token);
    }

    [Theory]
    [InlineData("", 5, "")]
    [InlineData("a\nb\n", 1, "b\n")]
    [InlineData("x\na\nb", 1, "b")]
    [InlineData("x\na\nb", 2, "a\nb")]
    [InlineData("\nx", 2, "\nx")]
    [InlineData("a\nb", 0, "")]
    public void The_tail_of_a_log_counts_a_line_without_an_end(string text, int lines, string expected) =>
        Assert.Equal(expected, StreamRoutes.LastLines(text, lines));

    [Theory]
    [InlineData("", "abc", "abc")]
    [InlineData("abc", "abcdef", "def")]
    [InlineData("abc", "bcdef", "bcdef")]
    [InlineData("abc", "new boot", "new boot")]
    public void A_followed_log_goes_on_where_it_was(string said, string now, string expected) =>
        Assert.Equal(expected, StreamRoutes.After(said, now));

    [Fact]
    public void A_followed_log_whose_beginning_falls_out_goes_on_where_it_was()
    {
        var said = string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n"));
        Assert.Equal("line 1000\n", StreamRoutes.After(said, $"{said[300..]}line 1000\n"));
    }
}

public sealed class LeavingTests
{
    [Fact]
    public async Task What_was_typed_before_a_client_vanished_reaches_a_guest_that_listens_slowly()
    {
        await using var appliance = new Appliance();
        await appliance.InitializeAsync();
        using var stop = new CancellationTokenSource(3 * Appliance.Patience);
        await appliance.Admin.AddHost(new() { Name = "slow", Uri = "sim:generic?latency=100ms&deadline=120s" }, stop.Token);
        var text = "CPU=1\nMEMORY=128\nSCHED_REQUIREMENTS=\"NAME=slow\"";
        await appliance.Admin.CreateTemplate(new() { Name = "slow", Text = text }, stop.Token);
        var vm = (await appliance.Admin.CreateVms(new() { Template = "slow" }, stop.Token)).Single();
        await Appliance.Until(async () => (await appliance.Admin.GetVm(vm.Id)).LcmState == "RUNNING", "the VM does not run");
        using (var socket = await appliance.Admin.OpenConsole(vm.Id, stop.Token))
        {
            // The greeting is read: TCP throws away what is on its way when somebody leaves with something unread.
            Assert.NotEqual(0, (await socket.ReceiveAsync(new byte[4096], stop.Token)).Count);
            // So is every echo, unless the guest hears nothing before the client is gone.
            appliance.World.Machine("slow").Silence();
            foreach (var line in new[] { "one\n", "two\n", "three\n" })
                await socket.SendAsync(Encoding.ASCII.GetBytes(line), WebSocketMessageType.Binary, true, stop.Token);
            socket.Abort();
            appliance.World.Machine("slow").Thaw();
        }

        using var http = appliance.Http();
        await Appliance.Until(
            async () => await http.GetStringAsync($"vms/{vm.Id}/log?tail=3", stop.Token) == "one\ntwo\nthree\n", "the guest has not heard all");
    }

    [Fact]
    public async Task The_daemon_does_not_wait_for_watchers_and_consoles_when_it_stops()
    {
        await using var appliance = new Appliance();
        await appliance.InitializeAsync();
        using var stop = new CancellationTokenSource(3 * Appliance.Patience);
        var vm = (await appliance.Admin.CreateVms(new() { Template = "small" }, stop.Token)).Single();
        await Appliance.Until(async () => (await appliance.Admin.GetVm(vm.Id)).LcmState == "RUNNING", "the VM does not run");
        using var http = appliance.Http();
        using var watch = await http.GetAsync("watch", HttpCompletionOption.ResponseHeadersRead, stop.Token);
        using var console = await appliance.Admin.OpenConsole(vm.Id, stop.Token);
        var stopping = appliance.Stop();
        var (buffer, result) = (new byte[4096], default(WebSocketReceiveResult));
        while (result is not { MessageType: WebSocketMessageType.Close })
            result = await console.ReceiveAsync(buffer, stop.Token);
        Assert.Equal("the controller stops", result.CloseStatusDescription);
        await stopping.WaitAsync(Appliance.Patience, stop.Token); // whoever waits for them waits for Appliance.StopsWithin
    }
}
