using PoweredAppliance.Core;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>Schedules through a whole control plane.</summary>
public sealed class ScheduleTests
{
    private static Task<Answer> Put(Site site, VmId vm, string pairs) => site.Cloud.Vm(
        new VmProtocol.PutSchedule(vm, null, Template.Parse($"SCHED_ACTION=[{pairs}]").Vector("SCHED_ACTION")!, Caller.Admin));

    [Fact]
    public async Task What_was_missed_while_the_appliance_was_down_is_done_once_when_it_is_back()
    {
        await using var site = await Site.Start();
        var vm = await site.Create("CPU=1\nMEMORY=64");
        await site.Reach(vm, LcmState.Running);
        var soon = DateTimeOffset.UtcNow.AddSeconds(2).ToUnixTimeSeconds();
        Assert.Equal(0, (await Put(site, vm, $"ACTION=suspend,TIME={soon},REPEAT=3,DAYS=1")).Id);
        await site.Down();
        await Site.Until(() => DateTimeOffset.UtcNow.ToUnixTimeSeconds() > soon, "time stands still");
        await site.Up();
        await site.Reach(vm, VmState.Suspended);
        Assert.Equal($"{soon + 3600}", site.Vm(vm).Schedule[0]["TIME"]);
        Assert.Single(site.Vm(vm).History);
    }

    [Fact]
    public async Task An_action_is_tried_until_it_can_be_done_and_the_next_in_line_follows()
    {
        await using var site = await Site.Start();
        var vm = await site.Create("CPU=1\nMEMORY=64", hold: true);
        await Put(site, vm, "ACTION=poweroff-hard,TIME=2");
        await Site.Until(() => site.Vm(vm).Schedule[0]["MESSAGE"] is { Length: > 0 }, "it does not say that it cannot");
        await site.Act(vm, VmAction.Release);
        await site.Reach(vm, VmState.Poweroff);
        await Put(site, vm, "ACTION=terminate,TIME=3");
        await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }
}
