using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>VMs go from host to host, and hosts fail while they do.</summary>
public sealed class MigrationTests
{
    private const string Small = "CPU=1\nMEMORY=128\nDISK=[SIZE=64,TYPE=fs]\nGRAPHICS=[TYPE=VNC]";
    private const string OnFirst = $"{Small}\nSCHED_REQUIREMENTS=\"NAME = h0\"";

    [Theory]
    [InlineData(MigrationWay.Live)]
    [InlineData(MigrationWay.Save)]
    [InlineData(MigrationWay.Poweroff)]
    [InlineData(MigrationWay.PoweroffHard)]
    public async Task A_running_VM_goes_over_with_its_disks_and_leaves_nothing_behind(MigrationWay way)
    {
        await using var site = await Site.Start(hosts: 2);
        var vm = await Running(site);
        await Go(site, vm, way, 1);
        await Arrive(site, vm, 1);
        await Go(site, vm, way, 0);
        await Arrive(site, vm, 0);
        await End(site, vm);
    }

    [Theory]
    [InlineData(VmAction.Poweroff, VmState.Poweroff)]
    [InlineData(VmAction.Suspend, VmState.Suspended)]
    public async Task A_VM_that_does_not_run_goes_over_as_it_is_and_runs_there(VmAction action, VmState rest)
    {
        await using var site = await Site.Start(hosts: 2);
        var vm = await Running(site);
        await site.Act(vm, action);
        await site.Reach(vm, rest);
        await Go(site, vm, MigrationWay.Live, 1);
        await Site.Until(() => site.Vm(vm) is { Moving: null, Host.Host.Value: 1 } there && there.State == rest, "it has not arrived");
        await site.Act(vm, VmAction.Resume);
        await site.Reach(vm, LcmState.Running);
        await Arrive(site, vm, 1);
        await End(site, vm);
    }

    [Fact]
    public async Task A_host_without_room_refuses_with_its_numbers_and_the_guest_runs_on()
    {
        await using var site = await Site.Start(hosts: 1);
        await site.AddHost("small", "sim:generic?cores=1&memory=0.1");
        var vm = await Running(site);
        var answer = await site.Cloud.Migrate(vm, Offer(site, 1), MigrationWay.Live, Caller.Admin);
        Assert.Contains("host small has 102 MiB memory free, 128 MiB asked", answer.Refusal?.Text, StringComparison.Ordinal);
        Assert.Equal((Lifecycle.Phase)LcmState.Running, site.Vm(vm).Phase);
        Assert.Equal("h0", site.Vm(vm).Host!.Hostname);
        await End(site, vm);
    }

    [Fact]
    public async Task A_live_migration_that_breaks_off_leaves_the_guest_running_and_the_other_host_without_claim()
    {
        await using var site = await Site.Start(hosts: 2);
        var vm = await Running(site);
        site.World.Machine("h0").Weather = Weather.Fine with { FailureProbability = 1 };
        var answer = await site.Cloud.Migrate(vm, Offer(site, 1), MigrationWay.Live, Caller.Admin);
        await site.Reach(vm, LcmState.Running);
        if (answer.Refusal is { } told)
            Assert.Contains("simulated failure of Migrate", told.Text, StringComparison.Ordinal);
        Assert.Contains("simulated failure of Migrate", site.Vm(vm).UserTemplate["ERROR"], StringComparison.Ordinal);
        await Site.Until(() => site.Vm(vm).Remnants.IsEmpty && site.Inventory.Host(new(1))!.Allocated == default, "the other host is not cleared");
        site.World.Machine("h0").Weather = Weather.Fine;
        await Go(site, vm, MigrationWay.Live, 1);
        await Arrive(site, vm, 1);
        await End(site, vm);
    }

