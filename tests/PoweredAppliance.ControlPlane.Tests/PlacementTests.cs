using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
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
    public async Task A_VM_that_fits_nowhere_says_which_one_would_have_to_move()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?cores=4&memory=8");
        var vms = new List<VmId>();
        foreach (var cpu in new[] { "1", "2", "1.5" })
        {
            vms.Add(await site.Create($"CPU={cpu}\nMEMORY=64"));
            await site.Reach(vms[^1], LcmState.Running);
        }

        var waiting = await site.Create("CPU=3\nMEMORY=64");
        await Site.Until(
            () => site.Vm(waiting).UserTemplate["SCHED_MESSAGE"]?.EndsWith($"; h0 would fit if VM {vms[1]} moved to h1", StringComparison.Ordinal) == true,
            () => site.Vm(waiting).UserTemplate["SCHED_MESSAGE"] ?? "it says nothing");
    }

    [Fact]
    public async Task A_VM_that_waits_knows_the_nearest_hosts_and_counts_all_and_stores_neither()
    {
        await using var site = await Site.Start(hosts: Inventory.Unplaced.MostHosts + 2, address: "sim:generic?cores=4&memory=8");
        var waiting = await site.Create("CPU=5\nMEMORY=1024");
        await Site.Until(() => site.Inventory.Unplaced(waiting) is not null, "it does not know why it waits");
        var why = site.Inventory.Unplaced(waiting)!;
        Assert.Equal(Enumerable.Range(0, Inventory.Unplaced.MostHosts), why.Nearest.Select(n => n.Host.Value));
        Assert.Equal("4 cpu free, 5 asked", why.Nearest.First().Lacks);
        Assert.Equal([("TooLittleCpu", Inventory.Unplaced.MostHosts + 2)], why.Counts);
        await Site.Until(() => site.Vm(waiting).UserTemplate["SCHED_MESSAGE"] is not null, "it does not say why it waits");
        await site.Act(waiting, VmAction.Hold);
        Assert.Null(site.Inventory.Unplaced(waiting));
        await site.Act(waiting, VmAction.Release);
        await Site.Until(() => site.Inventory.Unplaced(waiting) is not null, "released, it does not know why it waits");
        await site.Act(waiting, VmAction.Terminate);
        Assert.Null(site.Inventory.Unplaced(waiting));
    }

    [Fact]
    public async Task Of_VMs_on_one_host_that_come_at_once_into_a_role_that_keeps_apart_one_gets_in_and_the_others_hear_why()
    {
        await using var site = await Site.Start();
        var made = await site.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.VmGroup, "tiers", Caller.Admin, 0, Template.Parse("ROLE=[NAME=web,POLICY=ANTI_AFFINED] ROLE=[NAME=far,HOST_ANTI_AFFINED=\"0\"]"),
            ImmutableSortedDictionary<string, string>.Empty));
        Assert.Null(made.Refusal);
        var group = site.Inventory.Find(PoolKind.VmGroup, made.Id)!;
        var vms = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.Create("CPU=1\nMEMORY=64")));
        foreach (var vm in vms)
            await site.Reach(vm, LcmState.Running);
        var answers = await Task.WhenAll(vms.Select(vm => Task.Run(() => site.Cloud.JoinGroup(vm, group, "web", Caller.Admin))));
        var winner = new VmId(Assert.Single(answers, a => a.Refusal is null).Id);
        var loser = vms.First(vm => vm != winner);
        Assert.Contains(
            new(ErrorCode.Action, $"VM {loser} is on host 0: VM group {group.Id} keeps it apart from VM {winner} of role web on host 0", "role", "web", loser.Value),
            answers.Select(a => a.Refusal));
        Assert.Equal(
            $"VM {loser} is on host 0: role far of VM group {group.Id} is not for host 0",
            (await site.Cloud.JoinGroup(loser, group, "far", Caller.Admin)).Refusal?.Text);
        Assert.Null((await site.Cloud.JoinGroup(await site.Create("CPU=1\nMEMORY=64", hold: true), group, "web", Caller.Admin)).Refusal);
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
    public async Task SCHED_RANK_prefers_hosts_and_counts_what_was_offered_a_moment_ago()
    {
        await using var site = await Site.Start(hosts: 3);
        var vms = new List<Core.VmId>();
        for (var i = 0; i < 6; i++)
            vms.Add(await site.Create("CPU=1\nMEMORY=64\nSCHED_RANK=\"- RUNNING_VMS\""));
        foreach (var vm in vms)
            await site.Reach(vm, LcmState.Running);
        Assert.Equal([2, 2, 2], vms.GroupBy(vm => site.Vm(vm).Host!.Host).Select(g => g.Count()));
        var last = await site.Create("CPU=1\nMEMORY=64\nSCHED_RANK=\"ID * 10\"");
        await site.Reach(last, LcmState.Running);
        Assert.Equal("h2", site.Vm(last).Host!.Hostname);
        var bad = await site.Create("CPU=1\nMEMORY=64\nSCHED_RANK=\"1 +\"");
        await Site.Until(
            () => site.Vm(bad).UserTemplate["SCHED_MESSAGE"]?.Contains("SCHED_RANK cannot be read: syntax error, unexpected end", StringComparison.Ordinal) == true,
            "it does not say that the rank is nonsense");
    }

    [Fact]
    public async Task A_system_datastore_that_does_not_meet_SCHED_DS_REQUIREMENTS_is_told()
    {
        await using var site = await Site.Start();
        var facts = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("TYPE", "1").Add("TM_MAD", "qcow2");
        await site.Cloud.Pool(new PoolProtocol.Allocate(PoolKind.Datastore, "system", Core.Caller.Admin, 0, Core.Templates.Template.Parse("TIER=fast"), facts, WantedId: 0));
        var fine = await site.Create("CPU=1\nMEMORY=64\nSCHED_DS_REQUIREMENTS=\"TIER = fast & ID = 0\"");
        await site.Reach(fine, LcmState.Running);
        var waits = await site.Create("CPU=1\nMEMORY=64\nSCHED_DS_REQUIREMENTS=\"TIER = slow\"");
        await Site.Until(
            () => site.Vm(waits).UserTemplate["SCHED_MESSAGE"]?.Contains("does not meet SCHED_DS_REQUIREMENTS TIER = slow", StringComparison.Ordinal) == true,
            "it does not say what the datastore lacks");
    }

    [Fact]
    public async Task VMs_of_a_role_that_keeps_them_apart_are_never_on_one_host()
    {
        await using var site = await Site.Start(hosts: 3);
        await site.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.VmGroup, "app", Core.Caller.Admin, 0, Core.Templates.Template.Parse("ROLE=[ID=0,NAME=web,POLICY=ANTI_AFFINED] ROLE=[ID=1,NAME=db,POLICY=AFFINED,HOST_ANTI_AFFINED=0]"),
            System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty));
        var apart = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => site.Create("CPU=0.1\nMEMORY=64\nVMGROUP=[VMGROUP_ID=0,ROLE=web]")));
        await Site.Until(() => apart.Count(vm => site.Vm(vm).Lcm is LcmState.Running) == 3, "three of four do not run");
        Assert.Equal(3, apart.Select(vm => site.Vm(vm).Host?.Host).Where(h => h is not null).Distinct().Count());
        var left = apart.Single(vm => site.Vm(vm).Host is null);
        await Site.Until(() => site.Vm(left).UserTemplate["SCHED_MESSAGE"]?.Contains("3 forbidden by VM group 0", StringComparison.Ordinal) == true, "it does not name its group");
        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => site.Create("CPU=0.1\nMEMORY=64\nVMGROUP=[VMGROUP_ID=0,ROLE=db]")));
        foreach (var vm in together)
            await site.Reach(vm, LcmState.Running);
        Assert.NotEqual(0, Assert.Single(together.Select(vm => site.Vm(vm).Host!.Host).Distinct()).Value);
        await site.Act(apart.First(vm => vm != left), VmAction.TerminateHard);
        await site.Reach(left, LcmState.Running);
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
        var facts = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("BRIDGE", "br0").Add("CLUSTER_IDS", "0");
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
