using System.Diagnostics;
using System.Text.RegularExpressions;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Disks, NICs and snapshots of real guests. A guest that only runs its BIOS lets go of nothing; where that matters a Linux runs.</summary>
[Collection(OnLabHosts.Name)]
public sealed partial class ChangeTests(DriverLab lab)
{
    private static readonly DiskSpec Second = Specs.Volatile(1, "vdb") with { Format = "qcow2" };

    private static VmSpec Bios(int id) => Specs.Vm(id) with { Disks = [Specs.Volatile(0, "vda") with { Format = "qcow2" }] };

    private static async Task<VmSpec> Linux(int id) => Specs.Vm(id) with
    {
        MemoryMebibytes = 128,
        Disks = [Specs.Overlay(0, "vda") with { Source = await SmallGuest.Image(), ImageVolume = "small-guest.qcow2" }],
        Nics = [Specs.Nic(0)],
        Context = Specs.Context.SetItem("SET_HOSTNAME", $"guest{id}"),
        ContextTarget = "hda",
    };

    private static VmChange Attach(int disk) => new VmChange.AttachDisk(VectorAttribute.Of("DISK", ("DISK_ID", $"{disk}")));

    private static VmChange AttachNic(int nic) => new VmChange.AttachNic(VectorAttribute.Of("NIC", ("NIC_ID", $"{nic}")));

    private static async Task Made(IHostDriver driver, VmSpec vm, VmChange what)
    {
        for (var time = 0; time < 2; time++) // asked again it ends in the same picture
        {
            var outcome = await driver.Change(vm, what);
            Assert.True(outcome.Done, $"{what}: {outcome.Error}");
        }
    }

