using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>A VM's size through a whole control plane: its host keeps as much room as it takes, and no more.</summary>
public sealed class ResizeTests
{
    private static readonly VmChange.Resize Larger = new(2, 4, 512), Smaller = new(0.5m, 1, 64);

    private static Capacity Allocated(Site site) => site.Inventory.Host(new(0))!.Allocated;

    private static Task<Answer> Resize(Site site, VmId vm, VmChange.Resize what) => site.Cloud.Resize(vm, what, Caller.Admin);

    [Fact]
    public async Task A_claim_is_as_large_as_its_VM_while_it_runs_and_while_it_is_off()
    {
        await using var site = await Site.Start();
        var vm = await site.Create("CPU=1\nMEMORY=128\nVCPU_MAX=4\nMEMORY_MAX=1024");
        await site.Reach(vm, LcmState.Running);
        Assert.Null((await Resize(site, vm, Larger)).Refusal);
        await site.Reach(vm, LcmState.Running);
        Assert.Equal(new Capacity(200, 512 * 1024, 0), Allocated(site));
        Assert.Equal((4, 512), site.World.See(w => w.Machine("h0").Domains.Select(d => (d.Vcpu, (int)d.MemoryMebibytes)).Single()));
        Assert.Null((await Resize(site, vm, Smaller)).Refusal);
        await site.Reach(vm, LcmState.Running);
        await Site.Until(() => Allocated(site) == new Capacity(50, 64 * 1024, 0), "what it gave back stays taken");
        await site.Act(vm, VmAction.PoweroffHard);
        await site.Reach(vm, VmState.Poweroff);
        Assert.Null((await Resize(site, vm, new(3, 8, 4096))).Refusal);
        Assert.Equal(VmState.Poweroff, site.Vm(vm).State); // whoever has the answer may start it
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        Assert.Equal(new Capacity(300, 4096 * 1024, 0), Allocated(site));
        await site.Act(vm, VmAction.TerminateHard);
        await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }

    [Fact]
    public async Task A_host_never_gives_more_than_it_has()
    {
        await using var site = await Site.Start();
        var all = site.Inventory.Host(new(0))!.Usable;
        var vm = await site.Create("CPU=1\nMEMORY=128");
        await site.Reach(vm, LcmState.Running);
        await site.Act(vm, VmAction.PoweroffHard);
        await site.Reach(vm, VmState.Poweroff);
        var refused = (await Resize(site, vm, new((all.CpuPercent / 100) + 1, null, null))).Refusal;
        Assert.Equal((ErrorCode.Action, $"Not enough capacity in host h0: {all.CpuPercent - 100} % cpu free, {all.CpuPercent} more asked by VM {vm}."), (refused?.Code, refused?.Text));
        Assert.Contains("MiB memory free", (await Resize(site, vm, new(null, null, (all.MemoryKibibytes / 1024) + 1))).Refusal?.Text, StringComparison.Ordinal);
        // Who asks without a look at the host's room is refused by the host.
        await site.Cloud.Vm(new VmProtocol.Change(vm, new VmChange.Resize((all.CpuPercent / 100) + 1, null, null), Caller.Admin));
        await Site.Until(() => site.Vm(vm).UserTemplate["ERROR"] is not null, "it says nothing");
        Assert.Contains("Error resizing VM: host h0 has", site.Vm(vm).UserTemplate["ERROR"], StringComparison.Ordinal);
        Assert.Equal(("1", VmState.Poweroff), (site.Vm(vm).Template["CPU"], site.Vm(vm).State));
        Assert.Equal(new Capacity(100, 128 * 1024, 0), Allocated(site));
    }
}
