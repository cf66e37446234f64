using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Explanations
{
    [Fact]
    public void A_refusal_groups_hosts_by_reason_and_names_the_nearest_with_numbers()
    {
        var verdict = Placement.Place(Asks(memory: 2 * GiB),
            [Of(1, memory: GiB), Of(2, memory: GiB * 3 / 2), Of(3, memory: 0), Of(4, enabled: false)]);
        Assert.Null(verdict.Chosen);
        Assert.Equal(
            "no host fits: 3 lack memory (nearest: host2 has 1.5 GiB free, 2 GiB asked), 1 disabled", verdict.Explain());
    }

    [Fact]
    public void The_nearest_host_is_the_one_that_lacks_the_least_of_what_is_looked_at_last()
    {
        var verdict = Placement.Place(Asks(cpu: 200, memory: 2 * GiB),
            [Of(1, enabled: false), Of(2, cpu: 100), Of(3, memory: 0), Of(4, memory: GiB), Of(5, cpu: 50), Of(6, memory: GiB)]);
        Assert.Equal([4, 6, 3, 2, 5, 1], verdict.Nearest(9).Select(c => c.Host.Id.Value));
        Assert.Equal([(Misfit.TooLittleMemory, 3), (Misfit.TooLittleCpu, 2), (Misfit.Disabled, 1)], verdict.Counts());
    }

    [Fact]
    public void A_single_host_is_not_called_the_nearest() =>
        Assert.Equal("no host fits: 1 lacks cpu (host1 has 0.5 cpu free, 1 asked)",
            Placement.Place(Asks(), [Of(1, cpu: 50)]).Explain());

    [Fact]
    public void A_kibibyte_too_little_is_told_in_kibibytes() =>
        Assert.Equal("no host fits: 1 lacks memory (host1 has 2097152 KiB free, 2097153 KiB asked)",
            Placement.Place(Asks(memory: 2 * GiB + 1), [Of(1, memory: 2 * GiB)]).Explain());

    [Fact]
    public void Without_hosts_it_says_so() =>
        Assert.Equal("no host fits: there are no hosts", Placement.Place(Asks(), []).Explain());

    [Fact]
    public void A_choice_says_what_it_was_better_than()
    {
        Assert.Equal("host2 fits best of 2 (4 cpu and 16 GiB free): 1 not monitored",
            Placement.Place(Asks(), [Of(1), Of(2, cpu: 400), Of(3, monitored: false)]).Explain());
        Assert.Equal("host1 alone fits (8 cpu and 16 GiB free)", Placement.Place(Asks(), [Of(1)]).Explain());
    }

    [Fact]
    public void A_requirement_is_quoted_as_the_user_wrote_it()
    {
        var asks = Asks() with { Shape = new(requirement: Requirement.Parse("GPU = A100"), requirementText: "GPU = \"A100\"") };
        Assert.Equal("no host fits: 2 do not meet GPU = \"A100\"",
            Placement.Place(asks, [Of(1), Of(2, enabled: false)]).Explain());
    }

    [Fact]
    public void A_VM_whose_files_are_on_one_host_waits_for_that_host()
    {
        var asks = Asks() with { Only = new HostId(2) };
        Assert.Equal("no host fits: 1 disabled, 1 has not the VM's files (host 2 has)",
            Placement.Place(asks, [Of(1), Of(2, enabled: false)]).Explain());
        Assert.Equal("no host fits: 1 has not the VM's files (host 2 has), and host 2 with the VM's files is gone",
            Placement.Place(asks, [Of(1)]).Explain());
    }

    [Fact]
    public void The_host_that_a_VM_has_to_leave_is_named() =>
        Assert.Equal("no host fits: 1 disabled, host1 is to be left",
            Placement.Place(Asks() with { Leaves = new HostId(1) }, [Of(1), Of(2, enabled: false)]).Explain());

    [Fact]
    public void Clusters_that_would_do_are_named() =>
        Assert.Equal("no host fits: 1 in another cluster than 100, 101",
            Placement.Place(Asks() with { Shape = new([101, 100]) }, [Of(1)]).Explain());

    [Fact]
    public void Disk_is_explained_in_its_own_numbers() =>
        Assert.Equal("no host fits: 1 lacks disk (host1 has 9.76 GiB free, 19.53 GiB asked)",
            Placement.Place(Asks() with { DiskMebibytes = 20_000 }, [Of(1)]).Explain());

    [Fact]
    public void VMs_are_placed_by_priority_then_by_id()
    {
        var order = new[] { Asks(vm: 3), Asks(vm: 1), Asks(vm: 2) with { UserPriority = 5 } }.Order(Demand.Order);
        Assert.Equal([2, 1, 3], order.Select(d => d.Vm.Value));
    }
}
