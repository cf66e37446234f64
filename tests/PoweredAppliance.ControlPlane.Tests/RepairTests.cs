using PoweredAppliance.Core;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>What people declare and what goes another way leaves no room taken and makes no second copy.</summary>
public sealed class RepairTests
{
    private const string Small = "CPU=1\nMEMORY=128";

    private static async Task<Refusal?> Recover(Site site, VmId vm, RecoverOperation operation) =>
        (await site.Cloud.Vm(new VmProtocol.Recover(vm, operation, Caller.Admin))).Refusal;

    [Fact]
    public async Task A_failed_stop_that_is_declared_done_frees_the_room()
    {
        await using var site = await Site.Start();
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        await site.Act(vm, VmAction.Suspend);
        await site.Reach(vm, VmState.Suspended);
        site.World.Machine("h0").Weather = Weather.Fine with { FailureProbability = 1 };
        await site.Act(vm, VmAction.Stop);
        await site.Reach(vm, LcmState.EpilogStopFailure);
        Assert.Null(await Recover(site, vm, RecoverOperation.Success));
        await site.Reach(vm, VmState.Stopped);
        await Site.Until(() => site.Inventory.Hosts.All(h => h.Allocated == default), "a stopped VM keeps room");
    }

    [Fact]
    public async Task A_silent_host_cannot_be_declared_clean_so_no_second_copy_starts()
    {
        await using var site = await Site.Start(hosts: 2, silentAfter: Site.Soon);
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        var first = site.Vm(vm).Host!.Hostname;
        site.World.Machine(first).Silence();
        await site.Reach(vm, LcmState.Unknown);
        Assert.Null(await Recover(site, vm, RecoverOperation.Recreate));
        await site.Reach(vm, LcmState.CleanupResubmit);
        Assert.NotNull(await Recover(site, vm, RecoverOperation.Success));
        site.World.Machine(first).Thaw();
        await site.Reach(vm, LcmState.Running);
        Assert.Empty(site.World.Violations);
        Assert.Single(site.Inventory.Hosts, h => !h.Claims.IsEmpty);
    }

    [Fact]
    public async Task A_VM_that_ends_before_its_offer_leaves_no_room_reserved()
    {
        await using var site = await Site.Start(address: "sim:generic?cores=4&memory=8");
        for (var i = 0; i < 100; i++)
        {
            var vm = await site.Create("CPU=4\nMEMORY=64");
            _ = site.Cloud.Vm(new VmProtocol.Act(vm, i % 2 == 0 ? VmAction.Terminate : VmAction.Hold, Caller.Admin));
            await Recover(site, vm, RecoverOperation.Delete);
            await site.Reach(vm, VmState.Done);
        }

        var last = await site.Create("CPU=4\nMEMORY=64");
        await site.Reach(last, LcmState.Running);
    }
}
