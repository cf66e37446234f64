using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>Offers, pledges, and the host where the files lie.</summary>
public sealed class PlaceTests
{
    private static readonly VirtualMachine Pledged = Sample.New().After(new Offer(Sample.Vm, Sample.Alpha));

    [Theory]
    [InlineData(VmAction.Terminate)]
    [InlineData(VmAction.TerminateHard)]
    [InlineData(VmAction.Hold)]
    public void What_stops_the_placing_withdraws_the_pledge(VmAction action)
    {
        var vm = Pledged.After(Sample.Ask(action));
        Assert.Equal(new VmWork.Perform(Sample.Alpha.Host, 1, vm.Transition, VmStep.Withdraw), vm.Work);
        Assert.Equal(0, vm.Tell(new ClaimGranted(Sample.Vm, 1, 5907)).Events);
        Assert.Equal(0, vm.Tell(Sample.Answer(vm, good: false)!).Events);
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Null(vm.Pledge);
        Assert.Null(vm.Work);
    }

    [Fact]
    public void A_withdrawal_that_comes_late_cannot_free_the_claim_of_a_released_VM()
    {
        var held = Pledged.After(Sample.Ask(VmAction.Hold));
        var withdrawal = Assert.IsType<VmWork.Perform>(held.Work);
        var claim = Assert.IsType<VmWork.Claim>(held.After(Sample.Ask(VmAction.Release)).Work);
        Assert.True(claim.Generation > withdrawal.Generation);
    }

    [Fact]
    public void A_held_VM_is_deployed_although_its_pledge_is_being_withdrawn()
    {
        var vm = Pledged.After(Sample.Ask(VmAction.Hold), new Deploy(Sample.Vm, Sample.Alpha, Caller.Admin));
        Assert.Equal(new VmWork.Claim(Sample.Alpha.Host, 2), vm.Work);
        Assert.Equal("RUNNING", vm.Settle().Phase.ToString());
    }

    [Fact]
    public void Two_places_are_not_asked_at_once()
    {
        Assert.Equal(0, Pledged.Tell(new Offer(Sample.Vm, Sample.Beta)).Events);
        Assert.Equal(0, Pledged.Tell(new Deploy(Sample.Vm, Sample.Alpha, Caller.Admin)).Events);
        Assert.Contains("host1", Pledged.Tell(new Deploy(Sample.Vm, Sample.Beta, Caller.Admin)).Why?.Text);
    }

    [Fact]
    public void A_refused_claim_is_told_and_the_next_one_has_a_newer_generation()
    {
        var vm = Pledged.After(new ClaimRefused(Sample.Vm, 1, "host1 has 0 % cpu free"));
        Assert.Equal(new VmWork.FindPlace(), vm.Work);
        Assert.EndsWith("host1 has 0 % cpu free", vm.UserTemplate["SCHED_MESSAGE"]);
        vm = vm.After(new Offer(Sample.Vm, Sample.Beta));
        Assert.Equal(2, vm.Generation);
        Assert.Equal(0, vm.Tell(new ClaimGranted(Sample.Vm, 1, 5907)).Events);
        Assert.Null(vm.After(new ClaimGranted(Sample.Vm, 2, 5907)).UserTemplate["SCHED_MESSAGE"]);
    }

    [Theory]
    [InlineData(VmAction.Stop)]
    [InlineData(VmAction.Undeploy)]
    public void A_VM_goes_back_to_the_host_that_has_its_files(VmAction action)
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(action)).Settle();
        Assert.Equal(Sample.Alpha, vm.FilesOn);
        Assert.Null(vm.Host);
        Assert.Contains("host1", vm.Tell(new Deploy(Sample.Vm, Sample.Beta, Caller.Admin)).Why?.Text);
        vm = vm.After(Sample.Ask(VmAction.Resume));
        Assert.Equal(0, vm.Tell(new Offer(Sample.Vm, Sample.Beta)).Events);
        vm = vm.Settle();
        Assert.Equal("RUNNING", vm.Phase.ToString());
        Assert.Equal(Sample.Alpha, vm.Host);
        Assert.Equal(2, vm.History.Length);
    }

    [Fact]
    public void A_resumed_VM_that_is_terminated_takes_its_files_with_it()
    {
        var vm = Sample.In("STOPPED").After(
            Sample.Ask(VmAction.Resume), new Offer(Sample.Vm, Sample.Alpha), Sample.Ask(VmAction.Terminate));
        Assert.Equal(VmStep.Withdraw, Assert.IsType<VmWork.Perform>(vm.Work).Step);
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal(VmStep.Cleanup, Assert.IsType<VmWork.Perform>(vm.Work).Step);
        Assert.Equal("DONE", vm.Settle().Phase.ToString());
    }

    [Theory]
    [InlineData(Sighting.Missing, "UNKNOWN")]
    [InlineData(Sighting.Silent, "UNKNOWN")]
    [InlineData(Sighting.Off, "POWEROFF")]
    [InlineData(Sighting.Crashed, "POWEROFF")]
    [InlineData(Sighting.Paused, "SUSPENDED")]
    public void Evidence_moves_a_running_VM_and_absence_is_never_off(Sighting sighting, string end)
    {
        var vm = Sample.In("RUNNING");
        Assert.Equal(end, vm.After(new Observe(Sample.Vm, Sample.Alpha.Host, 1, sighting, "seen")).Phase.ToString());
        Assert.Equal(0, vm.Tell(new Observe(Sample.Vm, Sample.Beta.Host, 1, sighting, "seen")).Events);
        Assert.Equal(0, vm.Tell(new Observe(Sample.Vm, Sample.Alpha.Host, 0, sighting, "seen")).Events);
    }

    [Fact]
    public void What_a_host_sees_while_it_works_for_the_VM_decides_nothing()
    {
        foreach (var phase in Sample.Phases.Where(p => Lifecycle.StepOf(p.Lcm, hard: false) is not null))
            foreach (var sighting in Enum.GetValues<Sighting>())
                Assert.Equal(0, Sample.In(phase).Tell(new Observe(Sample.Vm, Sample.Alpha.Host, 1, sighting, "seen")).Events);
    }
}
