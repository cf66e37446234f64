using System.Diagnostics;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Hosts that are set up otherwise, each for its own test.</summary>
[Collection(OnLabHosts.Name)]
public sealed class OtherHostTests
{
    private static LibvirtDriver Driver(LabHost host, Guid deployment) =>
        new(new(new(1), host.Name, host.Uri, host.DatastorePath, deployment, null), DriverLab.Options);

    [Fact]
    public async Task The_console_is_kept_by_virtlogd_where_the_host_has_one()
    {
        await using var hosts = await LabHosts.Start(1, virtlogd: true);
        await using var driver = Driver(hosts[1], Specs.Deployment);
        var vm = Specs.Vm(60);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        Assert.Contains("one-60-console.log", await hosts[1].Run("bash", "-c", "ls -l /proc/$(pidof virtlogd)/fd"), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_later_appliance_takes_over_empty_datastores_and_refuses_those_of_another()
    {
        await using var hosts = await LabHosts.Start(1);
        var vm = Specs.Vm(61) with { Disks = [Specs.Volatile(0, "vda")] };
        await using var first = Driver(hosts[1], Specs.Deployment);
        await using var second = Driver(hosts[1], new Guid("0c0ffee0-0000-4000-8000-000000000002"));
        await first.Done(vm, VmStep.Prolog);
        var refused = await second.Do(VmStep.Prolog, vm);
        Assert.Contains("another appliance", refused.Error, StringComparison.Ordinal);
        await first.Done(vm, VmStep.Cleanup);
        await second.Done(vm, VmStep.Prolog, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_lab_ends_with_its_host_processes()
    {
        var hosts = await LabHosts.Start(1);
        var (folder, name) = (Path.GetDirectoryName(hosts[1].DatastorePath)!, hosts[1].Name);
        await using (var driver = Driver(hosts[1], Specs.Deployment))
            await driver.Done(Specs.Vm(62), VmStep.Prolog, VmStep.Boot);
        var qemu = hosts[1].Qemu("one-62");
        Assert.NotNull(qemu);
        await hosts.DisposeAsync();
        Assert.False(Directory.Exists(folder));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(qemu.Value));
        Assert.False(Directory.Exists($"/sys/fs/cgroup/cpu/{name}"));
    }
}