    [Fact]
    public async Task A_running_guest_gets_a_disk_and_a_NIC_and_lets_go_of_them()
    {
        var driver = lab.Driver(1);
        var vm = await Linux(70);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Ready(driver, vm);
        var more = vm with { Disks = [.. vm.Disks, Second], Nics = [.. vm.Nics, Specs.Nic(1)] };
        await Made(driver, more, Attach(1));
        await Made(driver, more, AttachNic(1));
        var xml = await lab.Hosts[1].Run("virsh", "dumpxml", "one-70");
        Assert.Contains("one-70-disk-1", xml, StringComparison.Ordinal);
        Assert.Contains("02:00:00:00:00:01", xml, StringComparison.Ordinal);
        Assert.Contains("one-70-disk-1", await lab.Hosts[1].Run("virsh", "dumpxml", "--inactive", "one-70"), StringComparison.Ordinal);
        await Made(driver, more, new VmChange.DetachDisk(1));
        await Made(driver, more, new VmChange.DetachNic(1));
        xml = await lab.Hosts[1].Run("virsh", "dumpxml", "one-70");
        Assert.DoesNotContain("one-70-disk-1", xml, StringComparison.Ordinal);
        Assert.DoesNotContain("02:00:00:00:00:01", xml, StringComparison.Ordinal);
        Assert.Empty(Files("one-70-disk-1"));
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_guest_that_does_not_let_go_keeps_its_disk_and_it_is_said()
    {
        var driver = lab.Driver(1, DriverLab.Options with { UnplugDeadline = TimeSpan.FromSeconds(1) });
        var vm = Bios(71) with { Disks = [.. Bios(71).Disks, Second] };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        var outcome = await driver.Change(vm, new VmChange.DetachDisk(1));
        Assert.Equal((false, "the guest did not let go of disk 1 within 1 s"), (outcome.Done, outcome.Error));
        Assert.Single(Files("one-71-disk-1"));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_guest_that_is_off_has_its_new_devices_at_its_next_start()
    {
        var driver = lab.Driver(1);
        var vm = Bios(72);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot, VmStep.ShutdownHard);
        var more = vm with { Disks = [.. vm.Disks, Second], Nics = [Specs.Nic(0)] };
        await Made(driver, more, Attach(1));
        await Made(driver, more, AttachNic(0));
        await driver.Done(more, VmStep.Boot);
        var xml = await lab.Hosts[1].Run("virsh", "dumpxml", "one-72");
        Assert.Contains("one-72-disk-1", xml, StringComparison.Ordinal);
        Assert.Contains("02:00:00:00:00:00", xml, StringComparison.Ordinal);
        await driver.Done(more, VmStep.ShutdownHard);
        await Made(driver, more, new VmChange.DetachDisk(1));
        Assert.Empty(Files("one-72-disk-1"));
        await driver.Done(vm, VmStep.Boot, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_disk_that_cannot_be_attached_leaves_no_file()
    {
        var driver = lab.Driver(1);
        var vm = Bios(73);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        var outcome = await driver.Change(vm with { Disks = [.. vm.Disks, Second with { Target = "hdb" }] }, Attach(1)); // SATA cannot be plugged
        Assert.False(outcome.Done);
        Assert.Empty(Files("one-73-disk-1"));
        Assert.DoesNotContain("one-73-disk-1", await lab.Hosts[1].Run("virsh", "dumpxml", "--inactive", "one-73"), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_machine_goes_back_to_its_snapshot_with_its_memory()
    {
        var driver = lab.Driver(1);
        var vm = await Linux(74);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Ready(driver, vm);
        await using (var console = await driver.OpenConsole(vm.Id, default))
            await console.Say("X=before; echo is=$X", "is=before");
        await Made(driver, vm, new VmChange.CreateSnapshot(0, "first"));
        await using (var console = await driver.OpenConsole(vm.Id, default))
            await console.Say("X=after; echo is=$X", "is=after");
        await Made(driver, vm, new VmChange.RevertSnapshot(0));
        Assert.Equal((1, DomainPower.Running), await driver.Domain(vm.Id) is { } d ? (d.Generation, d.Power) : default);
        await using (var console = await driver.OpenConsole(vm.Id, default))
            await console.Say("echo now=$X", "now=before");
        await Made(driver, vm, new VmChange.DeleteSnapshot(0));
        var gone = await driver.Change(vm, new VmChange.RevertSnapshot(0));
        Assert.Equal("the host has no snapshot snap-0 of VM 74", gone.Error);
        await Made(driver, vm, new VmChange.CreateSnapshot(1, "second"));
        await driver.Done(vm, VmStep.ShutdownHard, VmStep.Undefine);
        Assert.DoesNotContain("snap-1", Info(vm, 0), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_disk_goes_back_to_its_snapshots_taken_of_a_running_guest_and_of_one_that_is_off()
    {
        var driver = lab.Driver(1);
        var vm = Bios(75) with { Disks = [.. Bios(75).Disks, Second] };
        await driver.Done(vm, VmStep.Prolog);
        Write(vm, 0, 'A');
        await driver.Done(vm, VmStep.Boot);
        await Made(driver, vm, new VmChange.CreateDiskSnapshot(0, 0, "running"));
        await driver.Done(vm, VmStep.ShutdownHard);
        Write(vm, 0, 'B');
        await Made(driver, vm, new VmChange.CreateDiskSnapshot(0, 1, "off"));
        Write(vm, 0, 'C');
        Assert.Equal(2, Regex.Count(Info(vm, 0), "one-75-disk-0-snap-"));
        await Made(driver, vm, new VmChange.RevertDiskSnapshot(0, 0));
        Assert.Equal('A', Read(vm, 0));
        await Made(driver, vm, new VmChange.RevertDiskSnapshot(0, 1));
        Assert.Equal('B', Read(vm, 0));
        await Made(driver, vm, new VmChange.DeleteDiskSnapshot(0, 1));
        await driver.Done(vm, VmStep.Boot);
        await Made(driver, vm, new VmChange.DeleteDiskSnapshot(0, 0));
        await driver.Done(vm, VmStep.ShutdownHard);
        Assert.DoesNotContain("snap-", Info(vm, 0), StringComparison.Ordinal);
        Assert.False((await driver.Change(vm, new VmChange.RevertDiskSnapshot(0, 0))).Done);
        Assert.Equal('B', Read(vm, 0));
        Assert.Empty((await driver.Read(default)).Domains.Where(d => d.Vm is null));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_disk_grows_under_a_running_guest_and_in_the_storage()
    {
        var driver = lab.Driver(1);
        var vm = Bios(76);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Made(driver, vm, new VmChange.CreateDiskSnapshot(0, 0, "small"));
        await Made(driver, vm, new VmChange.ResizeDisk(0, 24));
        Assert.Contains("Capacity:       25165824", await lab.Hosts[1].Run("virsh", "domblkinfo", "one-76", "vda"), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.ShutdownHard, VmStep.Undefine);
        await Made(driver, vm, new VmChange.ResizeDisk(0, 32));
        Assert.Contains("virtual size: 32 MiB", Info(vm, 0), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_disk_is_saved_whole_from_a_running_guest_and_from_one_that_is_off()
    {
        var driver = lab.Driver(1);
        var vm = Bios(77);
        await driver.Done(vm, VmStep.Prolog);
        Write(vm, 0, 'S');
        await driver.Done(vm, VmStep.Boot);
        foreach (var power in new[] { "running", "off" })
        {
            var file = $"{lab.Hosts[1].DatastorePath}/saved-{power}";
            await Made(driver, vm, new VmChange.SaveDisk(0, 1, file));
            Assert.Equal('S', ReadFrom(file));
            Assert.DoesNotContain("backing file", Run("qemu-img", "info", file), StringComparison.Ordinal);
            await driver.Done(vm, VmStep.ShutdownHard);
        }

        Assert.Empty(Files("*-copy"));
        await driver.Done(vm, VmStep.Cleanup);
    }

    private Task Ready(IHostDriver driver, VmSpec vm) => Steps.Until(
        async () => (await driver.ConsoleLog(vm.Id, 1 << 20, default)).Contains("POWERED-GUEST-READY name=guest", StringComparison.Ordinal), "the guest did not become ready");

    private string PathOf(VmSpec vm, int disk) => $"{lab.Hosts[1].DatastorePath}/0/one-{vm.Id}-disk-{disk}";

    private void Write(VmSpec vm, int disk, char what) => Run("qemu-io", "-f", "qcow2", "-c", $"write -P {(int)what} 0 64k", PathOf(vm, disk));

    private char Read(VmSpec vm, int disk) => ReadFrom(PathOf(vm, disk));

    private static char ReadFrom(string file) => Written().Match(Run("qemu-io", "-f", "qcow2", "-r", "-c", "read -v 0 16", file)).Groups[1].Value[0];

    private string Info(VmSpec vm, int disk) => Run("qemu-img", "info", PathOf(vm, disk));

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return said;
    }

    private string[] Files(string pattern) => Directory.GetFiles($"{lab.Hosts[1].DatastorePath}/0", pattern);

    [GeneratedRegex(@"00000000:.*\s(\w)\w{15}")]
    private static partial Regex Written();
}
