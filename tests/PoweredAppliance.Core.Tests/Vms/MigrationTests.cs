using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>The way to another host: which states, who is asked, what is left where.</summary>
public sealed class MigrationTests
{
    [Theory]
    [InlineData(MigrationWay.Live, "RUNNING", "MIGRATE RUNNING", HistoryAction.LiveMigrate)]
    [InlineData(MigrationWay.Save, "RUNNING", "SAVE_MIGRATE PROLOG_MIGRATE BOOT_MIGRATE RUNNING", HistoryAction.Migrate)]
    [InlineData(MigrationWay.Poweroff, "RUNNING", "SAVE_MIGRATE PROLOG_MIGRATE BOOT RUNNING", HistoryAction.PoweroffMigrate)]
    [InlineData(MigrationWay.PoweroffHard, "RUNNING", "SAVE_MIGRATE PROLOG_MIGRATE BOOT RUNNING", HistoryAction.PoweroffHardMigrate)]
    [InlineData(MigrationWay.Save, "POWEROFF", "PROLOG_MIGRATE_POWEROFF POWEROFF", HistoryAction.Migrate)]
    [InlineData(MigrationWay.Live, "POWEROFF", "PROLOG_MIGRATE_POWEROFF POWEROFF", HistoryAction.Migrate)]
    [InlineData(MigrationWay.Save, "SUSPENDED", "PROLOG_MIGRATE_SUSPEND SUSPENDED", HistoryAction.Migrate)]
    public void A_VM_goes_its_way_to_the_other_host(MigrationWay way, string from, string path, HistoryAction word)
    {
        var vm = Begun(from, way);
        Assert.Equal(new VmWork.Claim(Sample.Beta.Host, 2), vm.Work);
        var seen = new List<string> { vm.Phase.ToString() };
        while (Sample.Answer(vm) is { } done)
        {
            vm = vm.After(done);
            if (seen[^1] != vm.Phase.ToString())
                seen.Add(vm.Phase.ToString());
        }

        Assert.Equal(path, string.Join(' ', seen));
        Assert.Equal((Sample.Beta, 2, 5907), (vm.Host, vm.Generation, vm.GraphicsPort));
        Assert.Equal([0, 1], vm.History.Select(r => r.Sequence));
        Assert.Equal((word, Sample.Alpha, false), (vm.History[0].Action, vm.History[0].Host, vm.History[0].IsOpen));
        Assert.Equal(new Remnant(Sample.Alpha, 1, vm.Remnants[0].Transition), Assert.Single(vm.Remnants));
    }

    [Theory]
    [InlineData("MIGRATE", false)]
    [InlineData("SAVE_MIGRATE", false)]
    [InlineData("PROLOG_MIGRATE", true)]
    [InlineData("PROLOG_MIGRATE_POWEROFF", true)]
    [InlineData("PROLOG_MIGRATE_SUSPEND", true)]
    [InlineData("PROLOG_MIGRATE_FAILURE", true)]
    public void Documents_show_a_VM_that_moves_on_the_host_it_goes_to(string phase, bool filesMove)
    {
        var vm = Sample.In(phase);
        var shown = vm.AsShown;
        Assert.Equal((Sample.Alpha, Sample.Beta, vm.Moving!.GraphicsPort), (vm.Host, shown.Host, shown.GraphicsPort));
        Assert.Equal([0, 1], shown.History.Select(r => r.Sequence));
        Assert.Equal(filesMove, !shown.History[0].IsOpen);
        Assert.Equal((true, filesMove), (shown.History[1].IsOpen, shown.History[1].PrologStart != 0));
        Assert.InRange(shown.History[1].Start, Math.Max(1, shown.History[0].End), long.MaxValue);
    }

    [Fact]
    public void Documents_show_a_VM_where_it_is_before_it_may_leave_and_after_it_has_arrived()
    {
        var asked = Begun("RUNNING", MigrationWay.Live);
        Assert.Same(asked, asked.AsShown);
        var arrived = asked.Settle();
        Assert.Same(arrived, arrived.AsShown);
    }

    [Fact]
    public void Nothing_moves_before_the_new_host_keeps_room_and_a_refusal_is_told()
    {
        foreach (var from in new[] { "RUNNING", "POWEROFF", "SUSPENDED" })
            foreach (var way in Enum.GetValues<MigrationWay>())
            {
                var vm = Begun(from, way);
                Assert.Equal(new VmWork.Claim(Sample.Beta.Host, 2), Assert.Single(vm.Works));
                vm = vm.After(new ClaimRefused(vm.Id, 2, "host2 has 0 % cpu free"));
                Assert.Equal((from, Sample.Alpha, 1), (vm.Phase.ToString(), vm.Host, vm.Generation));
                Assert.EndsWith("Error migrating VM: host2 has 0 % cpu free", vm.UserTemplate["ERROR"]);
                Assert.Empty(vm.Works);
                Assert.True(vm.After(Sample.To(Sample.Beta, way)).Moving!.Generation > 2);
            }
    }

