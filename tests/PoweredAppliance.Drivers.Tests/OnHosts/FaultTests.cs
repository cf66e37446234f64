using System.Collections.Concurrent;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>What hosts do to their drivers on bad days.</summary>
[Collection(OnLabHosts.Name)]
public sealed class FaultTests(DriverLab lab)
{
    [Fact]
    public async Task A_frozen_host_is_unreachable_within_its_deadline_and_delays_no_other()
    {
        var time = new HandTime();
        var options = DriverLab.Options with { CallDeadline = TimeSpan.FromSeconds(10), OpenDeadline = TimeSpan.FromSeconds(8), Time = time };
        var (good, frozen) = (lab.Driver(1), lab.Driver(2, options));
        var notices = new ConcurrentQueue<HostNotice>();
        frozen.Listen(notices.Enqueue);
        await good.Read(default);
        await frozen.Read(default);
        lab.Hosts[2].Freeze();
        try
        {
            var silent = frozen.Read(default);
            for (var look = 0; look < 3; look++)
                await good.Read(default);
            Assert.False(silent.IsCompleted, "the other host answered only when this one was given up");
            time.Advance(options.CallDeadline);
            await Unreachable(silent);
            await Steps.Until(() => Task.FromResult(notices.OfType<HostNotice.ConnectionLost>().Any()), "no notice of the lost connection");
            for (var again = 0; again < 2; again++)
            {
                var opening = frozen.Read(default); // hangs in the open
                time.Advance(options.OpenDeadline);
                Assert.Contains("did not open within 8 s", (await Unreachable(opening)).Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            lab.Hosts[2].Thaw();
        }
        await frozen.Read(default);

        static Task<HostUnreachableException> Unreachable(Task call) => Assert.ThrowsAsync<HostUnreachableException>(() => call.WaitAsync(Steps.Patience));
    }

    [Fact]
    public async Task A_step_on_a_host_that_freezes_ends_as_unreachable_and_is_finished_when_it_is_back()
    {
        var driver = lab.Driver(2);
        var vm = Specs.Vm(40);
        await driver.Done(vm, VmStep.Prolog);
        lab.Hosts[2].Freeze();
        try
        {
            await Assert.ThrowsAsync<HostUnreachableException>(() => driver.Do(VmStep.Boot, vm));
        }
        finally
        {
            lab.Hosts[2].Thaw();
        }
        await driver.Done(vm, VmStep.Boot);
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_guest_whose_qemu_is_killed_is_noticed_as_crashed()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(41);
        var notices = new ConcurrentQueue<HostNotice>();
        driver.Listen(notices.Enqueue);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        lab.Hosts[1].KillQemu("one-41");
        await Steps.Until(() => Task.FromResult(notices.Any(n => n is HostNotice.DomainChanged { Name: "one-41", Vm: { Value: 41 }, What: "stopped (failed)" })),
            $"not noticed: {string.Join(", ", notices)}");
        Assert.Equal((DomainPower.Crashed, "crashed"), await driver.Domain(vm.Id) is { } d ? (d.Power, d.Reason) : default);
        await driver.Done(vm, VmStep.Boot);
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task Guests_outlive_libvirtd_and_are_found_again()
    {
        var driver = lab.Driver(2);
        var vm = Specs.Vm(42);
        var notices = new ConcurrentQueue<HostNotice>();
        driver.Listen(notices.Enqueue);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        lab.Hosts[2].KillLibvirtd();
        await Steps.Until(() => Task.FromResult(notices.OfType<HostNotice.ConnectionLost>().Any()), "no notice of the lost connection");
        await Assert.ThrowsAsync<HostUnreachableException>(() => driver.Read(default));
        await lab.Hosts[2].StartLibvirtd();
        Assert.Equal((DomainPower.Running, 1), await driver.Domain(vm.Id) is { } d ? (d.Power, d.Generation) : default);
        await driver.Done(vm, VmStep.Boot, VmStep.Cleanup);
    }

    [Fact]
    public async Task After_a_power_cut_the_guest_is_off_and_its_files_are_there()
    {
        var driver = lab.Driver(2);
        var vm = Specs.Vm(43) with { Disks = [Specs.Volatile(0, "vda")] };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await lab.Hosts[2].PowerCut();
        await Assert.ThrowsAsync<HostUnreachableException>(() => driver.Read(default));
        await lab.Hosts[2].PowerOn();
        Assert.Equal(DomainPower.Off, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        Assert.Equal(DomainPower.Running, await driver.Power(vm.Id));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task What_a_guest_does_by_itself_is_told_in_order()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(44);
        var told = new ConcurrentQueue<string>();
        driver.Listen(n =>
        {
            if (n is not HostNotice.DomainChanged { Name: not "one-44" })
                told.Enqueue(n is HostNotice.DomainChanged c ? c.What : n.ToString());
        });
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        await lab.Hosts[1].Run("virsh", "suspend", "one-44");
        await lab.Hosts[1].Run("virsh", "resume", "one-44");
        await driver.Done(vm, VmStep.ShutdownHard);
        await Steps.Until(() => Task.FromResult(told.Contains("stopped (destroyed)")), "the stop was not told");
        string[] expected = ["defined (added)", "started (booted)", "suspended (paused)", "resumed (unpaused)", "stopped (destroyed)"];
        var heard = told.ToList();
        // A start may tell a resume of its own; the one meant here follows the pause.
        heard.RemoveRange(0, heard.IndexOf("defined (added)"));
        var places = expected.Select(e => heard.LastIndexOf(e)).ToList();
        Assert.True(places.All(p => p >= 0) && places.SequenceEqual(places.Order()), string.Join(", ", heard));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task Many_calls_at_once_are_all_answered()
    {
        var driver = lab.Driver(1);
        var readings = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => driver.Read(default)));
        Assert.All(readings, r => Assert.True(r.MemoryFreeKibibytes > 0));
    }
}
