using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class PlacementTests
{
    [Fact]
    public async Task A_VM_that_fits_nowhere_says_why_and_runs_when_room_is_freed()
    {
        await using var site = await Site.Start(address: "sim:generic?cores=4&memory=8");
        var big = await site.Create("CPU=4\nMEMORY=4096");
        await site.Reach(big, LcmState.Running);
        var waiting = await site.Create("CPU=2\nMEMORY=1024");
        await Site.Until(() => site.Vm(waiting).UserTemplate["SCHED_MESSAGE"] is { } why && why.Contains("cpu", StringComparison.Ordinal), "it does not say why it waits");
        Assert.Equal(VmState.Pending, site.Vm(waiting).State);
        await site.Act(big, VmAction.TerminateHard);
        await site.Reach(waiting, LcmState.Running);
        Assert.Null(site.Vm(waiting).UserTemplate["SCHED_MESSAGE"]);
    }

    [Fact]
    public async Task A_host_never_promises_more_than_it_has_however_many_ask_at_once()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?cores=4&memory=8");
        var vms = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => site.Create("CPU=1\nMEMORY=512")));
        await Site.Until(() => vms.Count(vm => site.Vm(vm).Lcm is LcmState.Running) == 8, () => $"{vms.Count(vm => site.Vm(vm).Lcm is LcmState.Running)} run, not 8");
        Assert.All(site.Inventory.Hosts, h => Assert.True(h.Allocated.CpuPercent <= h.Usable.CpuPercent));
        Assert.Equal(32, vms.Count(vm => site.Vm(vm).State is VmState.Pending));
    }

    [Fact]
    public async Task SCHED_REQUIREMENTS_choose_the_host_and_nonsense_in_them_is_told()
    {
        await using var site = await Site.Start(hosts: 3);
        var chosen = await site.Create("CPU=1\nMEMORY=64\nSCHED_REQUIREMENTS=\"NAME = h2\"");
        await site.Reach(chosen, LcmState.Running);
        Assert.Equal("h2", site.Vm(chosen).Host!.Hostname);
        var none = await site.Create("CPU=1\nMEMORY=64\nSCHED_REQUIREMENTS=\"NAME = nosuch\"");
        await Site.Until(() => site.Vm(none).UserTemplate["SCHED_MESSAGE"]?.Contains("NAME = nosuch", StringComparison.Ordinal) == true, "it does not name the requirement");
        var bad = await site.Create("CPU=1\nMEMORY=64\nSCHED_REQUIREMENTS=\"NAME = = h\"");
        await Site.Until(() => site.Vm(bad).UserTemplate["SCHED_MESSAGE"]?.Contains("cannot be read", StringComparison.Ordinal) == true, "it does not say that it is nonsense");
        var fine = await site.Create("CPU=1\nMEMORY=64");
        await site.Reach(fine, LcmState.Running);
    }

    [Fact]
    public async Task A_disabled_host_gets_no_new_VMs_and_a_host_with_VMs_is_not_removed()
    {
        await using var site = await Site.Start(hosts: 1);
        var there = await site.Create("CPU=1\nMEMORY=64");
        await site.Reach(there, LcmState.Running);
        Assert.Contains("running VMs", (await site.Cloud.RemoveHost(0)).Refusal!.Text, StringComparison.Ordinal);
        var off = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("STATUS", "1");
        Assert.Null((await site.Cloud.ChangeHost(new PoolProtocol.SetFacts(PoolKind.Host, 0, off), 0)).Refusal);
        Assert.Equal(HostState.Disabled, site.Inventory.Host(new(0))!.State);
        var waits = await site.Create("CPU=1\nMEMORY=64");
        await Site.Until(() => site.Vm(waits).UserTemplate["SCHED_MESSAGE"]?.Contains("disabled", StringComparison.Ordinal) == true, "it does not say disabled");
        Assert.Equal(LcmState.Running, site.Vm(there).Lcm);
        Assert.Null((await site.Cloud.ChangeHost(new PoolProtocol.SetFacts(PoolKind.Host, 0, off.SetItem("STATUS", "0")), 0)).Refusal);
        await site.Reach(waits, LcmState.Running);
    }

    [Fact]
    public async Task Addresses_are_lent_once_and_come_back()
    {
        await using var site = await Site.Start();
        var facts = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("BRIDGE", "br0");
        await site.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.VirtualNetwork, "lan", Core.Caller.Admin, 0, Core.Templates.Template.Parse("AR=[AR_ID=0,TYPE=IP4,IP=10.0.0.1,SIZE=64]"), facts));
        const string template = "CPU=0.1\nMEMORY=16\nNIC=[NETWORK_ID=0]";
        var vms = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => site.Create(template, hold: true)));
        var ips = vms.Select(vm => site.Vm(vm).Template.Vector("NIC")!["IP"]).ToList();
        Assert.Equal(64, ips.Distinct().Count());
        Assert.Contains("all 64 addresses are in use", (await site.TryCreate(template)).Refusal!.Text, StringComparison.Ordinal);
        Assert.NotNull((await site.TryCreate("CPU=0.1\nMEMORY=16\nNIC=[NETWORK_ID=0]\nDISK=[IMAGE=nosuch]")).Refusal);
        await site.Act(vms[7], VmAction.Terminate);
        await site.Reach(vms[7], VmState.Done);
        var again = await site.Create(template, hold: true);
        Assert.Equal(ips[7], site.Vm(again).Template.Vector("NIC")!["IP"]);
    }
}
