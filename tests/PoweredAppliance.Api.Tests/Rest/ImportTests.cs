using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Api.Rest;

[Collection(nameof(OneAppliance))]
public sealed class ImportTests(Appliance appliance)
{
    [Fact]
    public async Task A_wild_vm_is_imported_while_its_guest_runs_on_and_ends_as_any_other()
    {
        var machine = appliance.World.Machine("sim1");
        var wild = await Appear("wild-web", vcpu: 2, memory: 512);
        var vm = await appliance.Admin.ImportWild(0, "wild-web");
        Assert.Equal(("wild-web", 200, 2, 512L, (int?)0), (vm.Name, vm.CpuPercent, vm.Vcpu, vm.MemoryMib, vm.HostId));
        Assert.Contains("IMPORTED", vm.Template);
        Assert.Contains(wild.Uuid, vm.Template);
        await Reach(vm.Id, "RUNNING");
        var domain = machine.See(m => m.Domains.Single(d => d.Name == "wild-web"));
        Assert.Equal((DomainPower.Running, 1, vm.Id), (domain.Power, domain.Starts, domain.Owner!.Value.Vm));
        await Appliance.Until(async () => (await appliance.Admin.GetHost(0)).WildVms.All(w => w.Name != "wild-web"), "it is still wild");
        Assert.Contains(vm.Id, (await appliance.Admin.GetHost(0)).Vms);
        Assert.Equal("wild-web", appliance.Cloud.Inventory.Vms.Find(new(vm.Id))!.DeployId);
        Assert.Equal(404, (await Refused("wild-web")).Status);

        Assert.Equal(409, (await Assert.ThrowsAsync<PoweredException>(() => appliance.Admin.Act(vm.Id, VmActions.Undeploy))).Problem!.Status);
        await appliance.Admin.Act(vm.Id, VmActions.PoweroffHard);
        await Reach(vm.Id, "POWEROFF");
        await appliance.Admin.Act(vm.Id, VmActions.Resume);
        await Reach(vm.Id, "RUNNING");
        Assert.Equal(domain.Uuid, machine.See(m => m.Domains.Single(d => d.Name == "wild-web")).Uuid);
        await appliance.Admin.Act(vm.Id, VmActions.TerminateHard);
        await Reach(vm.Id, "DONE");
        Assert.DoesNotContain(machine.See(m => m.Domains.ToArray()), d => d.Name == "wild-web");
        Assert.Empty(appliance.World.Violations);
    }

    [Fact]
    public async Task A_wild_vm_that_is_off_is_imported_as_poweroff()
    {
        await Appear("wild-off", vcpu: 1, memory: 64);
        appliance.World.Machine("sim1").PowersOff("wild-off");
        var vm = await appliance.Admin.ImportWild(0, "wild-off");
        await Reach(vm.Id, "POWEROFF");
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
        await Reach(vm.Id, "DONE");
    }

    [Fact]
    public async Task A_wild_vm_that_the_host_has_no_room_for_stays_wild_and_the_refusal_has_the_numbers()
    {
        await Appear("wild-huge", vcpu: 200, memory: 64);
        var why = await Refused("wild-huge");
        Assert.Equal(409, why.Status);
        Assert.Contains("20000 %", why.Detail);
        Assert.Contains((await appliance.Admin.GetHost(0)).WildVms, w => w.Name == "wild-huge");
        Assert.Equal(404, (await Refused("no-such-domain")).Status);
        appliance.World.Machine("sim1").UndefinedByHand("wild-huge");
    }

    [Fact]
    public async Task Only_who_administers_the_host_may_import_from_it()
    {
        using var other = await appliance.NewUser("importer");
        await Appear("wild-theirs", vcpu: 1, memory: 16);
        Assert.Equal(403, (await Assert.ThrowsAsync<PoweredException>(() => other.ImportWild(0, "wild-theirs"))).Problem!.Status);
        appliance.World.Machine("sim1").UndefinedByHand("wild-theirs");
    }

    [Fact]
    public async Task Nobody_imports_by_a_word_in_a_template()
    {
        var vm = (await appliance.Admin.CreateVms(new() { TemplateText = "CPU=1\nMEMORY=16\nIMPORTED=YES" })).Single();
        Assert.DoesNotContain("IMPORTED", (await appliance.Admin.GetVm(vm.Id)).Template);
        await Reach(vm.Id, "RUNNING");
        await appliance.Admin.Act(vm.Id, VmActions.TerminateHard);
    }

    private async Task<WildVm> Appear(string name, int vcpu, long memory)
    {
        appliance.World.Machine("sim1").WildDomain(name, vcpu, memory);
        await Appliance.Until(async () => (await appliance.Admin.GetHost(0)).WildVms.Any(w => w.Name == name), $"{name} is not seen");
        return (await appliance.Admin.GetHost(0)).WildVms.Single(w => w.Name == name);
    }

    private async Task<Problem> Refused(string name) => (await Assert.ThrowsAsync<PoweredException>(() => appliance.Admin.ImportWild(0, name))).Problem!;

    private Task Reach(int vm, string state) => Appliance.Until(
        async () => await appliance.Admin.GetVm(vm) is var now && (now.State == state || now.LcmState == state), $"VM {vm} is not {state}");
}
