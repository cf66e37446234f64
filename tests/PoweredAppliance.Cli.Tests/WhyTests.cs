using Microsoft.AspNetCore.Builder;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class WhyTests
{
    private static readonly VmWhy Waiting = new()
    {
        Id = 17,
        Name = "web",
        State = "PENDING",
        LcmState = "LCM_INIT",
        Kind = "waiting",
        Text = "none of 15 hosts fits",
        Since = Samples.Now - TimeSpan.FromSeconds(185),
        Hosts = 15,
        Reasons =
        [
            new("too-little-memory", 12, "12 hosts: not enough memory (nearest: host7 lacks 4 GiB, host3 lacks 6 GiB)", [new(7, "host7", "4 GiB"), new(3, "host3", "6 GiB")]),
            new("disabled", 3, "3 hosts: disabled (host1, host2 and 1 more)", []),
        ],
        Ways = [new(7, "host7", 4, 3, "host3"), new(3, "host3", 9, 7, "host7")],
    };

    private static Task<CannedAppliance> Start(VmWhy why) => CannedAppliance.Start(a =>
    {
        a.Vms = [Samples.Vm(17, "web", "PENDING")];
        a.Routing.MapGet(Routes.VmWhy, (int id) => id == why.Id ? CannedAppliance.Json(why, WireJson.Default.VmWhy) : CannedAppliance.Problem(404, $"no VM has id {id}", 1024));
    });

    [Fact]
    public async Task A_VM_that_waits_is_explained_a_reason_a_line()
    {
        await using var appliance = await Start(Waiting);
        using var line = new Line(appliance);
        var ran = await line.Run("vm", "why", "web");
        Assert.Equal(
            """
            VM 17 'web' is PENDING and waits for a host: none of 15 hosts fits
              since 2026-11-24 11:56:55 +00:00 (3m 05s)
              12 hosts: not enough memory (nearest: host7 lacks 4 GiB, host3 lacks 6 GiB)
              3 hosts: disabled (host1, host2 and 1 more)
              2 hosts would fit if one VM moved: host7 (VM 4 to host3), host3 (VM 9 to host7)

            """,
            ran.Out);
        Assert.Equal(Exit.Ok, ran.Code);
    }

    [Fact]
    public async Task What_is_against_it_everywhere_is_said_once_and_a_single_way_in_full()
    {
        const string No = "SCHED_RANK cannot be read: syntax error";
        await using var appliance = await Start(Waiting with { Text = No, Since = null, Reasons = [new("unreadable", 15, No, [])], Ways = [Waiting.Ways[0]] });
        using var line = new Line(appliance);
        Assert.Equal(
            $"VM 17 'web' is PENDING and waits for a host: {No}\n  host7 would fit if VM 4 moved to host3\n", (await line.Run("vm", "why", "17")).Out);
    }

    [Fact]
    public async Task As_JSON_it_is_the_wires_own_and_a_VM_that_is_not_there_is_told()
    {
        await using var appliance = await Start(Waiting);
        using var json = new Line(appliance);
        var said = System.Text.Json.JsonSerializer.Deserialize((await json.Run("vm", "why", "web", "--json")).Out, WireJson.Default.VmWhy)!;
        Assert.Equal((Waiting.Text, Waiting.Ways[1], Waiting.Reasons[0].Nearest[1]), (said.Text, said.Ways[1], said.Reasons[0].Nearest[1]));
        using var missing = new Line(appliance);
        var ran = await missing.Run("vm", "why", "18");
        Assert.Equal((Exit.NotFound, true), (ran.Code, ran.Error.Contains("no VM has id 18", StringComparison.Ordinal)));
    }
}
