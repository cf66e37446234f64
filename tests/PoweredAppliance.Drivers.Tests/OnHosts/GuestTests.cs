using System.Text;
using System.Text.RegularExpressions;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>A guest that boots, reads its CONTEXT, talks on its console and obeys its power button.</summary>
[Collection(OnLabHosts.Name)]
public sealed partial class GuestTests(DriverLab lab)
{
    private static async Task<VmSpec> Guest(int id) => Specs.Vm(id) with
    {
        MemoryMebibytes = 128,
        Disks = [Specs.Overlay(0, "vda") with { Source = await SmallGuest.Image(), ImageVolume = "small-guest.qcow2" }],
        Nics = [Specs.Nic(0)],
        Context = Specs.Context.SetItem("SET_HOSTNAME", $"guest{id}").SetItem("ETH0_MAC", "02:00:00:00:00:00").SetItem("ETH0_MASK", "255.255.255.0"),
        ContextTarget = "hda",
    };

    [Fact]
    public async Task A_guest_reads_its_context_and_goes_by_its_power_button_even_when_it_was_pressed_too_early()
    {
        var driver = lab.Driver(1);
        var vm = await Guest(50);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        var early = driver.Do(VmStep.Shutdown, vm); // it is still in its BIOS
        var outcome = await early;
        Assert.True(outcome.Done, outcome.Error);
        Assert.Equal((DomainPower.Off, "shutdown"), await driver.Domain(vm.Id) is { } d ? (d.Power, d.Reason) : default);
        var said = await driver.ConsoleLog(vm.Id, 1 << 20, default);
        Assert.Contains("POWERED-GUEST-READY name=guest50 ip=10.0.0.5", said, StringComparison.Ordinal);
        Assert.Equal(said[^20..], await driver.ConsoleLog(vm.Id, 20, default));
        await driver.Done(vm, VmStep.Boot);
        await Ready(driver, vm); // this boot's own line: the file is begun anew
        await driver.Done(vm, VmStep.Cleanup);
        Assert.Equal("", await driver.ConsoleLog(vm.Id, 100, default));
    }

    [Fact]
    public async Task A_saved_guest_goes_on_where_it_was_and_a_rebooted_one_begins_anew()
    {
        var driver = lab.Driver(1);
        var vm = await Guest(51);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Ready(driver, vm);
        await using (var console = await driver.OpenConsole(vm.Id, default))
            Assert.Contains("remembered=yes", await Say(console, "X=yes; echo remembered=$X", "remembered=yes"), StringComparison.Ordinal);
        var told = new List<StepProgress>();
        var saved = await driver.Do(VmStep.Save, vm, progress: p => { lock (told) told.Add(p); });
        Assert.True(saved.Done, saved.Error);
        await driver.Done(vm, VmStep.Restore);
        await using (var console = await driver.OpenConsole(vm.Id, default))
            Assert.Contains("still=yes", await Say(console, "echo still=$X", "still=yes"), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Reboot);
        await Ready(driver, vm);
        await driver.Done(vm, VmStep.Reset);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_cancelled_save_leaves_the_guest_running()
    {
        var driver = lab.Driver(1);
        var vm = await Guest(52) with { MemoryMebibytes = 512 };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Ready(driver, vm);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => driver.Do(VmStep.Save, vm, stop: stop.Token));
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_console_of_a_vm_that_is_not_there_or_does_not_run_is_refused()
    {
        var driver = lab.Driver(1);
        await Assert.ThrowsAsync<HostRefusedException>(() => driver.OpenConsole(new(53), default));
        var vm = Specs.Vm(53);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot, VmStep.ShutdownHard);
        var why = await Assert.ThrowsAsync<HostRefusedException>(() => driver.OpenConsole(vm.Id, default));
        Assert.Contains("not running", why.Message, StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);
    }

    private static Task Ready(IHostDriver driver, VmSpec vm) => Steps.Until(
        async () => ReadyLine().IsMatch(await driver.ConsoleLog(vm.Id, 1 << 20, default)), "the guest did not become ready");

    /// <summary>Types a line and reads until the answer comes.</summary>
    private static async Task<string> Say(Stream console, string line, string until)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await console.WriteAsync(Encoding.ASCII.GetBytes($"\n{line}\n"), deadline.Token);
        var said = new StringBuilder();
        var buffer = new byte[4096];
        while (!said.ToString().Contains($"\n{until}", StringComparison.Ordinal))
        {
            var read = await console.ReadAsync(buffer, deadline.Token);
            Assert.True(read > 0, $"the console ended after: {said}");
            said.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        return said.ToString();
    }

    [GeneratedRegex("POWERED-GUEST-READY name=guest")]
    private static partial Regex ReadyLine();
}
