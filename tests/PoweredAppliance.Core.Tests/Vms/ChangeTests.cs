using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Vms;

public sealed class ChangeTests
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Sample.Changes.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_change_begins_from_its_states_only_and_ends_where_it_began(int row)
    {
        var what = Sample.Changes[row].What;
        foreach (var phase in Sample.Phases)
        {
            var vm = Sample.In(phase);
            var (after, why, events) = vm.Tell(Sample.Ask(what));
            if (what is VmChange.Resize && phase.State is VmState.Pending or VmState.Hold or VmState.Undeployed)
                continue; // no host has to be asked
            if (what is VmChange.UpdateNic && phase.State is not (VmState.Active or VmState.Done) || (what is VmChange.AttachNic or VmChange.DetachNic && phase == VmState.Poweroff))
            {
                Assert.Equal((null, phase, null), (why, after.Phase, after.Work is VmWork.Perform { Step: VmStep.Change } asked ? asked : null));
                continue; // it is a matter of the template alone
            }

            if (Sample.Changes.FirstOrDefault(c => c.What == what && c.From == phase.ToString()) is not { During: { } during })
            {
                Assert.Equal((ErrorCode.Action, 0), (why?.Code, events));
                Assert.True(why!.Text.Contains($"{phase}", StringComparison.Ordinal) || what is VmChange.SaveDisk or VmChange.Execute, why.Text);
                continue;
            }

            Assert.Equal((null, during), (why, after.Phase.ToString()));
            Assert.Equal(VmStep.Change, Assert.IsType<VmWork.Perform>(after.Work).Step);
            Assert.Equal(phase, after.After(Sample.Answer(after)!).Phase);
            var failed = after.After(Sample.Answer(after, good: false)!);
            Assert.Equal(phase, failed.Phase);
            Assert.Contains("it broke", failed.UserTemplate["ERROR"], StringComparison.Ordinal);
            Assert.Equal(vm.Template, failed.Template.Without(GuestCommand.Name));
            Assert.Equal(vm.DiskSnapshots, failed.DiskSnapshots);
        }
    }

    private static VirtualMachine Made(VirtualMachine vm, VmChange what)
    {
        vm = vm.After(Sample.Ask(what));
        return vm.After(Sample.Answer(vm)!);
    }

    [Fact]
    public void An_attached_disk_gets_the_next_id_and_the_first_free_target_and_holds_room_at_once()
    {
        var attach = Sample.Changes[0].What;
        var running = Sample.In("RUNNING");
        var vm = running.After(Sample.Ask(attach));
        var disk = vm.Template.Disk(4)!; // 3 is CONTEXT's
        Assert.Equal(("vdc", "YES"), (disk["TARGET"], disk["ATTACH"]));
        Assert.Equal(Specification.Room(running.Template).DiskMebibytes + 10, Specification.Room(vm.Planned).DiskMebibytes);
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Null(vm.Template.Disk(4)!["ATTACH"]);
        vm = Made(Made(vm, new VmChange.DetachDisk(4)), attach);
        Assert.Equal((null, "vdc"), (vm.Template.Disk(4), vm.Template.Disk(5)?["TARGET"]));
    }

    [Theory]
    [InlineData("vda")]
    [InlineData("hdb")]
    public void A_target_that_is_taken_is_refused(string target) => Assert.Equal($"Target {target} is already in use.", Sample.In("RUNNING").Tell(
        Sample.Ask(new VmChange.AttachDisk(VectorAttribute.Of("DISK", ("SIZE", "1"), ("DEV_PREFIX", "vd"), ("TARGET", target))))).Why?.Text);

    [Fact]
    public void CONTEXT_follows_the_NICs()
    {
        var nic = Sample.Changes.First(c => c.What is VmChange.AttachNic).What;
        var vm = Made(Sample.In("RUNNING"), nic);
        Assert.Equal(("10.0.0.5", "10.0.0.6"), (vm.Template.Vector("CONTEXT")?["ETH0_IP"], vm.Template.Vector("CONTEXT")?["ETH1_IP"]));
        var detaching = vm.After(Sample.Ask(new VmChange.DetachNic(1)));
        Assert.NotNull(detaching.Template.Nic(1)); // its address is taken until the guest has let go
        Assert.Null(detaching.Planned.Vector("CONTEXT")?["ETH1_IP"]);
        Assert.Equal("10.0.0.6", detaching.After(Sample.Answer(detaching, good: false)!).Template.Vector("CONTEXT")?["ETH1_IP"]);
        var gone = detaching.After(Sample.Answer(detaching)!).Template;
        Assert.Equal((null, null, "10.0.0.5"), (gone.Nic(1), gone.Vector("CONTEXT")?["ETH1_IP"], gone.Vector("CONTEXT")?["ETH0_IP"]));
    }

    [Fact]
    public void NICs_of_a_guest_that_is_off_come_and_go_at_once_and_its_history_tells()
    {
        var off = Sample.In("POWEROFF");
        var vm = off.After(Sample.Ask(Sample.Changes.First(c => c.What is VmChange.AttachNic).What));
        Assert.Equal(("10.0.0.6", null), (vm.Template.Nic(1)?["IP"], vm.Template.Nic(1)?["ATTACH"]));
        vm = vm.After(Sample.Ask(new VmChange.UpdateNic(vm.Template.Nic(1)!.With("INBOUND_AVG_BW", "256"), HistoryAction.NicUpdate)));
        Assert.Equal("256", vm.Template.Nic(1)?["INBOUND_AVG_BW"]);
        vm = vm.After(Sample.Ask(new VmChange.DetachNic(1)));
        Assert.Equal((null, 2), (vm.Template.Nic(1), vm.NextNic));
        Assert.Equal([HistoryAction.NicAttach, HistoryAction.NicUpdate, HistoryAction.NicDetach], vm.History.Skip(off.History.Length - 1).SkipLast(1).Select(h => h.Action));
        Assert.Equal((off.Phase, null), (vm.Phase, vm.Work));
    }

    [Fact]
    public void What_is_not_there_is_refused_in_OpenNebulas_words()
    {
        var (running, off) = (Sample.In("RUNNING"), Sample.In("POWEROFF"));
        foreach (var (vm, what, text) in new (VirtualMachine, VmChange, string)[]
        {
            (running, new VmChange.DetachDisk(9), "Disk 9 does not exist"),
            (running, new VmChange.DetachNic(9), "Could not detach NIC with NIC_ID 9, it does not exist."),
            (running, new VmChange.RevertSnapshot(9), "Could not revert VM 7 to snapshot 9, it does not exist."),
            (running, new VmChange.DeleteSnapshot(9), "Could not delete snapshot 9 for VM 7, it does not exist."),
            (off, new VmChange.CreateDiskSnapshot(9, -1, ""), "VM disk does not exist"),
            (off, new VmChange.CreateDiskSnapshot(1, -1, ""), "Cannot make snapshots on volatile disks"),
            (off, new VmChange.CreateDiskSnapshot(2, -1, ""), "Cannot make snapshots on readonly disks"),
            (off, new VmChange.RevertDiskSnapshot(0, 9), "Disk id (0) or snapshot id (9) is not valid."),
            (off, new VmChange.DeleteDiskSnapshot(0, 9), "Snapshot does not exist"),
            (off, new VmChange.ResizeDisk(9, 100), "VM disk does not exist"),
            (off, new VmChange.ResizeDisk(0, 30), "New disk size has to be greater than current one"),
            (off, new VmChange.ResizeDisk(2, 100), "Cannot resize a CDROM"),
            (off, new VmChange.SaveDisk(9, 1, "/f"), "Cannot use DISK. VM disk does not exist"),
        })
            Assert.Equal((ErrorCode.Action, text), (vm.Tell(Sample.Ask(what)).Why?.Code, vm.Tell(Sample.Ask(what)).Why?.Text));
    }

    [Fact]
    public void Snapshots_of_the_machine_are_numbered_on_and_go_with_its_domain()
    {
        var vm = Made(Made(Sample.In("RUNNING"), new VmChange.CreateSnapshot(-1, "")), new VmChange.DeleteSnapshot(1));
        vm = vm.After(Sample.Ask(new VmChange.CreateSnapshot(-1, "third")));
        Assert.Equal(2, vm.Changing!.What.Made);
        Assert.Equal("CREATE", vm.Template.Snapshot(2)?["ACTION"]);
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal(("third", "snap-2", "YES"), (vm.Template.Snapshot(2)?["NAME"], vm.Template.Snapshot(2)?["HYPERVISOR_ID"], vm.Template.Snapshot(2)?["ACTIVE"]));
        Assert.Empty(vm.After(Sample.Ask(VmAction.UndeployHard)).Settle().Template.Vectors("SNAPSHOT"));
    }

    [Fact]
    public void A_resized_disk_has_its_new_size_when_it_is_done_and_the_room_before()
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(new VmChange.ResizeDisk(0, 60)));
        Assert.Equal(("30", 60), (vm.Template.Disk(0)?["SIZE"], Specification.Of(vm).Disks[0].SizeMebibytes));
        Assert.Equal(Specification.Room(vm.Template).DiskMebibytes + 30, Specification.Room(vm.Planned).DiskMebibytes);
        Assert.Equal("60", vm.After(Sample.Answer(vm)!).Template.Disk(0)?["SIZE"]);
    }

    [Fact]
    public void A_change_of_what_the_VM_takes_opens_the_next_history_record()
    {
        var vm = Made(Sample.In("RUNNING"), Sample.Changes[0].What);
        Assert.Equal([HistoryAction.DiskAttach, HistoryAction.None], vm.History.Select(r => r.Action));
        Assert.Equal([false, true], vm.History.Select(r => r.IsOpen));
        Assert.Single(Made(Sample.In("RUNNING"), new VmChange.CreateSnapshot(-1, "")).History);
    }
}
