using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>What hosts and guests do by themselves.</summary>
public sealed class WeatherTests
{
    private const string Small = "CPU=1\nMEMORY=128";

    [Fact]
    public async Task A_silent_host_makes_its_VMs_UNKNOWN_and_delays_nobody_else()
    {
        await using var site = await Site.Start(hosts: 2, silentAfter: Site.Soon);
        var here = await site.Create($"{Small}\nSCHED_REQUIREMENTS=\"NAME = h0\"");
        await site.Reach(here, LcmState.Running);
        site.World.Machine("h0").Silence();
        await site.Reach(here, LcmState.Unknown);
        await Site.Until(() => site.Inventory.Host(new(0)) is { State: HostState.Error, Silence: not null }, "h0 is not missed");
        var other = await site.Create(Small);
        await site.Reach(other, LcmState.Running);
        Assert.Equal("h1", site.Vm(other).Host!.Hostname);
        Assert.Equal(HostState.Error, site.Inventory.Host(new(0))!.State); // it was silent all the time
        site.World.Machine("h0").Thaw();
        await site.Reach(here, LcmState.Running);
        await Site.Until(() => site.Inventory.Host(new(0)) is { State: HostState.Monitored }, "h0 is not heard again");
        Assert.Empty(site.World.Violations);
    }

    [Fact]
    public async Task A_step_asked_of_a_silent_host_is_begun_when_it_answers_and_not_only_when_it_is_asked_again()
    {
        await using var site = await Site.Start(hosts: 0, silentAfter: Site.Soon);
        await site.Down();
        site.AskAgainAfter = TimeSpan.FromHours(1);
        await site.Up();
        await site.AddHost("h0");
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        site.World.Machine("h0").Silence();
        await site.Reach(vm, LcmState.Unknown);
        await site.Act(vm, VmAction.PoweroffHard);
        await site.Reach(vm, LcmState.ShutdownPoweroff);
        site.World.Machine("h0").Thaw();
        await site.Reach(vm, VmState.Poweroff);
        await site.Act(vm, VmAction.TerminateHard);
        await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }

    [Fact]
    public async Task What_a_guest_does_by_itself_is_seen()
    {
        await using var site = await Site.Start();
        var machine = site.World.Machine("h0");
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        Assert.True(machine.PowersOff($"one-{vm}"));
        await site.Reach(vm, VmState.Poweroff);
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        Assert.True(machine.Crashes($"one-{vm}"));
        await site.Reach(vm, VmState.Poweroff);
        Assert.Contains("panicked", site.Vm(vm).UserTemplate["ERROR"], StringComparison.Ordinal);
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        Assert.Null(site.Vm(vm).UserTemplate["ERROR"]);
        Assert.True(machine.Pauses($"one-{vm}", "I/O error"));
        await site.Reach(vm, VmState.Suspended);
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        machine.UndefinedByHand($"one-{vm}");
        await site.Reach(vm, LcmState.Unknown);
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        Assert.Empty(site.World.Violations);
    }

    [Fact]
    public async Task A_power_cut_is_UNKNOWN_until_the_host_is_back_and_shows_what_is_off()
    {
        await using var site = await Site.Start(silentAfter: Site.Soon);
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        site.World.Machine("h0").Crash();
        await site.Reach(vm, LcmState.Unknown);
        site.World.Machine("h0").PowerOn();
        await site.Reach(vm, VmState.Poweroff);
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
    }

    [Fact]
    public async Task A_host_that_says_late_what_it_is_comes_up_all_the_same()
    {
        await using var site = await Site.Start(address: $"sim:generic?inspect={2 * Site.Soon.TotalSeconds}s", silentAfter: Site.Soon);
        await site.Reach(await site.Create(Small), LcmState.Running);
    }

    [Fact]
    public async Task Wild_domains_are_shown_and_left_alone()
    {
        await using var site = await Site.Start();
        site.World.Machine("h0").WildDomain("stranger", 2, 512);
        await Site.Until(() => site.Inventory.Host(new(0))!.Wild is [{ Name: "stranger" }], "the stranger is not seen");
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        Assert.Single(site.Inventory.Host(new(0))!.Wild);
    }

    [Fact]
    public async Task Steps_that_fail_end_in_the_failure_state_and_recover_tries_again()
    {
        await using var site = await Site.Start(address: "sim:generic?fail=1");
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.PrologFailure);
        Assert.NotNull(site.Vm(vm).UserTemplate["ERROR"]);
        site.World.Machine("h0").Weather = Simulation.Weather.Fine;
        Assert.Null((await site.Cloud.Vm(new VmProtocol.Recover(vm, RecoverOperation.Retry, Core.Caller.Admin))).Refusal);
        await site.Reach(vm, LcmState.Running);
        await site.Act(vm, VmAction.TerminateHard);
        await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }

    [Fact]
    public async Task A_VM_dropped_from_the_database_frees_its_room_and_its_guest_runs_on_as_a_wild_one()
    {
        await using var site = await Site.Start();
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        Assert.Null((await site.Cloud.Vm(new VmProtocol.Recover(vm, RecoverOperation.DeleteDb, Core.Caller.Admin))).Refusal);
        await Site.Until(() => site.Inventory.Host(new(0))!.Allocated == default, "its room is not free");
        await Site.Until(() => site.Inventory.Host(new(0))!.Wild is [{ Power: Core.Drivers.DomainPower.Running }], "its guest is not shown as wild");
    }

    [Fact]
    public async Task A_host_with_the_files_of_a_stopped_VM_is_not_removed()
    {
        await using var site = await Site.Start();
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        await site.Act(vm, VmAction.Stop);
        await site.Reach(vm, VmState.Stopped);
        Assert.Contains($"files of VM {vm}", (await site.Cloud.RemoveHost(0)).Refusal!.Text, StringComparison.Ordinal);
        await site.Act(vm, VmAction.Terminate);
        await site.Reach(vm, VmState.Done);
        Assert.Null((await site.Cloud.RemoveHost(0)).Refusal);
    }
}
