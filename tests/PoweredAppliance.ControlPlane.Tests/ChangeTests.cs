using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>Changes of devices, disks and snapshots through a whole control plane.</summary>
public sealed class ChangeTests
{
    private const string Small = "CPU=1\nMEMORY=128\nDISK=[TYPE=fs,SIZE=16]";
    private static readonly VectorAttribute NewDisk = VectorAttribute.Of("DISK", ("SIZE", "10"), ("TYPE", "FS"), ("FORMAT", "qcow2"), ("DEV_PREFIX", "vd"));

    private static async Task<Answer> Ask(Site site, VmId vm, VmChange what) => await site.Cloud.Vm(new VmProtocol.Change(vm, what, Caller.Admin));

    private static async Task Made(Site site, VmId vm, VmChange what, Lifecycle.Phase end)
    {
        Assert.Null((await Ask(site, vm, what)).Refusal);
        await site.Reach(vm, end);
        Assert.Null(site.Vm(vm).UserTemplate["ERROR"]);
    }

    [Fact]
    public async Task Disks_come_and_go_while_the_guest_runs_and_while_it_is_off_and_leave_nothing_behind()
    {
        await using var site = await Site.Start();
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        await Made(site, vm, new VmChange.AttachDisk(NewDisk), LcmState.Running);
        Assert.Equal(26, site.Inventory.Host(new(0))!.Allocated.DiskMebibytes);
        await Made(site, vm, new VmChange.DetachDisk(1), LcmState.Running);
        await Site.Until(() => site.Inventory.Host(new(0))!.Allocated.DiskMebibytes == 16, "the room of a detached disk stays taken");
        await site.Act(vm, VmAction.Poweroff);
        await site.Reach(vm, VmState.Poweroff);
        await Made(site, vm, new VmChange.AttachDisk(NewDisk), VmState.Poweroff);
        await Made(site, vm, new VmChange.ResizeDisk(0, 40), VmState.Poweroff);
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        Assert.Equal(["/ds/0/0/disk.0 40", "/ds/0/0/disk.2 10"], site.World.See(w => w.Machine("h0").Files.Select(f => $"{f.Path} {f.Mebibytes}").ToArray()));
        await site.Act(vm, VmAction.TerminateHard);
        await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }

    [Fact]
    public async Task A_disk_for_which_the_host_has_no_room_is_not_attached_and_the_VM_says_why()
    {
        await using var site = await Site.Start(address: "sim:generic?disk=1");
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        Assert.Null((await Ask(site, vm, new VmChange.AttachDisk(NewDisk.With("SIZE", "2000")))).Refusal);
        await Site.Until(() => site.Vm(vm).UserTemplate["ERROR"] is not null, "it says nothing");
        Assert.Contains("Error attaching disk 1: host h0 has 1024 MiB disk free, 2016 MiB asked", site.Vm(vm).UserTemplate["ERROR"], StringComparison.Ordinal);
        Assert.Equal((LcmState.Running, 1), (site.Vm(vm).Lcm, site.Vm(vm).Template.Vectors("DISK").Count()));
    }

    [Fact]
    public async Task A_NIC_has_its_address_from_the_moment_it_is_asked_for_until_it_is_gone()
    {
        await using var site = await Site.Start();
        await site.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.VirtualNetwork, "lan", Caller.Admin, 0, Template.Parse("AR=[AR_ID=0,TYPE=IP4,IP=10.0.0.1,SIZE=1]"),
            ImmutableSortedDictionary<string, string>.Empty.Add("BRIDGE", "br0")));
        var network = site.Inventory.Find(PoolKind.VirtualNetwork, 0)!;
        var (one, two) = (await site.Create(Small), await site.Create(Small));
        await site.Reach(one, LcmState.Running);
        await site.Reach(two, LcmState.Running);
        Task<Answer> Attach(VmId vm) => site.Cloud.AttachNic(vm, VectorAttribute.Of("NIC", ("NETWORK_ID", "0")), network, Caller.Admin);
        Assert.Null((await Attach(one)).Refusal);
        Assert.Contains("all 1 addresses are in use", (await Attach(two)).Refusal!.Text, StringComparison.Ordinal);
        await site.Reach(one, LcmState.Running);
        Assert.Equal("10.0.0.1", site.Vm(one).Template.Nic(0)?["IP"]);
        await Made(site, one, new VmChange.DetachNic(0), LcmState.Running);
        Assert.Null((await Attach(two)).Refusal);
        await site.Reach(two, LcmState.Running);
        Assert.Equal("10.0.0.1", site.Vm(two).Template.Nic(0)?["IP"]);
    }

    [Fact]
    public async Task A_change_that_fails_leaves_the_VM_as_it_was_with_the_reason()
    {
        await using var site = await Site.Start();
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        var before = site.Vm(vm).Template;
        site.World.Machine("h0").Weather = Weather.Fine with { FailureProbability = 1 };
        foreach (var what in new VmChange[] { new VmChange.AttachDisk(NewDisk), new VmChange.ResizeDisk(0, 99), new VmChange.CreateSnapshot(-1, "") })
        {
            Assert.Null((await Ask(site, vm, what)).Refusal);
            await Site.Until(() => site.Vm(vm) is { Lcm: LcmState.Running } && site.Vm(vm).UserTemplate["ERROR"] is not null, "it does not come back with a reason");
            Assert.Equal(before, site.Vm(vm).Template);
        }
    }

    [Fact]
    public async Task A_restart_in_the_middle_of_changes_goes_on_with_them()
    {
        await using var site = await Site.Start(address: "sim:generic?latency=300ms");
        var vms = new List<VmId>();
        for (var i = 0; i < 6; i++)
            vms.Add(await site.Create(Small));
        foreach (var vm in vms)
            await site.Reach(vm, LcmState.Running);
        await Task.WhenAll(vms.Select((vm, i) => Ask(site, vm, i % 2 == 0 ? new VmChange.AttachDisk(NewDisk) : new VmChange.CreateSnapshot(-1, "s"))));
        await site.Down();
        await site.Up();
        foreach (var vm in vms)
        {
            await site.Reach(vm, LcmState.Running);
            Assert.Null(site.Vm(vm).UserTemplate["ERROR"]);
        }

        Assert.Equal(3, vms.Count(vm => site.Vm(vm).Template.Disk(1) is not null));
        Assert.Equal(3, vms.Count(vm => site.Vm(vm).Template.Snapshot(0)?["ACTIVE"] is "YES"));
        await Task.WhenAll(vms.Select(vm => site.Act(vm, VmAction.TerminateHard)));
        foreach (var vm in vms)
            await site.Reach(vm, VmState.Done);
        await site.AssertClean();
    }
}
