using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class WhyTests
{
    [Fact]
    public async Task Why_a_VM_waits_is_said_host_by_host_and_which_move_would_make_room()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?cores=4&memory=8");
        var vms = new List<VmId>();
        foreach (var cpu in new[] { "1", "2", "1.5" })
        {
            vms.Add(await site.Create($"CPU={cpu}\nMEMORY=64"));
            await site.Reach(vms[^1], LcmState.Running);
        }

        await site.AddHost("h2", "sim:generic?cores=16&memory=8");
        await Disable(site, 2);
        var waiting = await site.Create("CPU=3\nMEMORY=64");
        var why = (await site.Cloud.Why(site.Vm(waiting)))!;
        Assert.Equal(("none of 3 hosts fits", 3, null), (why.Text, why.Hosts, why.Obstacle));
        Assert.Equal(
            ["2 hosts: not enough cpu (h1 lacks 0.5 cpu, h0 lacks 2 cpu)", "1 host: disabled (h2)"], why.Reasons.Select(r => r.ToString()));
        Assert.Equal([$"h0 would fit if VM {vms[1]} moved to h1"], why.Ways.Select(w => w.ToString()));
        Assert.Null(site.Vm(waiting).Host);
        Assert.Null(await site.Cloud.Why(site.Vm(vms[0])));
    }

    [Fact]
    public async Task What_the_VM_requires_and_where_its_networks_are_are_told_apart()
    {
        await using var site = await Site.Start(hosts: 2);
        await Make(site, PoolKind.Cluster, "far", 100);
        await Make(site, PoolKind.VirtualNetwork, "lan", 0, "AR=[AR_ID=0,TYPE=IP4,IP=10.0.0.1,SIZE=8]", ("BRIDGE", "br0"), ("CLUSTER_IDS", "100"));
        Assert.Equal(
            ["2 hosts: its network 'lan' is not in their cluster (h0, h1)"], await Reasons(site, await site.Create("CPU=1\nMEMORY=64\nNIC=[NETWORK_ID=0]")));
        var picky = await site.Create("CPU=1\nMEMORY=64\nSCHED_REQUIREMENTS=\"NAME = nosuch\"");
        Assert.Equal(["2 hosts: SCHED_REQUIREMENTS NAME = nosuch is false there (h0, h1)"], await Reasons(site, picky));
        var bad = (await site.Cloud.Why(site.Vm(await site.Create("CPU=1\nMEMORY=64\nSCHED_REQUIREMENTS=\"NAME = = h\""))))!;
        Assert.Equal(("Unreadable", true), (bad.Obstacle, bad.Text.StartsWith("SCHED_REQUIREMENTS cannot be read", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_VM_that_is_to_leave_its_host_and_cannot_says_why()
    {
        await using var site = await Site.Start();
        var vm = await site.Create("CPU=1\nMEMORY=64");
        await site.Reach(vm, LcmState.Running);
        await site.Act(vm, VmAction.Resched);
        Assert.Equal(["1 host: it is to leave it (h0)"], await Reasons(site, vm));
        Assert.Equal(Standing.Placed, site.Vm(vm).Standing);
    }

    [Fact]
    public async Task A_VM_on_hold_waits_for_its_release_and_for_no_host()
    {
        await using var site = await Site.Start();
        var vm = await site.Create("CPU=1\nMEMORY=64\nSCHED_ACTION=[ACTION=release,TIME=+86400]", hold: true);
        Assert.Equal(Standing.Held, site.Vm(vm).Standing);
        Assert.Null(await site.Cloud.Why(site.Vm(vm)));
        var now = DateTimeOffset.FromUnixTimeSeconds(site.Vm(vm).Start);
        Assert.Equal(site.Vm(vm).Start + 86400, site.Vm(vm).ScheduledFor("release", now));
        Assert.Null(site.Vm(vm).ScheduledFor("resume", now));
    }

    private static async Task<IEnumerable<string>> Reasons(Site site, VmId vm) => (await site.Cloud.Why(site.Vm(vm)))!.Reasons.Select(r => r.ToString());

    private static async Task Disable(Site site, int host) => Assert.Null((await site.Cloud.ChangeHost(
        new PoolProtocol.SetFacts(PoolKind.Host, host, ImmutableSortedDictionary<string, string>.Empty.Add("STATUS", "1")), host)).Refusal);

    private static async Task Make(Site site, PoolKind kind, string name, int id, string template = "", params (string Name, string Value)[] facts) =>
        Assert.Null((await site.Cloud.Pool(new PoolProtocol.Allocate(
            kind, name, Caller.Admin, 0, Template.Parse(template), facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal), id))).Refusal);
}
