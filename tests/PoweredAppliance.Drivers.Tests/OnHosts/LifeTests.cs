using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Each step on a real libvirt and a real qemu, with a guest that gets no further than its BIOS.</summary>
[Collection(OnLabHosts.Name)]
public sealed class LifeTests(DriverLab lab)
{
    [Fact]
    public async Task A_host_is_inspected()
    {
        var facts = await lab.Driver(1).Inspect(default);
        Assert.Equal(lab.Hosts[1].Name, facts.Hostname);
        Assert.Equal(("x86_64", "qemu", "tcg: a lab"), (facts.Arch, facts.HypervisorKind, facts.Acceleration));
        Assert.Equal(Environment.ProcessorCount * 100, facts.CpuPercent);
        Assert.True(facts.MemoryKibibytes > 1 << 20, $"{facts.MemoryKibibytes} KiB");
        Assert.Contains("q35", facts.Machines);
        Assert.Contains("qemu64", facts.CpuModels);
        Assert.NotEmpty(facts.Numa);
        Assert.InRange(facts.DiskFreeMebibytes, 1, facts.DiskMebibytes);
    }

    [Fact]
    public async Task A_vm_boots_and_goes_and_every_step_can_be_asked_twice()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(10) with
        {
            Disks = [Specs.Volatile(0, "vda"), Specs.Volatile(1, "vdb") with { Kind = DiskKind.Swap }, Specs.Volatile(2, "sda") with { Format = "qcow2" }],
            Nics = [Specs.Nic(0)],
            Context = Specs.Context,
            Graphics = new("VNC", "127.0.0.1", 5910, null, null),
        };
        await driver.Done(vm, VmStep.Prolog, VmStep.Prolog, VmStep.Boot, VmStep.Boot);
        var domain = await driver.Domain(vm.Id);
        Assert.NotNull(domain);
        Assert.Equal((1, "one-10", vm.Uuid, DomainPower.Running, "booted", 1, 16L),
            (domain.Generation, domain.Name, domain.Uuid, domain.Power, domain.Reason, domain.Vcpu, domain.MemoryMebibytes));
        Assert.NotNull(domain.CpuNanoseconds);
        Assert.NotNull(domain.NetSentBytes);
        Assert.NotNull(domain.DiskReads);
        Assert.True(domain.MemoryRssKibibytes > 1000);
        Assert.True(File.Exists($"{lab.Hosts[1].DatastorePath}/0/one-10-disk-0"));
        await driver.Done(vm, VmStep.Reset, VmStep.Reset, VmStep.ShutdownHard, VmStep.ShutdownHard);
        domain = await driver.Domain(vm.Id);
        Assert.Equal((DomainPower.Off, "destroyed", (ulong?)null), (domain?.Power, domain?.Reason, domain?.CpuNanoseconds));
        await driver.Done(vm, VmStep.Boot, VmStep.Undefine, VmStep.Undefine);
        Assert.Null(await driver.Domain(vm.Id));
        Assert.True(File.Exists($"{lab.Hosts[1].DatastorePath}/0/one-10-disk-0"));
        await driver.Done(vm, VmStep.Boot, VmStep.Cleanup, VmStep.Cleanup, VmStep.Withdraw);
        Assert.Null(await driver.Domain(vm.Id));
        Assert.Empty(Files(1, "one-10*"));
    }

    [Fact]
    public async Task A_guest_is_saved_and_restored_and_its_checkpoint_goes_only_then()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(11) with { Disks = [Specs.Volatile(0, "vda")] };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot, VmStep.Save, VmStep.Save);
        Assert.Equal(DomainPower.Saved, await driver.Power(vm.Id));
        Assert.Single(Files(1, "one-11.checkpoint"));
        await driver.Done(vm, VmStep.Undefine);
        var restored = await driver.Do(VmStep.Restore, vm with { Graphics = new("VNC", "127.0.0.1", 5911, null, null) }, generation: 2);
        Assert.True(restored.Done, restored.Error);
        Assert.Equal((2, DomainPower.Running, "restored"), await driver.Domain(vm.Id) is { } d ? (d.Generation, d.Power, d.Reason) : default);
        Assert.Empty(Files(1, "one-11.checkpoint"));
        Assert.True((await driver.Do(VmStep.Restore, vm, generation: 2)).Done);
        Assert.True((await driver.Do(VmStep.Cleanup, vm, generation: 2)).Done);
        Assert.Empty(Files(1, "one-11*"));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_restored_stays()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(12) with { Disks = [Specs.Volatile(0, "vda")] };
        await driver.Done(vm, VmStep.Prolog);
        var none = await driver.Do(VmStep.Restore, vm);
        Assert.False(none.Done || none.Retriable);
        await driver.Done(vm, VmStep.Boot, VmStep.Save);
        var disk = $"{lab.Hosts[1].DatastorePath}/0/one-12-disk-0";
        File.Move(disk, disk + ".away");
        Assert.False((await driver.Do(VmStep.Restore, vm)).Done);
        Assert.Single(Files(1, "one-12.checkpoint"));
        File.Move(disk + ".away", disk);
        await driver.Done(vm, VmStep.Restore, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_paused_guest_runs_on()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(13);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await lab.Hosts[1].Run("virsh", "suspend", "one-13");
        Assert.Equal((DomainPower.Paused, "user"), await driver.Domain(vm.Id) is { } d ? (d.Power, d.Reason) : default);
        var deaf = await driver.Do(VmStep.Shutdown, vm);
        Assert.Contains("cannot hear its power button", deaf.Error, StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Restore);
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_guest_that_does_not_go_is_left_running_and_said_so()
    {
        var driver = lab.Driver(1, DriverLab.Options with { ShutdownDeadline = TimeSpan.FromSeconds(1), PressAgainAfter = TimeSpan.FromMilliseconds(300) });
        var vm = Specs.Vm(14);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        var outcome = await driver.Do(VmStep.Shutdown, vm);
        Assert.Equal("the guest did not shut down within 1 s of its power button being pressed", outcome.Error);
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.ShutdownHard, VmStep.Shutdown, VmStep.Cleanup, VmStep.Shutdown);
    }

    [Fact]
    public async Task A_newer_generation_refuses_older_steps_and_an_older_one_goes_first()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(15) with { Disks = [Specs.Volatile(0, "vda")] };
        await driver.Done(vm, VmStep.Prolog);
        Assert.True((await driver.Do(VmStep.Boot, vm, generation: 2)).Done);
        foreach (var kind in Enum.GetValues<VmStep>().Where(k => k is not VmStep.Withdraw))
        {
            var outcome = await driver.Do(kind, vm, generation: 1);
            Assert.False(outcome.Done || outcome.Retriable, $"{kind}: {outcome}");
        }
        Assert.Equal((2, DomainPower.Running), await driver.Domain(vm.Id) is { } d ? (d.Generation, d.Power) : default);
        Assert.True((await driver.Do(VmStep.Boot, vm, generation: 3)).Done);
        Assert.Equal((3, DomainPower.Running), await driver.Domain(vm.Id) is { } n ? (n.Generation, n.Power) : default);
        Assert.False((await driver.Do(VmStep.Save, vm, generation: 4)).Done);
        Assert.True((await driver.Do(VmStep.Cleanup, vm, generation: 4)).Done);
    }

    [Fact]
    public async Task Somebody_elses_domain_is_shown_as_wild_and_never_touched()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(16);
        await driver.Done(vm, VmStep.Prolog);
        var theirs = DomainXml.Of(Specs.Vm(16), new(new Guid("0c0ffee0-0000-4000-8000-00000000000e"), 1, "/nowhere", "/nowhere", UseKvm: false));
        await File.WriteAllTextAsync($"{lab.Hosts[1].DatastorePath}/theirs.xml", theirs);
        await lab.Hosts[1].Run("virsh", "define", $"{lab.Hosts[1].DatastorePath}/theirs.xml");
        var reading = await driver.Read(default);
        Assert.Null(reading.Domains.Single(d => d.Name == "one-16").Vm);
        foreach (var kind in new[] { VmStep.Prolog, VmStep.Boot, VmStep.ShutdownHard, VmStep.Undefine, VmStep.Save, VmStep.Restore })
        {
            var outcome = await driver.Do(kind, vm, generation: 9);
            Assert.False(outcome.Done || outcome.Retriable, $"{kind}: {outcome}");
            Assert.Contains("deployment 0c0ffee0-0000-4000-8000-00000000000e", outcome.Error, StringComparison.Ordinal);
        }
        await driver.Done(vm, VmStep.Cleanup);
        Assert.Empty(Files(1, "one-16*"));
        Assert.Contains("one-16", await lab.Hosts[1].Run("virsh", "list", "--all", "--name"), StringComparison.Ordinal);
        await lab.Hosts[1].Run("virsh", "undefine", "one-16");
    }

    [Fact]
    public async Task A_template_that_libvirt_does_not_take_cannot_be_tried_again()
    {
        var driver = lab.Driver(1);
        foreach (var bad in new[] { Specs.Vm(17) with { RawXml = "<broken" }, Specs.Vm(17) with { Os = Specs.Os with { Machine = "q36" } } })
        {
            var outcome = await driver.Do(VmStep.Boot, bad);
            Assert.False(outcome.Done || outcome.Retriable, outcome.ToString());
        }
        Assert.Null(await driver.Domain(new(17)));
    }

    private string[] Files(int host, string pattern) => Directory.GetFiles($"{lab.Hosts[host].DatastorePath}/0", pattern);
}
