using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>What a VM does by itself at its time.</summary>
public sealed class VmScheduleTests
{
    private static readonly long Noon = Sample.Noon.ToUnixTimeSeconds();

    private static PutSchedule Put(string pairs, int? id = null) =>
        new(Sample.Vm, id, Template.Parse($"SCHED_ACTION=[{pairs}]").Vector("SCHED_ACTION")!, Caller.Admin);

    private static RunSchedule Run(int id) => new(Sample.Vm, id, TimeZoneInfo.Utc);

    private static string? Of(VirtualMachine vm, string key) => vm.Schedule[0][key];

    [Fact]
    public void An_action_is_done_when_it_is_due_and_no_sooner_and_no_twice()
    {
        var vm = Sample.In("RUNNING").After(Put($"ACTION=poweroff-hard,TIME={Noon + 100}"));
        Assert.Equal(0, vm.Tell(Run(0), second: 99).Events);
        var (off, why, events) = vm.Tell(Run(0), second: 100);
        Assert.Equal((null, 2, "SHUTDOWN_POWEROFF"), (why, events, off.Phase.ToString()));
        Assert.Equal($"{Noon + 100}", Of(off, "DONE"));
        Assert.Equal(0, off.Settle().Tell(Run(0), second: 200).Events);
    }

    [Fact]
    public void What_cannot_be_done_says_so_once_and_is_done_when_it_can()
    {
        var vm = Sample.In("PENDING").After(Put($"ACTION=reboot,TIME={Noon}"));
        (vm, _, var events) = vm.Tell(Run(0));
        Assert.Equal((1, true), (events, Of(vm, "MESSAGE")!.EndsWith("This action is not available for state PENDING", StringComparison.Ordinal)));
        Assert.Equal(0, vm.Tell(Run(0), second: 2).Events);
        vm = vm.Settle();
        Assert.Equal(2, vm.Tell(Run(0)).Events);
        Assert.Equal("", Of(vm.After(Run(0)), "MESSAGE"));
    }

    [Theory]
    [InlineData("ACTION=snapshot-create,ARGS=nightly", "HOTPLUG_SNAPSHOT")]
    [InlineData("ACTION=disk-snapshot-create,ARGS=\"0,nightly\"", "DISK_SNAPSHOT")]
    [InlineData("ACTION=disk-snapshot-delete,ARGS=\"0,0\"", "DISK_SNAPSHOT_DELETE")]
    [InlineData("ACTION=snapshot-revert,ARGS=x", "RUNNING")]
    [InlineData("ACTION=disk-snapshot-create", "RUNNING")]
    public void Actions_take_their_arguments(string pairs, string phase)
    {
        var vm = Sample.In("RUNNING").After(Put($"{pairs},TIME={Noon}")).After(Run(0));
        Assert.Equal(phase, vm.Phase.ToString());
        Assert.Equal(phase is "RUNNING", Of(vm, "MESSAGE")!.Contains("Missing or malformed ARGS for: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_template_brings_its_schedule_and_numbers_are_given_once()
    {
        var vm = VirtualMachine.Apply(null, new Created(
            Sample.Vm, Sample.Noon, "web", Caller.Admin, 384,
            Template.Parse("CPU=1 MEMORY=64 SCHED_ACTION=[ACTION=resume,TIME=\"+60\"] SCHED_ACTION=[ACTION=stop,TIME=5]"), Template.Empty, OnHold: false));
        Assert.Equal(["0 60", "1 5"], vm.Schedule.Select(e => $"{e["ID"]} {long.Parse(e["TIME"]!) - (e["ID"] is "0" ? Noon : 0)}"));
        Assert.Null(vm.Template.Vector("SCHED_ACTION"));
        Assert.Equal([1, 0], VmSchedule.Due(vm, Sample.Noon.AddHours(1)));
        vm = vm.After(new DropSchedule(Sample.Vm, 1, Caller.Admin), Put("ACTION=stop,TIME=9"));
        Assert.Equal(["0", "2"], vm.Schedule.Select(e => e["ID"]!));
        Assert.Equal("resume", vm.After(Put("TIME=77", 0)).Schedule[0]["ACTION"]);
    }

    [Fact]
    public void What_is_not_there_or_not_known_is_refused()
    {
        var vm = Sample.In("RUNNING");
        Assert.Equal((ErrorCode.Internal, "SCHED_ACTION with id = 4 doesn't exist"), vm.Tell(Put("TIME=1", 4)).Why is { } why ? (why.Code, why.Text) : default);
        Assert.Equal((ErrorCode.NoExists, "Error getting scheduled action [4]."), vm.Tell(new DropSchedule(Sample.Vm, 4, Caller.Admin)).Why is { } no ? (no.Code, no.Text) : default);
        Assert.Equal((ErrorCode.Action, "backup is not supported."), vm.Tell(Put("ACTION=backup,TIME=1")).Why is { } backup ? (backup.Code, backup.Text) : default);
        Assert.Equal(ErrorCode.Internal, Sample.In("DONE").Tell(Put("ACTION=resume,TIME=1")).Why?.Code);
    }
}
