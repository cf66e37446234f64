using CsCheck;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>What holds after any sequence of what people, hosts and the scheduler can say.</summary>
public sealed class VmLaws
{
    private static readonly int Steps = Enum.GetValues<VmStep>().Length;

    /// <summary>Words and two dice; what they mean depends on the VM they are told to.</summary>
    private static readonly Gen<(int Kind, int A, int B)[]> Story =
        Gen.Select(Gen.Int[0, 19], Gen.Int[0, 1000], Gen.Int[0, 5]).Array[0, 60];

    private static ICommand Word(VirtualMachine vm, (int Kind, int A, int B) said) => said.Kind switch
    {
        0 or 1 or 2 => Sample.Ask((VmAction)(said.A % 15)),
        3 => Sample.Ask((RecoverOperation)(said.A % 4 == 0 ? said.B : said.B % 3)),
        4 => new Deploy(vm.Id, Sample.Offer(said.A % 3), Caller.Admin),
        5 => new Offer(vm.Id, Sample.Offer(said.A % 3)),
        6 => new NoPlace(vm.Id, $"why {said.B}"),
        7 => new ClaimGranted(vm.Id, Math.Max(0, vm.Generation - (said.B / 4)), 5900),
        8 => new ClaimRefused(vm.Id, Math.Max(0, vm.Generation - (said.B / 4)), "full"),
        9 => new StepReport(vm.Id, vm.Generation - (said.B / 4), vm.Transition - (said.B / 5), (VmStep)(said.A % Steps), StepOutcome.Ok()),
        10 => new Observe(vm.Id, Sample.Offer(said.A % 3).Host, vm.Generation - (said.B / 4), (Sighting)(said.A % 7), "seen"),
        18 => Sample.To(Sample.Offer(said.A % 3), (MigrationWay)(said.B % 4)),
        19 => vm.Remnants.IsEmpty ? Sample.To(Sample.Offer(said.A % 3), MigrationWay.Live) : Sample.Removed(vm, vm.Remnants[0]),
        16 or 17 => Sample.Ask(Sample.Changes[said.A % Sample.Changes.Length].What),
        11 => Sample.Answer(vm, good: false) ?? new Rename(vm.Id, $"n{said.B}", Caller.Admin),
        _ => Sample.Answer(vm) ?? Sample.Ask(VmAction.Resume),
    };

    private static VirtualMachine Live((int Kind, int A, int B)[] story, Action<VirtualMachine, VirtualMachine, ICommand> check)
    {
        var vm = Sample.New();
        for (var i = 0; i < story.Length; i++)
        {
            var command = Word(vm, story[i]);
            var next = vm.Tell(command, i).Vm;
            check(vm, next, command);
            vm = next;
        }

        return vm;
    }

    private static void Always(Action<VirtualMachine, VirtualMachine, ICommand> check) =>
        Story.Sample(story => { Live(story, check); }, iter: 2000);

    [Fact]
    public void A_VM_always_has_work_or_rests_where_a_person_has_to_act() => Always((_, vm, _) =>
    {
        var rests = vm.State is VmState.Hold or VmState.Stopped or VmState.Suspended or VmState.Done or VmState.Poweroff or VmState.Undeployed
            || vm.Lcm is LcmState.Running or LcmState.Unknown || Lifecycle.RetryOf(vm.Lcm) is not null;
        Assert.True(vm.Work is not null || rests, $"{vm.Phase} waits for nobody");
        Assert.Equal(vm.State is VmState.Active, vm.Lcm is not LcmState.LcmInit);
        Assert.Contains(vm.Phase, Sample.Phases);
    });

    [Fact]
    public void A_change_is_under_way_in_its_states_alone_and_leaves_no_mark_behind() => Always((_, vm, _) =>
    {
        Assert.Equal(Lifecycle.IsChange(vm.Lcm), vm.Changing is not null);
        if (vm.Changing is null)
            Assert.DoesNotContain(vm.Template.Attributes, a => a is Core.Templates.VectorAttribute v && (v["ATTACH"] ?? v["ACTION"] ?? v["RESIZE"]
                ?? v["DISK_SNAPSHOT_ACTIVE"] ?? v["HOTPLUG_SAVE_AS_ACTIVE"]) is not null);
    });

    [Fact]
    public void An_id_of_a_disk_a_NIC_or_a_snapshot_is_given_once() => Always((before, after, _) =>
    {
        // The sample's reconfiguration brings a template of its own, whatever the VM has by then.
        if (before.Changing is { What: VmChange.Reconfigure })
            return;
        foreach (var name in new[] { "DISK", "NIC" })
        {
            var known = before.Template.Vectors(name).Select(v => v[name + "_ID"]).ToHashSet();
            var next = name is "DISK" ? before.NextDisk : before.NextNic;
            foreach (var added in after.Template.Vectors(name).Where(v => !known.Contains(v[name + "_ID"])))
                Assert.True(Devices.Id(added, name + "_ID") >= next);
        }
    });