    [Fact]
    public void Made_anew_while_it_moves_live_it_starts_nowhere_until_the_host_it_may_have_arrived_at_is_clear()
    {
        var vm = Begun("RUNNING", MigrationWay.Live);
        vm = vm.After(Sample.Answer(vm)!).After(Sample.Ask(RecoverOperation.Recreate));
        vm = vm.After(new StepReport(vm.Id, 1, vm.Transition, VmStep.Cleanup, StepOutcome.Ok()));
        var removal = Assert.IsType<VmWork.Perform>(Assert.Single(vm.Works));
        Assert.Equal(("PENDING", VmStep.Cleanup, Sample.Beta.Host, 2), (vm.Phase.ToString(), removal.Step, removal.Host, removal.Generation));
        Assert.Equal(0, vm.Tell(new Offer(vm.Id, Sample.Alpha)).Events);
        var (_, why, _) = vm.Tell(new Deploy(vm.Id, Sample.Alpha, Caller.Admin));
        Assert.Equal($"VM {vm.Id} may run on host {Sample.Beta.Hostname}; it can be deployed when it has been removed there.", why?.Text);

        vm = vm.After(new StepReport(vm.Id, removal.Generation, removal.Transition, removal.Step, StepOutcome.Ok()));
        Assert.IsType<VmWork.FindPlace>(Assert.Single(vm.Works));
    }

    [Fact]
    public void From_every_other_state_it_is_refused_in_OpenNebulas_words()
    {
        foreach (var phase in Sample.Phases.Where(p => p.ToString() is not ("RUNNING" or "POWEROFF" or "SUSPENDED")))
        {
            var (_, why, events) = Sample.In(phase).Tell(Sample.To(Sample.Beta, MigrationWay.Save));
            Assert.Equal((0, ErrorCode.Action), (events, why?.Code));
            Assert.StartsWith($"Migrate action is not available for state {phase}", why?.Text);
        }
    }

    [Fact]
    public void Of_a_VM_that_is_not_seen_the_refusal_says_that_it_may_run_where_it_was() =>
        Assert.Contains("host1 does not show VM 7, which may still run there", Sample.In("UNKNOWN").Tell(Sample.To(Sample.Beta, MigrationWay.Save)).Why?.Text);

    [Fact]
    public void To_where_it_is_it_does_not_go() => Assert.Equal(
        "VM is already running on host [1] and datastore [0]", Sample.In("RUNNING").Tell(Sample.To(Sample.Alpha, MigrationWay.Save)).Why?.Text);

    [Fact]
    public void Snapshots_of_a_disk_go_along_cold_and_forbid_it_live()
    {
        var vm = Sample.In("RUNNING");
        Assert.StartsWith("Disk 0 of VM 7 has snapshots", vm.Tell(Sample.To(Sample.Beta, MigrationWay.Live)).Why?.Text);
        Assert.StartsWith("VM 7 has snapshots", (vm with { DiskSnapshots = [] }).Tell(Sample.To(Sample.Beta, MigrationWay.Live)).Why?.Text);
        vm = vm.After(Sample.To(Sample.Beta, MigrationWay.Save)).Settle();
        Assert.NotNull(vm.Tree(0).Find(0));
        Assert.Empty(vm.Template.Vectors("SNAPSHOT"));
    }

    [Theory]
    [InlineData(MigrationWay.Live)]
    [InlineData(MigrationWay.Save)]
    [InlineData(MigrationWay.Poweroff)]
    public void A_guest_that_does_not_leave_runs_on_and_the_other_host_is_cleared(MigrationWay way)
    {
        var vm = Granted("RUNNING", way);
        vm = vm.After(Sample.Answer(vm, good: false)!);
        Assert.Equal(("RUNNING", Sample.Alpha, 1), (vm.Phase.ToString(), vm.Host, vm.Generation));
        Assert.EndsWith("Error migrating VM to host host2: it broke", vm.UserTemplate["ERROR"]);
        var cleared = Assert.IsType<VmWork.Perform>(Assert.Single(vm.Works));
        Assert.Equal((Sample.Beta.Host, 2, VmStep.Cleanup), (cleared.Host, cleared.Generation, cleared.Step));
        Assert.Contains("host2 is still being removed", vm.Tell(Sample.To(Sample.Beta, way)).Why?.Text);
        vm = vm.After(Sample.Removed(vm, vm.Remnants[0]));
        Assert.Empty(vm.Works);
        Assert.Equal("RUNNING", vm.After(Sample.To(Sample.Beta, way)).Settle().Phase.ToString());
    }

