using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

public sealed class ActionTests
{
    private const string Failures = "BOOT_FAILURE PROLOG_FAILURE EPILOG_FAILURE EPILOG_STOP_FAILURE EPILOG_UNDEPLOY_FAILURE "
        + "BOOT_UNDEPLOY_FAILURE BOOT_STOPPED_FAILURE PROLOG_RESUME_FAILURE PROLOG_UNDEPLOY_FAILURE "
        + "BOOT_MIGRATE_FAILURE PROLOG_MIGRATE_FAILURE PROLOG_MIGRATE_POWEROFF_FAILURE PROLOG_MIGRATE_SUSPEND_FAILURE";

    /// <summary>Actions, from, first state, where it rests when all goes well. Every pair that is not here is refused.</summary>
    private static readonly (string Actions, string From, string First, string End)[] Table =
    [
        ("hold", "PENDING", "HOLD", "HOLD"),
        ("release", "HOLD", "PENDING", "RUNNING"),
        ("terminate terminate-hard", "RUNNING UNKNOWN", "SHUTDOWN", "DONE"),
        ("terminate terminate-hard", "SUSPENDED POWEROFF STOPPED UNDEPLOYED", "EPILOG", "DONE"),
        ("terminate terminate-hard", "PENDING HOLD", "DONE", "DONE"),
        ("terminate-hard", Failures, "CLEANUP_DELETE", "DONE"),
        ("terminate-hard", "SHUTDOWN", "SHUTDOWN", "DONE"),
        ("undeploy undeploy-hard", "RUNNING UNKNOWN", "SHUTDOWN_UNDEPLOY", "UNDEPLOYED"),
        ("undeploy undeploy-hard", "POWEROFF", "EPILOG_UNDEPLOY", "UNDEPLOYED"),
        ("poweroff poweroff-hard", "RUNNING UNKNOWN", "SHUTDOWN_POWEROFF", "POWEROFF"),
        ("stop", "RUNNING", "SAVE_STOP", "STOPPED"),
        ("stop", "SUSPENDED", "EPILOG_STOP", "STOPPED"),
        ("suspend", "RUNNING", "SAVE_SUSPEND", "SUSPENDED"),
        ("resume", "STOPPED UNDEPLOYED", "PENDING", "RUNNING"),
        ("resume", "SUSPENDED", "BOOT_SUSPENDED", "RUNNING"),
        ("resume", "POWEROFF", "BOOT_POWEROFF", "RUNNING"),
        ("resume", "UNKNOWN", "BOOT_UNKNOWN", "RUNNING"),
        ("reboot reboot-hard", "RUNNING", "RUNNING", "RUNNING"),
        ("resched unresched", "RUNNING", "RUNNING", "RUNNING"),
        ("resched unresched", "UNKNOWN", "UNKNOWN", "UNKNOWN"),
        ("resched unresched", "POWEROFF", "POWEROFF", "POWEROFF"),
    ];

    public static TheoryData<string> Words() => [.. Enum.GetValues<VmAction>().Select(StateNames.Of)];

    [Theory]
    [MemberData(nameof(Words))]
    public void An_action_leads_where_the_table_says_or_is_refused_in_OpenNebulas_words(string word)
    {
        Assert.True(StateNames.TryAction(word, out var action));
        foreach (var phase in Sample.Phases)
        {
            var from = phase.ToString();
            var (after, why, events) = Sample.In(phase).Tell(Sample.Ask(action));
            var row = Table.SingleOrDefault(r => r.Actions.Split(' ').Contains(word) && r.From.Split(' ').Contains(from));
            if (row.First is not null)
            {
                Assert.Equal((from, null, row.First), (from, why, after.Phase.ToString()));
                Assert.Equal((from, row.End), (from, after.Settle().Phase.ToString()));
                continue;
            }

            Assert.Equal(0, events);
            Assert.Equal((ErrorCode.Action, 7), (why?.Code, why?.ObjectId));
            Assert.Equal(
                word.StartsWith("terminate", StringComparison.Ordinal)
                    ? $"Could not terminate VM 7, wrong state {from}."
                    : $"Error performing action \"{word}\": This action is not available for state {from}",
                why?.Text);
        }
    }

    [Theory]
    [InlineData("PENDING", "PROLOG BOOT RUNNING", "PROLOG_FAILURE BOOT_FAILURE")]
    [InlineData("HOLD", "PROLOG BOOT RUNNING", "PROLOG_FAILURE BOOT_FAILURE")]
    [InlineData("STOPPED", "PROLOG_RESUME BOOT_STOPPED RUNNING", "PROLOG_RESUME_FAILURE BOOT_STOPPED_FAILURE")]
    [InlineData("UNDEPLOYED", "PROLOG_UNDEPLOY BOOT_UNDEPLOY RUNNING", "PROLOG_UNDEPLOY_FAILURE BOOT_UNDEPLOY_FAILURE")]
    public void A_deployed_VM_goes_its_way_and_each_step_fails_into_its_own_state(string from, string path, string failures)
    {
        var vm = Sample.In(from).After(new Deploy(Sample.Vm, Sample.Alpha, Caller.Admin));
        vm = vm.After(Sample.Answer(vm)!);
        var (seen, failed) = (new List<string> { vm.Phase.ToString() }, new List<string>());
        while (Sample.Answer(vm) is { } done)
        {
            failed.Add(vm.After(Sample.Answer(vm, good: false)!).Phase.ToString());
            vm = vm.After(done);
            seen.Add(vm.Phase.ToString());
        }

        Assert.Equal(path, string.Join(' ', seen));
        Assert.Equal(failures, string.Join(' ', failed));
    }

    [Fact]
    public void A_VM_that_has_a_place_is_not_deployed_again()
    {
        foreach (var phase in Sample.Phases.Where(p => p.State is not (VmState.Pending or VmState.Hold or VmState.Stopped or VmState.Undeployed)))
            Assert.Equal(
                $"Error performing action \"deploy\": This action is not available for state {phase}",
                Sample.In(phase).Tell(new Deploy(Sample.Vm, Sample.Alpha, Caller.Admin)).Why?.Text);
    }

    [Theory]
    [InlineData(VmAction.Poweroff)]
    [InlineData(VmAction.Terminate)]
    [InlineData(VmAction.Suspend)]
    [InlineData(VmAction.Stop)]
    [InlineData(VmAction.Undeploy)]
    [InlineData(VmAction.Reboot)]
    public void What_the_guest_did_not_do_leaves_it_running_with_the_reason(VmAction action)
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(action));
        vm = vm.After(Sample.Answer(vm, good: false)!);
        Assert.Equal("RUNNING", vm.Phase.ToString());
        Assert.EndsWith("it broke", vm.UserTemplate["ERROR"]);
        Assert.Null(vm.Work);
    }

    [Fact]
    public void A_soft_shutdown_under_way_becomes_hard_once()
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(VmAction.Terminate), Sample.Ask(VmAction.TerminateHard));
        Assert.Equal(VmStep.ShutdownHard, Assert.IsType<VmWork.Perform>(vm.Work).Step);
        Assert.Equal(0, vm.Tell(Sample.Ask(VmAction.TerminateHard)).Events);
    }

    [Fact]
    public void Resched_asked_twice_is_one_event()
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(VmAction.Resched));
        Assert.True(vm.Resched);
        Assert.Equal(0, vm.Tell(Sample.Ask(VmAction.Resched)).Events);
        Assert.False(vm.After(Sample.Ask(VmAction.Unresched)).Resched);
    }
}
