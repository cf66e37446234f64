using PoweredAppliance.Core;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>Commands in guests through a whole control plane.</summary>
public sealed class CommandTests
{
    private static async Task<VmId> Running(Site site)
    {
        var vm = await site.Create("CPU=1\nMEMORY=128\nDISK=[TYPE=fs,SIZE=16]");
        await site.Reach(vm, LcmState.Running);
        return vm;
    }

    private static async Task Ask(Site site, VmId vm, VmChange what) =>
        Assert.Null((await site.Cloud.Vm(new VmProtocol.Change(vm, what, Caller.Admin))).Refusal);

    private static Task Comes(Site site, VmId vm, string status) =>
        Site.Until(() => site.Vm(vm).Command?.Status == status, () => $"the command of VM {vm} is {site.Vm(vm).Command?.Status}, not {status}");

    private static async Task Executes(Site site, VmId vm, string command)
    {
        await Ask(site, vm, new VmChange.Execute(command, ""));
        await Comes(site, vm, GuestCommand.Executing);
    }

    [Fact]
    public async Task A_command_that_was_being_executed_is_awaited_by_the_next_controller()
    {
        await using var site = await Site.Start();
        var vm = await Running(site);
        await Executes(site, vm, "sleep 10");
        var pid = site.Vm(vm).Command!.Pid;
        await site.Down();
        await site.Up();
        await Comes(site, vm, GuestCommand.Done);
        Assert.Equal((pid, "0"), (site.Vm(vm).Command!.Pid, site.Vm(vm).Template.Vector(GuestCommand.Name)?["RETURN_CODE"]));
    }

    [Fact]
    public async Task A_guest_that_dies_is_seen_while_its_command_is_awaited()
    {
        await using var site = await Site.Start();
        var vm = await Running(site);
        await Executes(site, vm, "sleep 600");
        Assert.True(site.World.Machine("h0").Crashes($"one-{vm}"));
        await site.Reach(vm, VmState.Poweroff);
        Assert.Equal(GuestCommand.Cancelled, site.Vm(vm).Command?.Status);
    }

    [Fact]
    public async Task A_command_holds_nothing_else_up_and_is_awaited_again_after_it()
    {
        await using var site = await Site.Start();
        var vm = await Running(site);
        await Executes(site, vm, "sleep 600");
        await Ask(site, vm, new VmChange.CreateSnapshot(-1, "s"));
        await site.Reach(vm, LcmState.Running);
        Assert.Equal(GuestCommand.Executing, site.Vm(vm).Command?.Status);
        await Ask(site, vm, new VmChange.CancelExecution());
        await Comes(site, vm, GuestCommand.Cancelled);
        await site.Act(vm, VmAction.TerminateHard);
        await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }
}
