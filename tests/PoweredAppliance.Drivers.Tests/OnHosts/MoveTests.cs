using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>VMs that go from one host to the other: their files when they are off, their guests while they run.</summary>
[Collection(OnLabHosts.Name)]
public sealed partial class MoveTests(DriverLab lab)
{
    private static async Task<DiskSpec> Overlay() => Specs.Overlay(0, "vda") with { Source = await SmallGuest.Image(), ImageVolume = "small-guest.qcow2" };

    private string File(int host, string name) => $"{lab.Hosts[host].DatastorePath}/0/{name}";

    private string[] Files(int host, int vm) =>
        [.. Directory.GetFiles($"{lab.Hosts[host].DatastorePath}/0", $"one-{vm}*").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_vm_that_is_off_has_its_files_on_the_other_host_as_they_were_and_its_snapshots_in_them()
    {
        var (from, to) = (lab.Driver(1), lab.Driver(2));
        var vm = Specs.Vm(90) with { Disks = [await Overlay(), Specs.Volatile(1, "vdb") with { SizeMebibytes = 64 }], Context = Specs.Context, ContextTarget = "hda" };
        await from.Done(vm, VmStep.Prolog, VmStep.Boot);
        var early = await to.Move(VmStep.Receive, vm, lab.Address(1), 2);
        Assert.Contains("runs on host", early.Error, StringComparison.Ordinal);
        await from.Done(vm, VmStep.ShutdownHard);
        Assert.True((await from.Change(vm, new VmChange.CreateDiskSnapshot(0, 0, "before"))) is { Done: true });
        await using (var raw = new FileStream(File(1, "one-90-disk-1"), FileMode.Open))
        {
            raw.Position = 5_000_000;
            await raw.WriteAsync(RandomNumberGenerator.GetBytes(1_000_000));
        }

        for (var time = 0; time < 2; time++) // asked again it ends in the same picture
        {
            var outcome = await to.Move(VmStep.Receive, vm, lab.Address(1), 2);
            Assert.True(outcome.Done, outcome.Error);
            Assert.Equal(["one-90-console.log", "one-90-context.iso", "one-90-disk-0", "one-90-disk-1"], Files(2, 90));
        }

        Assert.Equal(Files(1, 90), Files(2, 90));
        foreach (var same in new[] { "one-90-context.iso", "one-90-disk-1" })
            Assert.Equal(await System.IO.File.ReadAllBytesAsync(File(1, same)), await System.IO.File.ReadAllBytesAsync(File(2, same)));
        Assert.InRange(long.Parse(await lab.Hosts[2].Run("stat", "-c", "%b", File(2, "one-90-disk-1")), null), 1, 3000); // its holes came as holes
        var info = await lab.Hosts[2].Run("qemu-img", "info", "--backing-chain", File(2, "one-90-disk-0"));
        Assert.Contains("one-90-disk-0-snap-0", info, StringComparison.Ordinal);
        Assert.Contains($"image: {lab.Hosts[2].DatastorePath}/1/small-guest.qcow2", info, StringComparison.Ordinal);
        await lab.Hosts[2].Run("qemu-img", "check", File(2, "one-90-disk-0"));
        Assert.True((await from.Left(vm, 1)).Done);
        Assert.Empty(Files(1, 90));
        Assert.True((await to.Do(VmStep.Boot, vm, 2)).Done);
        Assert.Equal((DomainPower.Running, 2), await to.Domain(vm.Id) is { } d ? (d.Power, d.Generation) : default);
        Assert.True((await to.Do(VmStep.Cleanup, vm, 2)).Done);
    }

    [Fact]
    public async Task Files_that_have_come_in_part_start_no_guest_and_the_rest_of_them_comes_when_asked_again()
    {
        var (from, to) = (lab.Driver(1), lab.Driver(2));
        var vm = Specs.Vm(91) with { Disks = [Specs.Volatile(0, "vda") with { SizeMebibytes = 64 }] };
        await from.Done(vm, VmStep.Prolog);
        await System.IO.File.WriteAllBytesAsync(File(1, "one-91-disk-0"), RandomNumberGenerator.GetBytes(64 << 20));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => to.Move(VmStep.Receive, vm, lab.Address(1), 2, p =>
        {
            if (p.Percent > 20)
                stop.Cancel();
        }, stop.Token));
        Assert.Contains("one-91-disk-0.uploading", Files(2, 91));
        foreach (var step in new[] { VmStep.Prolog, VmStep.Boot })
            Assert.Contains("only in part", (await to.Do(step, vm, 2)).Error, StringComparison.Ordinal);
        var outcome = await to.Move(VmStep.Receive, vm, lab.Address(1), 2);
        Assert.True(outcome.Done, outcome.Error);
        Assert.Equal(["one-91-console.log", "one-91-disk-0"], Files(2, 91));
        Assert.Equal(await System.IO.File.ReadAllBytesAsync(File(1, "one-91-disk-0")), await System.IO.File.ReadAllBytesAsync(File(2, "one-91-disk-0")));
        System.IO.File.Delete(File(1, "one-91-disk-0"));
        Assert.Contains("disk 0 of VM 91", (await to.Move(VmStep.Receive, vm, lab.Address(1), 3)).Error, StringComparison.Ordinal);
        Assert.Equal(2, Files(2, 91).Length); // what is here is not given up for what is not there
        await from.Done(vm, VmStep.Cleanup);
        await to.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_guest_runs_on_while_it_moves_and_a_saved_one_goes_on_on_the_other_host()
    {
        var (one, two) = (lab.Driver(1), lab.Driver(2));
        var vm = Specs.Vm(92) with
        {
            MemoryMebibytes = 128,
            Disks = [await Overlay(), Specs.Volatile(1, "vdb") with { Format = "qcow2" }],
            Nics = [Specs.Nic(0) with { Filter = new(true, [], null, null) }],
            Context = Specs.Context.SetItem("SET_HOSTNAME", "guest92"),
            ContextTarget = "hda",
            Graphics = new("VNC", "127.0.0.1", 5992, null, null),
        };
        await one.Done(vm, VmStep.Prolog, VmStep.Boot);
        await Steps.Until(async () => ReadyLine().IsMatch(await one.ConsoleLog(vm.Id, 1 << 20, default)), "the guest did not become ready");
        await using (var console = await one.OpenConsole(vm.Id, default))
            Assert.Contains("wrote=yes", await console.Say("X=yes; echo kept > /dev/vdb; sync; echo wrote=$X", "wrote=yes"), StringComparison.Ordinal);

        vm = vm with { Graphics = vm.Graphics with { Port = 5993 } };
        var sights = new HashSet<(int Host, DomainPower, int Generation)>();
        for (var time = 0; time < 2; time++)
        {
            var moving = one.Move(VmStep.Migrate, vm, lab.Address(2), 2);
            while (!moving.IsCompleted)
            {
                foreach (var (host, driver) in new[] { (1, one), (2, two) })
                {
                    if (await driver.Domain(vm.Id) is { } seen)
                        sights.Add((host, seen.Power, seen.Generation));
                }
            }

            var moved = await moving;
            Assert.True(moved.Done, moved.Error);
            Assert.Null(await one.Domain(vm.Id));
            Assert.Equal((DomainPower.Running, 2), await two.Domain(vm.Id) is { } d ? (d.Power, d.Generation) : default);
        }

        // Neither that it came to its end here nor that it was on its way there was ever taken for a guest that stands still.
        Assert.Subset(new HashSet<(int, DomainPower, int)> { (1, DomainPower.Running, 1), (2, DomainPower.Running, 2) }, sights);
        Assert.DoesNotContain("one-92", await lab.Hosts[1].Run("virsh", "list", "--all"), StringComparison.Ordinal);
        Assert.Contains("-92-0", await lab.Hosts[2].Run("virsh", "nwfilter-binding-list"), StringComparison.Ordinal);
        Assert.DoesNotContain("-92-0", await lab.Hosts[1].Run("virsh", "nwfilter-list"), StringComparison.Ordinal);
        foreach (var picture in new[] { "--security-info", "--inactive" })
        {
            var xml = await lab.Hosts[2].Run("virsh", "dumpxml", picture, "one-92");
            Assert.Contains("generation=\"2\"", xml, StringComparison.Ordinal);
            Assert.Contains("port='5993'", xml, StringComparison.Ordinal);
            Assert.DoesNotContain(lab.Hosts[1].DatastorePath, xml, StringComparison.Ordinal);
        }

        Assert.True((await one.Left(vm, 1)).Done);
        Assert.Empty(Files(1, 92));
        await using (var console = await two.OpenConsole(vm.Id, default))
            Assert.Contains("still=yes kept", await console.Say("echo still=$X $(head -c 4 /dev/vdb)", "still=yes kept"), StringComparison.Ordinal);

        Assert.True((await two.Do(VmStep.Save, vm, 2)).Done);
        var received = await one.Move(VmStep.Receive, vm, lab.Address(2), 3);
        Assert.True(received.Done, received.Error);
        Assert.True((await two.Left(vm, 2)).Done);
        var restored = await one.Do(VmStep.Restore, vm, 3);
        Assert.True(restored.Done, restored.Error);
        await using (var console = await one.OpenConsole(vm.Id, default))
            Assert.Contains("again=yes kept", await console.Say("echo 3 > /proc/sys/vm/drop_caches; echo again=$X $(head -c 4 /dev/vdb)", "again=yes kept"), StringComparison.Ordinal);
        Assert.True((await one.Do(VmStep.Cleanup, vm, 3)).Done);
    }

    [Fact]
    public async Task A_migration_that_breaks_off_leaves_the_guest_where_it_was_and_nothing_on_the_other_host()
    {
        var (one, two) = (lab.Driver(1), lab.Driver(2));
        var vm = Specs.Vm(93) with { Disks = [Specs.Volatile(0, "vda") with { SizeMebibytes = 5 }] };
        await one.Done(vm, VmStep.Prolog);
        await System.IO.File.WriteAllBytesAsync(File(1, "one-93-disk-0"), RandomNumberGenerator.GetBytes(5 << 20));
        await one.Done(vm, VmStep.Boot);
        await lab.Hosts[1].Run("virsh", "migrate-setspeed", "one-93", "1");

        var died = await Moving(one, vm, () => lab.Hosts[2].KillQemu("one-93"));
        Assert.Contains("did not move", died.Error, StringComparison.Ordinal);
        await OnlyHere();

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Moving(one, vm, stop.Cancel, stop.Token));
        await OnlyHere();

        var givenUp = await one.Perform(new HostStep(vm.Id, 2, VmStep.Migrate, vm) { Peer = lab.Address(2), GivenUp = true }, new Progress<StepProgress>(), default);
        Assert.Contains("given up", givenUp.Error, StringComparison.Ordinal);
        var late = await lab.Driver(1, DriverLab.Options with { LongDeadline = TimeSpan.FromSeconds(2) }).Move(VmStep.Migrate, vm, lab.Address(2), 2);
        Assert.False(late.Done);
        await OnlyHere();

        // The controller that began it goes, and the one that comes after it asks again: it follows what the hosts are still at, or begins anew.
        var peer = lab.Address(2) with { Uri = lab.Address(2).Uri.Replace("qemu:", "qemu+unix:", StringComparison.Ordinal) };
        var began = new TaskCompletionSource();
        var first = lab.Driver(1, DriverLab.Options with { PeerToPeer = true });
        var lost = first.Move(VmStep.Migrate, vm, peer, 2, new Once(began.SetResult).Amid);
        await began.Task.WaitAsync(Steps.Patience, default(CancellationToken));
        await first.DisposeAsync();
        var followed = await one.Move(VmStep.Migrate, vm, peer, 2);
        Assert.True(followed.Done, followed.Error);
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        Assert.Null(await one.Domain(vm.Id));
        Assert.Equal((DomainPower.Running, 2), await two.Domain(vm.Id) is { } d ? (d.Power, d.Generation) : default);
        Assert.Equal(await System.IO.File.ReadAllBytesAsync(File(1, "one-93-disk-0")), await System.IO.File.ReadAllBytesAsync(File(2, "one-93-disk-0")));
        await one.Done(vm, VmStep.Cleanup);
        Assert.True((await two.Do(VmStep.Cleanup, vm, 2)).Done);

        async Task OnlyHere()
        {
            Assert.Equal((DomainPower.Running, 1), await one.Domain(vm.Id) is { } d ? (d.Power, d.Generation) : default);
            Assert.Null(await two.Domain(vm.Id));
            Assert.DoesNotContain("one-93", await lab.Hosts[2].Run("virsh", "list", "--all"), StringComparison.Ordinal);
        }
    }

    /// <summary>Migrates and does something in the middle of it, once.</summary>
    private async Task<StepOutcome> Moving(IHostDriver from, VmSpec vm, Action amid, CancellationToken stop = default)
    {
        var once = new Once(amid);
        return await from.Move(VmStep.Migrate, vm, lab.Address(2), 2, once.Amid, stop);
    }

    private sealed class Once(Action act)
    {
        private int _done;

        internal void Amid(StepProgress told)
        {
            if (told is { Percent: > 0, BytesDone: > 0 } && Interlocked.Exchange(ref _done, 1) == 0)
                act();
        }
    }

    [GeneratedRegex("POWERED-GUEST-READY name=guest")]
    private static partial Regex ReadyLine();
}
