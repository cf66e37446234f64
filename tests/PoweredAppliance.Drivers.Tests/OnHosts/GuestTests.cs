using System.Text.RegularExpressions;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;

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
            Assert.Contains("remembered=yes", await console.Say("X=yes; echo remembered=$X", "remembered=yes"), StringComparison.Ordinal);
        var told = new List<StepProgress>();
        var saved = await driver.Do(VmStep.Save, vm, progress: p => { lock (told) told.Add(p); });
        Assert.True(saved.Done, saved.Error);
        await driver.Done(vm, VmStep.Restore);
        await using (var console = await driver.OpenConsole(vm.Id, default))
            Assert.Contains("still=yes", await console.Say("echo still=$X", "still=yes"), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Reboot);
        await Ready(driver, vm);
        await driver.Done(vm, VmStep.Reset);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task What_is_typed_on_a_console_that_is_left_at_once_reaches_the_guest()
    {
        var driver = lab.Driver(1);
        var vm = await Guest(54);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Ready(driver, vm);
        // The shell is there: it has answered, and its answer is on the log.
        await using (var console = await driver.OpenConsole(vm.Id, default))
            await console.Say("echo first=$((6*7))", "first=42");
        await using (var console = await driver.OpenConsole(vm.Id, default))
            await console.WriteAsync("echo second=$((6*7))\n"u8.ToArray());
        await Steps.Until(
            async () => (await driver.ConsoleLog(vm.Id, 1 << 20, default)).Contains("second=42", StringComparison.Ordinal), "the guest has not heard it");
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
    public async Task A_guest_executes_a_command_once_however_often_it_is_asked_for_it()
    {
        var driver = lab.Driver(1);
        var vm = await Guest(55);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Ready(driver, vm);
        var input = Convert.ToBase64String("from outside"u8);
        var what = new VmChange.Execute("sh -c 'echo x >>/tmp/times; wc -l </tmp/times; cat; echo \"to $0\" >&2; exit 3' 'a b'", input, 4);
        var started = await Started(driver, vm, what);
        var again = await driver.Change(vm, what);
        Assert.Equal((true, started.Pid), (again.Done, again.Command?.Pid));
        var ended = await driver.Command(vm, VmStep.AwaitCommand, started.Pid);
        Assert.Equal(
            (3, "1\nfrom outside", "to a b\n"),
            ended.Command is { ReturnCode: { } code, Stdout: var stdout, Stderr: var stderr } ? (code, Text(stdout), Text(stderr)) : default);
        var unknown = await driver.Command(vm, VmStep.AwaitCommand, started.Pid); // its end was told once
        Assert.Contains("pid", unknown.Error, StringComparison.Ordinal);
        var large = await Started(driver, vm, new("head -c 100000 /dev/zero", "", 5));
        Assert.Equal(CommandReport.MaxOutput, Convert.FromBase64String((await driver.Command(vm, VmStep.AwaitCommand, large.Pid)).Command!.Stdout).Length);
        Assert.Contains("/no/such", (await driver.Change(vm, new VmChange.Execute("/no/such", "", 6))).Error, StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);

        static string Text(string base64) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(base64));
    }

    [Fact]
    public async Task A_command_is_killed_or_ends_with_its_guest_and_one_whose_start_was_interrupted_is_not_begun_again()
    {
        var driver = lab.Driver(1);
        var vm = await Guest(56);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Ready(driver, vm);
        var first = await Started(driver, vm, new("sleep 600", "", 1));
        for (var time = 0; time < 2; time++)
        {
            var killed = await driver.Command(vm, VmStep.Change, first.Pid, new VmChange.CancelExecution());
            Assert.True(killed.Done, killed.Error);
        }

        await lab.Hosts[1].Run(
            "virsh", "metadata", "one-56", "urn:powered-appliance:command:1", "--live", "--key", "powered-command", "--set", "<command run='2'/>");
        Assert.Contains("may have been executed", (await driver.Change(vm, new VmChange.Execute("true", "", 2))).Error, StringComparison.Ordinal);
        var second = await Started(driver, vm, new("sleep 600", "", 3));
        var awaited = driver.Command(vm, VmStep.AwaitCommand, second.Pid);
        await driver.Done(vm, VmStep.ShutdownHard);
        Assert.Equal((true, null), await awaited is var gone ? (gone.Done, gone.Command) : default);
        Assert.False((await driver.Change(vm, new VmChange.Execute("true", "", 4))).Done);
        await driver.Done(vm, VmStep.Cleanup);
    }

    /// <summary>The agent is there a little later than the guest says that it is ready.</summary>
    private static async Task<CommandReport> Started(IHostDriver driver, VmSpec vm, VmChange.Execute what)
    {
        StepOutcome? outcome = null;
        await Steps.Until(async () => (outcome = await driver.Change(vm, what)).Done, "the agent does not answer");
        return outcome!.Command!;
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

    [GeneratedRegex("POWERED-GUEST-READY name=guest")]
    private static partial Regex ReadyLine();
}
