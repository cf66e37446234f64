using System.Collections.Immutable;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>Rules of security groups on their way from the group to the VM and its host.</summary>
public sealed class RulesTests
{
    private static readonly VectorAttribute Web = Rule(0, "80"), Tls = Rule(0, "443"), Ssh = Rule(100, "22");

    private static VectorAttribute Rule(int group, string range) => VectorAttribute.Of(
        SecurityRules.RuleOfVm, ("PROTOCOL", "TCP"), ("RULE_TYPE", "INBOUND"), ("RANGE", range), ("SECURITY_GROUP_ID", $"{group}"));

    private static SetRules Set(params ImmutableArray<VectorAttribute> rules) => new(Sample.Vm, 0, rules, Again: false, Caller.Nobody);

    private static SecureNic Put(int group, bool attach, params ImmutableArray<VectorAttribute> rules) => new(Sample.Vm, 0, group, attach, rules, Caller.Admin);

    private static string Ranges(VirtualMachine vm) => string.Join(' ', vm.Template.Vectors(SecurityRules.RuleOfVm).Select(r => r["RANGE"]).Order());

    [Fact]
    public void A_running_guest_keeps_its_state_while_its_host_is_told()
    {
        var vm = Sample.In("RUNNING").After(Set(Web));
        Assert.Equal(("RUNNING", FilterState.Pending, "80"), (vm.Phase.ToString(), vm.Filters, Ranges(vm)));
        Assert.Equal(VmStep.Filter, Assert.IsType<VmWork.Perform>(vm.Work).Step);
        var told = vm.After(Sample.Answer(vm)!);
        Assert.Equal((FilterState.Current, null), (told.Filters, told.Work));
        Assert.Equal(0, told.Tell(Set(Web)).Events);
        var refused = vm.After(Sample.Answer(vm, good: false)!);
        Assert.Equal(("RUNNING", FilterState.Failed, null), (refused.Phase.ToString(), refused.Filters, refused.Work));
        Assert.Contains("it broke", refused.UserTemplate["ERROR"], StringComparison.Ordinal);
        Assert.Equal(FilterState.Pending, refused.After(Set(Web) with { Again = true }).Filters);
    }

    [Fact]
    public void What_a_host_was_told_before_newer_rules_does_not_count()
    {
        var first = Sample.In("RUNNING").After(Set(Web));
        var second = first.After(Set(Tls));
        Assert.Equal(0, second.Tell(Sample.Answer(first)!).Events);
        Assert.Equal(FilterState.Current, second.After(Sample.Answer(second)!).Filters);
    }

    [Fact]
    public void A_reboot_and_newer_rules_wait_for_each_other()
    {
        var rebooting = Sample.In("RUNNING").After(new Act(Sample.Vm, VmAction.Reboot, Caller.Admin));
        var vm = rebooting.After(Set(Web));
        Assert.Equal(rebooting.Work, vm.Work); // it is not rebooted twice
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal(VmStep.Filter, Assert.IsType<VmWork.Perform>(vm.Work).Step);
    }

    [Fact]
    public void Whatever_is_done_for_a_VM_goes_on_and_its_host_is_told_when_the_guest_runs()
    {
        var booting = Sample.In("BOOT");
        var vm = booting.After(Set(Web));
        Assert.Equal(booting.Work, vm.Work);
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal(("RUNNING", VmStep.Filter), (vm.Phase.ToString(), Assert.IsType<VmWork.Perform>(vm.Work).Step));
        foreach (var phase in Sample.Phases.Where(p => p.State is not (VmState.Active or VmState.Done)))
            Assert.Equal((phase, FilterState.Current), Sample.In(phase).After(Set(Web)) is var off ? (off.Phase, off.Filters) : default);
    }