    [Fact]
    public void Of_a_live_migration_a_running_domain_of_the_new_generation_there_is_the_proof()
    {
        var vm = Granted("RUNNING", MigrationWay.Live);
        foreach (var sighting in Enum.GetValues<Sighting>())
        {
            Assert.Equal(0, vm.Tell(new Observe(vm.Id, Sample.Alpha.Host, 1, sighting, "seen")).Events);
            Assert.Equal(0, vm.Tell(new Observe(vm.Id, Sample.Beta.Host, 1, sighting, "seen")).Events);
            Assert.Equal(sighting is Sighting.Running ? 1 : 0, vm.Tell(new Observe(vm.Id, Sample.Beta.Host, 2, sighting, "seen")).Events);
        }

        vm = vm.After(new Observe(vm.Id, Sample.Beta.Host, 2, Sighting.Running, "seen"));
        Assert.Equal(("RUNNING", Sample.Beta, 2), (vm.Phase.ToString(), vm.Host, vm.Generation));
    }

    [Fact]
    public void A_live_migration_that_is_given_up_ends_where_the_hosts_say()
    {
        var vm = Granted("RUNNING", MigrationWay.Live).After(Sample.Ask(RecoverOperation.Failure));
        Assert.Equal("MIGRATE", vm.Phase.ToString());
        var ask = HostProtocol.Perform.Of(vm, Assert.IsType<VmWork.Perform>(vm.Work));
        Assert.Equal((VmStep.Migrate, true, Sample.Beta.Host), (ask.Step.Kind, ask.Step.GivenUp, ask.Peer));
        Assert.Equal(Sample.Alpha, vm.After(Sample.Answer(vm, good: false)!).Host);
        Assert.Equal(Sample.Beta, vm.After(Sample.Answer(vm)!).Host);
    }

    [Theory]
    [InlineData("PROLOG_MIGRATE_FAILURE", "RUNNING")]
    [InlineData("PROLOG_MIGRATE_POWEROFF_FAILURE", "POWEROFF")]
    [InlineData("PROLOG_MIGRATE_SUSPEND_FAILURE", "SUSPENDED")]
    public void Files_that_did_not_arrive_are_fetched_again_or_the_VM_stays_where_they_are(string failed, string rest)
    {
        var vm = Sample.In(failed);
        Assert.Equal((Sample.Alpha, 1), (vm.Host, vm.Generation));
        Assert.Empty(vm.Works);
        var (again, back) = (vm.After(Sample.Ask(RecoverOperation.Retry)).Settle(), vm.After(Sample.Ask(RecoverOperation.Failure)));
        Assert.Equal((rest, Sample.Beta, 2), (again.Phase.ToString(), again.Host, again.Generation));
        Assert.Equal(Sample.Beta, Assert.Single(back.Remnants).Host);
        back = back.Settle();
        Assert.Equal((rest, Sample.Alpha, 1), (back.Phase.ToString(), back.Host, back.Generation));
        Assert.Single(back.History);
    }

    [Fact]
    public void What_is_left_behind_does_not_come_home_and_is_removed_though_the_VM_has_ended()
    {
        var vm = Granted("RUNNING", MigrationWay.Live);
        vm = vm.After(Sample.Answer(vm)!);
        var removal = vm.Works.OfType<VmWork.Perform>().Single();
        Assert.True(HostProtocol.Perform.Of(vm, removal).Step.Superseded);
        vm = vm.After(Sample.Ask(VmAction.TerminateHard));
        Assert.False(HostProtocol.Perform.Of(vm, Assert.IsType<VmWork.Perform>(vm.Work)).Step.Superseded);
        while (Sample.Answer(vm) is { } answer)
            vm = vm.After(answer);
        Assert.Equal("DONE", vm.Phase.ToString());
        Assert.Equal(removal, Assert.Single(vm.Works));
        Assert.Empty(vm.After(Sample.Removed(vm, vm.Remnants[0])).Works);
    }

    private static VirtualMachine Begun(string from, MigrationWay way) => Sample.Movable(Sample.In(from)).After(Sample.To(Sample.Beta, way));

    private static VirtualMachine Granted(string from, MigrationWay way) => Begun(from, way) is var vm ? vm.After(Sample.Answer(vm)!) : vm;
}
