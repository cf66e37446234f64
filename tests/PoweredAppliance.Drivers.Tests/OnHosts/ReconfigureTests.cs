using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Size and context of real guests, changed while they run and while they are off.</summary>
[Collection(OnLabHosts.Name)]
public sealed class ReconfigureTests(DriverLab lab)
{
    private static VmSpec Bios(int id) => Specs.Vm(id) with { Disks = [Specs.Volatile(0, "vda") with { Format = "qcow2" }] };

    private static async Task Made(IHostDriver driver, VmSpec vm, VmChange what)
    {
        for (var time = 0; time < 2; time++) // asked again it ends in the same picture
        {
            var outcome = await driver.Change(vm, what);
            Assert.True(outcome.Done, $"{what}: {outcome.Error}");
        }
    }

    [Fact]
    public async Task A_running_guest_gets_cpus_and_memory_up_to_its_maxima_and_has_them_at_its_next_start()
    {
        var driver = lab.Driver(1);
        var vm = Bios(80) with { VcpuMax = 2, MemoryMaxMebibytes = 32 };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        Assert.Equal("1", await Vcpus("--live"));
        var larger = vm with { Vcpu = 2, CpuPercent = 200, MemoryMebibytes = 32 };
        await Made(driver, larger, new VmChange.Resize(2, 2, 32));
        Assert.Equal(("2", "2"), (await Vcpus("--live"), await Vcpus("--config")));
        Assert.Contains("<currentMemory unit='KiB'>32768</currentMemory>", await lab.Hosts[1].Run("virsh", "dumpxml", "--inactive", "one-80"), StringComparison.Ordinal);
        var beyond = await driver.Change(larger with { Vcpu = 3 }, new VmChange.Resize(2, 3, 32));
        Assert.False(beyond.Done);
        await driver.Done(larger, VmStep.ShutdownHard);
        await Made(driver, vm with { Vcpu = 3, VcpuMax = 4 }, new VmChange.Resize(1, 3, 16));
        await driver.Done(vm with { Vcpu = 3, VcpuMax = 4 }, VmStep.Boot);
        Assert.Equal("3", await Vcpus("--live"));
        await driver.Done(vm, VmStep.Cleanup);

        async Task<string> Vcpus(string where) => (await lab.Hosts[1].Run("virsh", "vcpucount", "one-80", "--current", where)).Trim();
    }

    [Fact]
    public async Task A_changed_context_is_in_the_guests_CD_at_once_and_of_one_that_is_off_at_its_next_start()
    {
        var driver = lab.Driver(1);
        var vm = Bios(81) with { Context = Specs.Context, ContextTarget = "hda" };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        vm = vm with { Context = vm.Context!.SetItem("GREETING", "hello-running") };
        await Made(driver, vm, new VmChange.Reconfigure(Template.Empty));
        Assert.Contains("hello-running", Context(), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.ShutdownHard);
        vm = vm with { Context = vm.Context!.SetItem("GREETING", "hello-again") };
        await driver.Done(vm, VmStep.Boot);
        Assert.Contains("hello-again", Context(), StringComparison.Ordinal);
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Cleanup);

        string Context() => File.ReadAllText(Directory.GetFiles($"{lab.Hosts[1].DatastorePath}/0", "one-81*context*").Single(), System.Text.Encoding.Latin1);
    }
}