    [Fact]
    public void A_guest_that_went_off_starts_with_the_newest_rules_and_has_nothing_pending()
    {
        var vm = Sample.In("RUNNING").After(Set(Web)).After(new Observe(Sample.Vm, Sample.Alpha.Host, Sample.In("RUNNING").Generation, Sighting.Off, "gone"));
        Assert.Equal(("POWEROFF", FilterState.Current), (vm.Phase.ToString(), vm.Filters));
    }

    [Fact]
    public void A_NIC_joins_and_leaves_groups_in_every_state_but_where_its_host_works_on_filters()
    {
        foreach (var phase in Sample.Phases)
        {
            var (vm, why, _) = Sample.In(phase).Tell(Put(100, true, Ssh));
            var busy = phase.State is VmState.Done || phase.ToString().StartsWith("BOOT", StringComparison.Ordinal)
                || phase.ToString() is "UNKNOWN" or "MIGRATE" or "HOTPLUG_NIC" or "HOTPLUG_NIC_POWEROFF";
            Assert.Equal((busy, busy ? "0" : "0,100"), (why is not null, vm.Template.Nic(0)!["SECURITY_GROUPS"]));
        }

        var joined = Sample.In("POWEROFF").After(Put(100, true, Ssh)).After(Set(Web));
        Assert.Equal("22 80", Ranges(joined));
        Assert.Equal("VM 7 SG 100 already in NIC 0", joined.Tell(Put(100, true, Ssh)).Why?.Text);
        Assert.Equal("VM 7 NIC 0 doesn't contain SG 5", joined.Tell(Put(5, false)).Why?.Text);
        Assert.Equal("VM 7 doesn't have NIC id 3", joined.Tell(Put(5, false) with { Nic = 3 }).Why?.Text);
        var left = joined.After(Put(100, false, Ssh));
        Assert.Equal(("0", "80"), (left.Template.Nic(0)!["SECURITY_GROUPS"], Ranges(left)));
    }

    [Theory]
    [InlineData("RUNNING")]
    [InlineData("POWEROFF")]
    public void A_NIC_brings_its_rules_and_takes_them_away_again(string state)
    {
        var before = Sample.In(state).After(Set(Web));
        before = Sample.Answer(before) is { } told ? before.After(told) : before;
        var nic = VectorAttribute.Of("NIC", ("NETWORK_ID", "6"), ("MAC", "02:00:0a:00:00:06"), ("SECURITY_GROUPS", "0,100"));
        var vm = Whole(before.After(Sample.Ask(new VmChange.AttachNic(nic) { Rules = [Web, Ssh] })));
        Assert.Equal("22 80", Ranges(vm));
        Assert.Equal(FilterState.Current, vm.Filters);
        Assert.Equal("80", Ranges(Whole(vm.After(Sample.Ask(new VmChange.DetachNic(1))))));
        if (state is "RUNNING")
        {
            var attaching = before.After(Sample.Ask(new VmChange.AttachNic(nic) { Rules = [Tls, Ssh] }));
            Assert.Equal(FilterState.Pending, attaching.Filters); // the other NIC's rules were older
            var failed = attaching.After(Sample.Answer(attaching, good: false)!);
            Assert.Equal(("443", VmStep.Filter), (Ranges(failed), Assert.IsType<VmWork.Perform>(failed.Work).Step));
        }

        static VirtualMachine Whole(VirtualMachine vm) => Sample.Answer(vm) is { } answer ? vm.After(answer) : vm;
    }

    [Fact]
    public void Rules_that_come_while_CONTEXT_is_changed_are_not_lost()
    {
        var vm = Sample.In("RUNNING");
        vm = vm.After(Sample.Ask(new VmChange.Reconfigure(vm.Template.Set("X", "y")))).After(Set(Web));
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal(("y", "80"), (vm.Template["X"], Ranges(vm)));
    }

    [Fact]
    public void A_group_that_none_of_its_NICs_is_in_is_nothing_to_a_VM() => Assert.Equal(0, Sample.In("RUNNING").Tell(Set(Ssh) with { Group = 100 }).Events);
}
