using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Tests.OnHosts;

namespace PoweredAppliance.Drivers.Tests;

/// <summary>The driver on libvirt's own test driver, which runs in this process and needs no daemon.</summary>
public sealed class TestDriverTests
{
    private static LibvirtDriver Driver(string uri = "test:///default") =>
        new(new(new(1), "t", uri, "/default-pool-of-this-test", Specs.Deployment, null), new());

    /// <summary>What the test driver knows: no emulated machines, only type test.</summary>
    private static VmSpec Vm(int id) => Specs.Vm(id) with { GuestAgent = false };

    [Fact]
    public async Task A_host_is_inspected_and_its_own_domain_is_wild()
    {
        await using var driver = Driver();
        var facts = await driver.Inspect(default);
        Assert.NotEmpty(facts.Hostname);
        Assert.True(facts.CpuPercent > 0 && facts.MemoryKibibytes > 0);
        var domain = Assert.Single((await driver.Read(default)).Domains);
        Assert.Equal(("test", null, DomainPower.Running), (domain.Name, domain.Vm, domain.Power));
        Assert.Null(domain.CpuNanoseconds);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_unreachable()
    {
        await using var driver = Driver("qemu:///system?socket=/nowhere/libvirt-sock");
        var why = await Assert.ThrowsAsync<HostUnreachableException>(() => driver.Read(default));
        Assert.Contains("does not open", why.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HostUnreachableException>(() => driver.Do(VmStep.Boot, Vm(1)));
    }

    [Fact]
    public async Task Steps_of_a_vm_that_is_not_there_end_as_they_should()
    {
        await using var driver = Driver();
        await driver.Done(Vm(1), VmStep.Shutdown, VmStep.ShutdownHard, VmStep.Undefine, VmStep.Cleanup, VmStep.Withdraw);
        foreach (var kind in new[] { VmStep.Reboot, VmStep.Reset, VmStep.Save })
            Assert.False((await driver.Do(kind, Vm(1))).Done);
    }

    [Fact]
    public async Task A_closed_driver_says_so()
    {
        var driver = Driver();
        await driver.Read(default);
        await driver.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => driver.Read(default));
        await driver.DisposeAsync();
    }
}
