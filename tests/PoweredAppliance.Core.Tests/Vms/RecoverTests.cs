using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

public sealed class RecoverTests
{
    /// <summary>State: after failure, after success, after retry; - is refused, as everything is in states that are not here.</summary>
    private static readonly Dictionary<string, (string Failure, string Success, string Retry)> Table = new()
    {
        ["PROLOG"] = ("PROLOG_FAILURE", "BOOT", "PROLOG"),
        ["PROLOG_RESUME"] = ("PROLOG_RESUME_FAILURE", "BOOT_STOPPED", "PROLOG_RESUME"),
        ["PROLOG_UNDEPLOY"] = ("PROLOG_UNDEPLOY_FAILURE", "BOOT_UNDEPLOY", "PROLOG_UNDEPLOY"),
        ["BOOT"] = ("BOOT_FAILURE", "RUNNING", "BOOT"),
        ["BOOT_STOPPED"] = ("BOOT_STOPPED_FAILURE", "RUNNING", "BOOT_STOPPED"),
        ["BOOT_UNDEPLOY"] = ("BOOT_UNDEPLOY_FAILURE", "RUNNING", "BOOT_UNDEPLOY"),
        ["BOOT_POWEROFF"] = ("POWEROFF", "RUNNING", "BOOT_POWEROFF"),
        ["BOOT_SUSPENDED"] = ("SUSPENDED", "RUNNING", "BOOT_SUSPENDED"),
        ["BOOT_UNKNOWN"] = ("UNKNOWN", "RUNNING", "BOOT_UNKNOWN"),
        ["SHUTDOWN"] = ("RUNNING", "EPILOG", "SHUTDOWN"),
        ["SHUTDOWN_POWEROFF"] = ("RUNNING", "POWEROFF", "SHUTDOWN_POWEROFF"),
        ["SHUTDOWN_UNDEPLOY"] = ("RUNNING", "EPILOG_UNDEPLOY", "SHUTDOWN_UNDEPLOY"),
        ["SAVE_STOP"] = ("RUNNING", "EPILOG_STOP", "SAVE_STOP"),
        ["SAVE_SUSPEND"] = ("RUNNING", "SUSPENDED", "SAVE_SUSPEND"),
        ["EPILOG"] = ("EPILOG_FAILURE", "DONE", "EPILOG"),
        ["EPILOG_STOP"] = ("EPILOG_STOP_FAILURE", "STOPPED", "EPILOG_STOP"),
        ["EPILOG_UNDEPLOY"] = ("EPILOG_UNDEPLOY_FAILURE", "UNDEPLOYED", "EPILOG_UNDEPLOY"),
        ["CLEANUP_DELETE"] = ("-", "DONE", "CLEANUP_DELETE"),
        ["CLEANUP_RESUBMIT"] = ("-", "-", "CLEANUP_RESUBMIT"),
        ["PROLOG_FAILURE"] = ("-", "BOOT", "PROLOG"),
        ["PROLOG_RESUME_FAILURE"] = ("-", "BOOT_STOPPED", "PROLOG_RESUME"),
        ["PROLOG_UNDEPLOY_FAILURE"] = ("-", "BOOT_UNDEPLOY", "PROLOG_UNDEPLOY"),
        ["BOOT_FAILURE"] = ("-", "RUNNING", "BOOT"),
        ["BOOT_STOPPED_FAILURE"] = ("-", "RUNNING", "BOOT_STOPPED"),
        ["BOOT_UNDEPLOY_FAILURE"] = ("-", "RUNNING", "BOOT_UNDEPLOY"),
        ["EPILOG_FAILURE"] = ("-", "DONE", "EPILOG"),
        ["EPILOG_STOP_FAILURE"] = ("-", "STOPPED", "EPILOG_STOP"),
        ["EPILOG_UNDEPLOY_FAILURE"] = ("-", "UNDEPLOYED", "EPILOG_UNDEPLOY"),
        ["MIGRATE"] = ("MIGRATE", "-", "MIGRATE"),
        ["SAVE_MIGRATE"] = ("RUNNING", "PROLOG_MIGRATE", "SAVE_MIGRATE"),
        ["PROLOG_MIGRATE"] = ("PROLOG_MIGRATE_FAILURE", "-", "PROLOG_MIGRATE"),
        ["PROLOG_MIGRATE_POWEROFF"] = ("PROLOG_MIGRATE_POWEROFF_FAILURE", "-", "PROLOG_MIGRATE_POWEROFF"),
        ["PROLOG_MIGRATE_SUSPEND"] = ("PROLOG_MIGRATE_SUSPEND_FAILURE", "-", "PROLOG_MIGRATE_SUSPEND"),
        ["PROLOG_MIGRATE_FAILURE"] = ("BOOT_MIGRATE", "-", "PROLOG_MIGRATE"),
        ["PROLOG_MIGRATE_POWEROFF_FAILURE"] = ("POWEROFF", "-", "PROLOG_MIGRATE_POWEROFF"),
        ["PROLOG_MIGRATE_SUSPEND_FAILURE"] = ("SUSPENDED", "-", "PROLOG_MIGRATE_SUSPEND"),
        ["BOOT_MIGRATE"] = ("BOOT_MIGRATE_FAILURE", "RUNNING", "BOOT_MIGRATE"),
        ["BOOT_MIGRATE_FAILURE"] = ("-", "RUNNING", "BOOT_MIGRATE"),
    };

