using System.Collections.Immutable;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class OutlookTests
{
    [Fact]
    public async Task As_many_as_fit_run_and_no_more_and_what_is_down_is_said()
    {
        await using var site = await Site.Start(hosts: 3, address: "sim:generic?cores=4&memory=8");
        await SetStatus(site, 2, "1");
        var outlook = await Outlook(site, "CPU=1.5\nMEMORY=64");
        Assert.Equal((4L, 4L, Misfit.TooLittleCpu), (outlook.Now.Fits, outlook.IfAllUp.Fits, outlook.Now.RunsOut));
        Assert.Equal(["1 host: disabled (h2)"], outlook.Reasons.Select(r => r.ToString()));
        Assert.Null(outlook.DaysUntilFull);
        var vms = new List<VmId>();
        for (var i = 0; i < 5; i++)
            vms.Add(await site.Create("CPU=1.5\nMEMORY=64"));
        foreach (var vm in vms.Take(4))
            await site.Reach(vm, LcmState.Running);
        Assert.Equal(VmState.Pending, site.Vm(vms[4]).State);
        outlook = await Outlook(site, "CPU=1.5\nMEMORY=64");
        Assert.Equal(0, outlook.Now.Fits);
        Assert.Equal(750, outlook.Growth.CpuPercentPerDay);
        Assert.Equal(0, outlook.DaysUntilFull);
        Assert.Equal(1, (await Outlook(site, "CPU=0.5\nMEMORY=64\nSCHED_REQUIREMENTS=\"NAME = h0\"")).Now.Clusters.Sum(c => c.Hosts));
    }

    [Fact]
    public async Task VMs_that_keep_apart_are_counted_with_those_that_are_there()
    {
        await using var site = await Site.Start(hosts: 3);
        Assert.Null((await site.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.VmGroup, "app", Caller.Admin, 0, Template.Parse("ROLE=[ID=0,NAME=web,POLICY=ANTI_AFFINED]"), ImmutableSortedDictionary<string, string>.Empty))).Refusal);
        const string Web = "CPU=0.1\nMEMORY=64\nVMGROUP=[VMGROUP_ID=0,ROLE=web]";
        Assert.Equal(3, (await Outlook(site, Web)).Now.Fits);
        await site.Reach(await site.Create(Web), LcmState.Running);
        Assert.Equal(2, (await Outlook(site, Web)).Now.Fits);
    }

    [Fact]
    public async Task What_is_wrong_with_what_is_asked_is_told()
    {
        await using var site = await Site.Start();
        Assert.Equal("MEMORY", (await site.Cloud.Capacity(Template.Parse("CPU=1"), Find(site), null)).Why!.Field);
        Assert.Contains("SCHED_RANK cannot be read", (await site.Cloud.Capacity(Template.Parse("CPU=1\nMEMORY=1\nSCHED_RANK=\"1 +\""), Find(site), null)).Why!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_VMs_whose_hosts_are_lost_those_of_priority_find_a_place_and_the_others_hear_why_and_nothing_is_touched()
    {
        await using var site = await Site.Start(hosts: 1, address: "sim:generic?cores=4&memory=8");
        var vms = new List<VmId>();
        foreach (var (cpu, more) in new[] { ("2", ""), ("1", "\nUSER_PRIORITY=7"), ("1", "\nSCHED_REQUIREMENTS=\"NAME = h0\"") })
        {
            vms.Add(await site.Create($"CPU={cpu}\nMEMORY=64{more}"));
            await site.Reach(vms[^1], LcmState.Running);
        }

        await site.AddHost("h1", "sim:generic?cores=2&memory=8");
        var before = site.Inventory.Hosts.OrderBy(h => h.Id.Value).Select(h => h.Allocated).ToList();
        var lost = await site.Cloud.Lose([new(0)]);
        Assert.Equal([(vms[1], 7, new HostId(1)), (vms[0], 0, null), (vms[2], 0, (HostId?)null)], lost.Select(l => (l.Vm.Id, l.Priority, l.To)));
        Assert.Equal([[], ["1 host: not enough cpu (h1 lacks 1 cpu)"], ["1 host: SCHED_REQUIREMENTS NAME = h0 is false there (h1)"]], lost.Select(l => l.Reasons.Select(r => r.ToString())));
        Assert.Equal("the only host does not fit", lost[1].Why);
        Assert.Equal("there are no hosts", (await site.Cloud.Lose([new(0), new(1)]))[0].Why);
        Assert.Empty(await site.Cloud.Lose([new(1)]));
        Assert.Equal(before, site.Inventory.Hosts.OrderBy(h => h.Id.Value).Select(h => h.Allocated));
    }

    private static async Task<Outlook> Outlook(Site site, string template)
    {
        var (outlook, why) = await site.Cloud.Capacity(Template.Parse(template), Find(site), null);
        Assert.Null(why);
        return outlook!;
    }

    private static Assembly.Find Find(Site site) => (kind, id, name, _) =>
        site.Inventory.All(kind).Values.FirstOrDefault(o => o.Name == name || $"{o.Id}" == id) is { } found ? (found, null) : (null, Refusal.NotFound($"{kind}", -1));

    private static async Task SetStatus(Site site, int host, string status) => Assert.Null((await site.Cloud.ChangeHost(
        new PoolProtocol.SetFacts(PoolKind.Host, host, ImmutableSortedDictionary<string, string>.Empty.Add("STATUS", status)), host)).Refusal);
}
