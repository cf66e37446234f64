using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class ClientTests
{
    private static PoweredClientOptions To(CannedAppliance appliance) =>
        new()
        {
            Address = new Uri(appliance.Address),
            Credentials = CannedAppliance.Credentials,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };

    [Fact]
    public async Task A_get_is_asked_again_while_the_daemon_is_not_ready()
    {
        var left = 2;
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(Routes.Me, () => left-- > 0
            ? CannedAppliance.Problem(503, "no leader")
            : CannedAppliance.Json(new User { Id = 0, Name = "oneadmin", Group = "oneadmin", GroupId = 0 }, WireJson.Default.User)));
        using var client = new PoweredClient(To(appliance));

        Assert.Equal("oneadmin", (await client.GetMe(TestContext.Current.CancellationToken)).Name);
        Assert.Equal(3, appliance.Asked.Count);
    }

    [Fact]
    public async Task What_changes_something_is_asked_once()
    {
        await using var appliance = await CannedAppliance.Start(
            a => a.Routing.MapPost(Routes.VmAction, () => CannedAppliance.Problem(503, "no leader")));
        using var client = new PoweredClient(To(appliance));

        await Assert.ThrowsAsync<PoweredException>(
            () => client.Act(1, VmActions.Poweroff, TestContext.Current.CancellationToken));
        Assert.Single(appliance.Asked);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_given_up_at_the_deadline()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(
            Routes.Me, (HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        using var client = new PoweredClient(To(appliance) with { Deadline = TimeSpan.FromMilliseconds(200) });

        var e = await Assert.ThrowsAsync<PoweredException>(() => client.GetMe(TestContext.Current.CancellationToken));
        Assert.Equal((Failure.TimedOut, "/users/me: no answer within 0.2 s"), (e.Failure, e.Message));
    }

    [Fact]
    public async Task The_address_is_good_with_and_without_its_path()
    {
        await using var appliance = await CannedAppliance.Start();
        foreach (var tail in new[] { "", "/", "/api/v1", "/api/v1/" })
        {
            using var client = new PoweredClient(To(appliance) with { Address = new Uri(appliance.Address + tail) });
            Assert.Equal("v1", (await client.GetVersion(TestContext.Current.CancellationToken)).Api);
        }
    }

    [Fact]
    public async Task Text_in_queries_and_paths_arrives_as_it_was()
    {
        await using var appliance = await CannedAppliance.Start();
        const string Name = "a b&c=d/ü?#%";
        appliance.Vms = [Samples.Vm(1, Name)];
        using var client = new PoweredClient(To(appliance));

        Assert.Equal(1, Assert.Single(await client.ListVms(Name, stop: TestContext.Current.CancellationToken)).Id);
    }

    [Fact]
    public void A_vm_is_written_on_the_wire_as_ever()
    {
        var vm = Samples.Vm(3, "web") with
        {
            Disks = [new VmDisk { Id = 0, Kind = "image", Target = "vda", ImageId = 1, Image = "debian", Format = "qcow2", SizeMib = 2048 }],
            Progress = new Progress { Step = "starting", Percent = 5 },
        };

        Assert.Equal(
            """
            {"id":3,"name":"web","state":"ACTIVE","lcmState":"RUNNING","stateNumber":3,"lcmStateNumber":3,"owner":"oneadmin","ownerId":0,"group":"oneadmin","groupId":0,"hostId":0,"host":"host0","cpuPercent":50,"vcpu":1,"memoryMib":512,"ips":["10.0.0.3"],"disks":[{"id":0,"kind":"image","target":"vda","imageId":1,"image":"debian","format":"qcow2","sizeMib":2048,"persistent":false}],"nics":[],"created":"2026-11-24T10:30:00+00:00","generation":1,"considered":[],"progress":{"step":"starting","percent":5}}
            """,
            JsonSerializer.Serialize(vm, WireJson.Default.Vm));
    }

    [Fact]
    public void A_reader_passes_over_fields_it_does_not_know()
    {
        var problem = JsonSerializer.Deserialize("""{"title":"t","status":409,"later":{"x":[1]},"code":2048}""", WireJson.Default.Problem)!;

        Assert.Equal(("t", 409, 2048), (problem.Title, problem.Status, problem.Code));
    }

    [Fact]
    public async Task A_stream_of_changes_is_opened_again_from_where_it_broke()
    {
        List<string?> from = [];
        await using var appliance = await CannedAppliance.Start();
        using var client = new PoweredClient(To(appliance));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        await foreach (var change in client.Watch(["vm"], stop: stop.Token))
        {
            from.Add($"{change.Kind} {change.Sequence}");
            if (from.Count == 1)
                appliance.Publish(new Change { Kind = "vm", Id = 1, Sequence = 0, Vm = Samples.Vm(1, "web") });
            else if (from.Count == 2)
                appliance.BreakStreams();
            else
                break;
        }

        Assert.Equal(["ready 100", "vm 101", "ready 101"], from);
    }
}