    /// <summary>A change goes back to where it came from, made or not.</summary>
    private static (string Failure, string Success, string Retry) Row(string state) =>
        Sample.Changes.FirstOrDefault(c => c.During == state) is { From: { } from } ? (from, from, state) : Table.GetValueOrDefault(state, ("-", "-", "-"));

    public static TheoryData<string> States() => [.. Sample.Phases.Select(p => p.ToString())];

    [Theory]
    [MemberData(nameof(States))]
    public void Failure_success_and_retry_lead_where_the_table_says(string state)
    {
        var vm = Sample.In(state);
        var (failure, success, retry) = Row(state);
        foreach (var (operation, end) in new[]
        {
            (RecoverOperation.Failure, failure), (RecoverOperation.Success, success), (RecoverOperation.Retry, retry),
        })
        {
            var (after, why, _) = vm.Tell(Sample.Ask(operation));
            Assert.Equal((operation, end), (operation, why is null ? after.Phase.ToString() : "-"));
            if (why is not null)
                Assert.Equal($"Recover operation {(int)operation} ({operation}) is not available for state {state}", why.Text);
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Deleting_and_recreating_are_possible_everywhere_but_in_DONE(string state)
    {
        var vm = Sample.In(state);
        var onHost = vm.Host is not null || vm.FilesOn is not null;
        foreach (var (operation, there, elsewhere) in new[]
        {
            (RecoverOperation.Delete, "CLEANUP_DELETE", "DONE"), (RecoverOperation.DeleteDb, "DONE", "DONE"),
            (RecoverOperation.Recreate, "CLEANUP_RESUBMIT", state is "HOLD" ? "HOLD" : "PENDING"),
        })
        {
            var (after, why, _) = vm.Tell(Sample.Ask(operation));
            Assert.Equal(state is "DONE" && operation is not RecoverOperation.Delete, why is not null);
            if (state is "DONE")
            {
                Assert.Equal("DONE", after.Phase.ToString()); // the end of what has ended is no news
                continue;
            }

            Assert.Equal(onHost ? there : elsewhere, after.Phase.ToString());
            if (after.State is VmState.Active)
                Assert.Equal(VmStep.Cleanup, Assert.IsType<VmWork.Perform>(after.Work).Step);
        }
    }

    [Fact]
    public void A_recreated_VM_is_new_again_and_may_go_anywhere()
    {
        var vm = Sample.In("STOPPED").After(Sample.Ask(RecoverOperation.Recreate));
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal("PENDING", vm.Phase.ToString());
        Assert.Null(vm.FilesOn);
        vm = vm.After(new Offer(Sample.Vm, Sample.Beta));
        Assert.Equal("PROLOG", vm.After(Sample.Answer(vm)!).Phase.ToString());
    }

    [Fact]
    public void A_delete_does_not_wait_for_a_reboot_that_hangs()
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(VmAction.Reboot), Sample.Ask(RecoverOperation.Delete));
        Assert.Equal(VmStep.Cleanup, Assert.IsType<VmWork.Perform>(vm.Work).Step);
    }

    [Fact]
    public void A_cleanup_that_fails_is_asked_for_until_it_succeeds()
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(RecoverOperation.Delete));
        Assert.Equal(0, vm.Tell(Sample.Answer(vm, good: false)!).Events);
        Assert.Equal("DONE", vm.Settle().Phase.ToString());
    }
}
