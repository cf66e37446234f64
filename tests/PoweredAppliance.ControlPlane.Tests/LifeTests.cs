using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class LifeTests
{
    private const string Small = "CPU=1\nMEMORY=128\nDISK=[TYPE=fs,SIZE=16]\nGRAPHICS=[TYPE=VNC]";

    internal static async Task Whole(Site site)
    {
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        foreach (var (action, phase) in new (VmAction, Lifecycle.Phase)[]
        {
            (VmAction.Poweroff, VmState.Poweroff), (VmAction.Resume, LcmState.Running), (VmAction.Suspend, VmState.Suspended), (VmAction.Resume, LcmState.Running),
            (VmAction.Stop, VmState.Stopped), (VmAction.Resume, LcmState.Running), (VmAction.Undeploy, VmState.Undeployed), (VmAction.Resume, LcmState.Running),
            (VmAction.RebootHard, LcmState.Running), (VmAction.Terminate, VmState.Done),
        })
        {
            await site.Act(vm, action);
            await site.Reach(vm, phase);
        }

        Assert.Equal(3, site.Vm(vm).History.Length);
        Assert.Equal(3, site.Vm(vm).Generation);
        await site.AssertClean();
    }

    [Fact]
    public async Task A_VM_lives_its_whole_life_and_leaves_nothing_behind()
    {
        await using var site = await Site.Start();
        await Whole(site);
    }

    [Fact]
    public async Task A_stopped_VM_keeps_no_room_and_comes_back_where_its_files_are()
    {
        await using var site = await Site.Start(hosts: 3);
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        var first = site.Vm(vm).Host!.Host;
        await site.Act(vm, VmAction.Stop);
        await site.Reach(vm, VmState.Stopped);
        await Site.Until(() => site.Inventory.Hosts.All(h => h.Allocated == default), "a stopped VM keeps room");
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        Assert.Equal(first, site.Vm(vm).Host!.Host);
    }

    [Fact]
    public async Task Terminate_hard_overtakes_a_soft_shutdown_that_the_guest_does_not_hear()
    {
        await using var site = await Site.Start(address: "sim:generic?deaf=1&latency=1s");
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        await site.Act(vm, VmAction.Terminate);
        await site.Reach(vm, LcmState.Shutdown);
        await site.Act(vm, VmAction.TerminateHard);
        await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }

    [Fact]
    public async Task A_restart_in_the_middle_of_things_goes_on_with_them()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?latency=150ms");
        var vms = new List<Core.VmId>();
        for (var i = 0; i < 12; i++)
            vms.Add(await site.Create(Small));
        await site.Down();
        await site.Up();
        foreach (var vm in vms)
            await site.Reach(vm, LcmState.Running);
        await Task.WhenAll(vms.Select(vm => site.Act(vm, VmAction.TerminateHard)));
        await site.Down();
        await site.Up();
        foreach (var vm in vms)
            await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }

    [Fact]
    public async Task A_VM_that_ends_while_its_claim_is_on_the_way_gives_the_room_back()
    {
        await using var site = await Site.Start();
        for (var i = 0; i < 30; i++)
        {
            var vm = await site.Create(Small);
            var end = await site.Cloud.Vm(new VmProtocol.Act(vm, VmAction.Terminate, Core.Caller.Admin));
            if (end.Refusal is not null)
                await site.Cloud.Vm(new VmProtocol.Recover(vm, RecoverOperation.Delete, Core.Caller.Admin));
            await site.Reach(vm, VmState.Done);
        }

        await site.AssertClean();
    }
}