    [Fact]
    public void When_every_step_succeeds_every_VM_comes_to_rest() =>
        Story.Sample(story => Live(story, (_, _, _) => { }).Settle().Pledge is null, iter: 2000);

    [Fact]
    public void Done_is_final_and_only_a_withdrawal_may_be_left_to_do() => Always((before, after, _) =>
    {
        if (before.State is VmState.Done)
            Assert.Equal(VmState.Done, after.State);
        if (after.State is VmState.Done)
        {
            Assert.True(after.Work is null or VmWork.Perform { Step: VmStep.Withdraw });
            Assert.True(after.End > 0 && after.FilesOn is null && after.Host is null);
        }
    });

    [Fact]
    public void Generation_and_transition_only_grow_and_a_phase_changes_with_a_transition() => Always((before, after, _) =>
    {
        Assert.InRange(after.Newest, before.Newest, before.Newest + 1);
        Assert.InRange(after.Generation, before.Generation, after.Newest);
        Assert.True(after.Transition >= before.Transition);
        Assert.True(after.Phase == before.Phase || after.Transition > before.Transition);
    });

    [Fact]
    public void Only_the_last_history_record_is_open_and_its_times_are_in_order() => Always((_, vm, _) =>
    {
        Assert.DoesNotContain(vm.History.SkipLast(1), r => r.IsOpen);
        Assert.Equal(Enumerable.Range(0, vm.History.Length), vm.History.Select(r => r.Sequence));
        Assert.Equal(Lifecycle.HoldsCapacity(vm.State) && vm.FilesOn is null, vm.History is [.., { IsOpen: true }]);
        foreach (var (earlier, later) in vm.History.Zip(vm.History.Skip(1)))
            Assert.True(earlier.End <= later.Start);
        foreach (var r in vm.History)
        {
            InOrder(r.Start, r.PrologStart, r.PrologEnd, r.RunningStart, r.RunningEnd, r.End);
            InOrder(r.PrologEnd, r.EpilogStart, r.EpilogEnd, r.End);
        }
    });

    [Fact]
    public void What_is_said_twice_or_too_late_changes_nothing() => Story.Sample(story =>
    {
        var old = new List<StepReport>();
        Live(story, (_, after, command) =>
        {
            if (command is ClaimGranted or ClaimRefused or StepReport or Observe)
                Assert.Equal(0, after.Tell(command).Events);
            if (command is StepReport report)
                old.Add(report);
            foreach (var late in old.Where(r => r.Transition < after.Transition && after.Remnants.All(left => left.Transition != r.Transition)))
                Assert.Equal(0, after.Tell(late).Events);
        });
    }, iter: 1000);

    [Fact]
    public void The_files_of_a_VM_that_left_its_host_tie_it_to_that_host() => Always((before, after, _) =>
    {
        if (after is { FilesOn: { } files, Pledge: { } pledge })
            Assert.Equal(files.Host, pledge.Host);
        if (before.FilesOn is { } lay && after.FilesOn is null && after.Host is { } now)
            Assert.Equal(lay.Host, now.Host);
        if (after.State is VmState.Stopped or VmState.Undeployed)
            Assert.NotNull(after.FilesOn);
    });

    [Fact]
    public void Replayed_events_give_the_same_value() => Story.Sample(story =>
    {
        var (vm, events) = (Sample.New(), new List<IEvent>());
        for (var i = 0; i < story.Length; i++)
        {
            var decision = VirtualMachine.Decide(vm, Word(vm, story[i]), Sample.Noon.AddSeconds(i));
            Assert.True(decision.Refusal is null || decision.Events.Count == 0);
            events.AddRange(decision.Events);
            vm = decision.Events.Aggregate(vm, VirtualMachine.Apply);
        }

        var again = events.Aggregate(Sample.New(), VirtualMachine.Apply);
        Assert.Equal(vm.History, again.History);
        Assert.Equal(vm.DiskSnapshots, again.DiskSnapshots);
        Assert.Equal(vm.Remnants, again.Remnants);
        Assert.Equal(Bare(vm), Bare(again));
    }, iter: 1000);

    private static VirtualMachine Bare(VirtualMachine vm) => vm with { History = [], DiskSnapshots = [], Remnants = [] };

    private static void InOrder(params long[] times)
    {
        var set = times.Where(t => t != 0).ToList();
        Assert.Equal(set.Order(), set);
    }
}