    [Fact]
    public async Task While_the_other_host_has_no_power_nothing_is_lost_and_it_goes_on_by_itself()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?latency=1s&deadline=3s", silentAfter: Site.Soon);
        var vm = await Running(site);
        await site.Act(vm, VmAction.Poweroff);
        await site.Reach(vm, VmState.Poweroff);
        await Go(site, vm, MigrationWay.Save, 1);
        site.World.Machine("h0").Crash(); // it has the files
        await Site.Until(() => site.Inventory.Host(new(0))!.State is HostState.Error, "h0 is not missed");
        Assert.Equal((Lifecycle.Phase)LcmState.PrologMigratePoweroff, site.Vm(vm).Phase);
        site.World.Machine("h0").PowerOn();
        await site.Reach(vm, VmState.Poweroff);
        Assert.Equal("h1", site.Vm(vm).Host!.Hostname);
        await End(site, vm);
    }

    [Fact]
    public async Task The_destination_loses_power_in_a_live_migration_and_the_guest_runs_on_where_it_was()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?latency=1s&deadline=3s", silentAfter: Site.Soon);
        var vm = await Running(site);
        await Go(site, vm, MigrationWay.Live, 1);
        site.World.Machine("h1").Crash();
        await site.Reach(vm, LcmState.Running);
        Assert.Equal("h0", site.Vm(vm).Host!.Hostname);
        Assert.Contains("h1 has no power", site.Vm(vm).UserTemplate["ERROR"], StringComparison.Ordinal);
        site.World.Machine("h1").PowerOn();
        await Site.Until(() => site.Vm(vm).Remnants.IsEmpty, "the other host is not cleared");
        await End(site, vm);
    }

    [Fact]
    public async Task The_source_falls_silent_when_the_guest_has_gone_and_the_destination_says_where_it_is()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?latency=1s&deadline=3s", silentAfter: Site.Soon);
        var vm = await Running(site);
        await Go(site, vm, MigrationWay.Live, 1);
        await Site.Until(() => site.World.See(w => w.Machine("h1").Domains.Count == 1), "the guest does not move");
        site.World.Machine("h0").Silence();
        await Arrive(site, vm, 1);
        Assert.NotEmpty(site.Vm(vm).Remnants);
        site.World.Machine("h0").Thaw();
        await Site.Until(() => site.Vm(vm).Remnants.IsEmpty, "the old host is not cleared");
        await End(site, vm);
    }

    [Fact]
    public async Task A_control_plane_that_stops_on_the_way_goes_on_with_it()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?latency=60ms");
        var vm = await Running(site);
        foreach (var (way, host) in new[] { (MigrationWay.Live, 1), (MigrationWay.Save, 0), (MigrationWay.Poweroff, 1) })
        {
            await Go(site, vm, way, host);
            await site.Down();
            await site.Up();
            await Arrive(site, vm, host);
        }

        await End(site, vm);
    }

    [Fact]
    public async Task A_VM_that_is_deleted_on_the_way_is_gone_from_both_hosts()
    {
        await using var site = await Site.Start(hosts: 2, address: "sim:generic?latency=60ms");
        foreach (var way in Enum.GetValues<MigrationWay>())
        {
            var vm = await Running(site);
            await Go(site, vm, way, 1);
            Assert.Null((await site.Cloud.Vm(new VmProtocol.Recover(vm, RecoverOperation.Delete, Caller.Admin))).Refusal);
            await site.Reach(vm, VmState.Done);
            await Site.Until(() => site.Vm(vm).Remnants.IsEmpty, "the other host is not cleared");
            await site.AssertClean();
        }
    }

    [Fact]
    public async Task Many_VMs_change_places_at_once_and_nothing_is_ever_there_twice()
    {
        await using var site = await Site.Start(hosts: 3, address: "sim:generic?latency=20ms&fail=0.1");
        var vms = new List<VmId>();
        for (var i = 0; i < 12; i++)
            vms.Add(await site.Create(Small));
        foreach (var vm in vms)
            await Rest(site, vm);
        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(vms.Select((vm, i) => site.Cloud.Migrate(vm, Offer(site, (i + round) % 3), (MigrationWay)((i + round) % 4), Caller.Admin)));
            foreach (var vm in vms)
                await Rest(site, vm);
        }

        foreach (var machine in new[] { "h0", "h1", "h2" })
            site.World.Machine(machine).Weather = Weather.Fine;
        await Task.WhenAll(vms.Select(vm => site.Cloud.Vm(new VmProtocol.Recover(vm, RecoverOperation.Delete, Caller.Admin))));
        foreach (var vm in vms)
            await Site.Until(() => site.Vm(vm) is { State: VmState.Done, Remnants.IsEmpty: true }, () => $"VM {vm} is {site.Vm(vm).Phase}");
        await site.AssertClean();
    }

    [Fact]
    public async Task VMs_that_are_to_leave_go_to_other_hosts_live_or_as_they_are_and_say_why_while_there_is_none()
    {
        await using var site = await Site.Start(hosts: 1);
        var all = new List<VmId>();
        for (var i = 0; i < 3; i++)
        {
            all.Add(await site.Create(Small));
            await site.Reach(all[i], LcmState.Running);
        }

        var (up, off, bound) = (all[0], all[1], all[2]);
        await site.Act(off, VmAction.PoweroffHard);
        await site.Reach(off, VmState.Poweroff);
        Assert.Null((await site.Cloud.Vm(new VmProtocol.Change(bound, new VmChange.CreateSnapshot(-1, "s"), Caller.Admin))).Refusal);
        await site.Reach(bound, LcmState.Running);
        foreach (var vm in all)
            await site.Act(vm, VmAction.Resched);
        await Site.Until(() => all.All(vm => site.Vm(vm).UserTemplate["SCHED_MESSAGE"] is not null), "they do not say why they stay");
        Assert.All(all, vm => Assert.Equal((true, "no host fits: h0 is to be left"), (site.Vm(vm).Resched, site.Vm(vm).UserTemplate["SCHED_MESSAGE"])));

        await site.AddHost("h1");
        await Arrive(site, up, 1);
        await Site.Until(() => site.Vm(off) is { State: VmState.Poweroff, Moving: null, Host.Host.Value: 1 }, "what is off has not arrived");
        Assert.All(all[..2], vm => Assert.Equal((false, null), (site.Vm(vm).Resched, site.Vm(vm).UserTemplate["SCHED_MESSAGE"])));
        Assert.Equal(HistoryAction.LiveMigrate, site.Vm(up).History[0].Action);
        await Site.Until(() => site.Vm(bound).UserTemplate["SCHED_MESSAGE"]?.Contains("has snapshots", StringComparison.Ordinal) == true, "it does not say that its snapshots keep it");
        await site.Act(bound, VmAction.Unresched);
        Assert.Equal((false, null, 0), (site.Vm(bound).Resched, site.Vm(bound).UserTemplate["SCHED_MESSAGE"], site.Vm(bound).Host!.Host.Value));
        foreach (var vm in all)
            await site.Act(vm, VmAction.TerminateHard);
        foreach (var vm in all)
            await Site.Until(() => site.Vm(vm) is { State: VmState.Done, Remnants.IsEmpty: true }, () => $"VM {vm} is {site.Vm(vm).Phase}");
        await site.AssertClean();
    }

    private static async Task Rest(Site site, VmId vm) => await Site.Until(
        () => site.Vm(vm).Work is null && site.Vm(vm).Remnants.IsEmpty, () => $"VM {vm} is {site.Vm(vm).Phase} and waits for {site.Vm(vm).Work}");

    private static async Task<VmId> Running(Site site)
    {
        var vm = await site.Create(OnFirst);
        await site.Reach(vm, LcmState.Running);
        return vm;
    }

    private static async Task Go(Site site, VmId vm, MigrationWay way, int host)
    {
        await Site.Until(() => site.Vm(vm).Remnants.IsEmpty, "a host that it was on is not cleared");
        Assert.Null((await site.Cloud.Migrate(vm, Offer(site, host), way, Caller.Admin)).Refusal);
    }

    private static HostOffer Offer(Site site, int host) =>
        new(new(host), site.Inventory.Find(Core.Pools.PoolKind.Host, host)!.Name, 0, 0, "kvm", "qcow2");

    private static Task Arrive(Site site, VmId vm, int host) => Site.Until(
        () => site.Vm(vm) is { Lcm: LcmState.Running, Moving: null } now && now.Host!.Host.Value == host && site.Inventory.Host(new(host))!.Vms.Contains(vm.Value)
            && site.World.See(w => w.Machine($"h{host}").Domains.Any(d => d.Name == $"one-{vm}" && d.Generation == now.Generation && d.Power is Core.Drivers.DomainPower.Running && d.Port == now.GraphicsPort)),
        () => $"VM {vm} is {site.Vm(vm).Phase} on {site.Vm(vm).Host?.Hostname}: {site.Vm(vm).UserTemplate["ERROR"]}");

    private static async Task End(Site site, VmId vm)
    {
        await site.Act(vm, VmAction.TerminateHard);
        await site.Reach(vm, VmState.Done);
        await Site.Until(() => site.Vm(vm).Remnants.IsEmpty, "something is left on a host that it was on");
        await site.AssertClean();
    }
}
