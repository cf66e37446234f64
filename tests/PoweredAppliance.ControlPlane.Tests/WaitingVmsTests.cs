using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class WaitingVmsTests
{
    private static readonly SchedulerProtocol.Wishes None = new("", "", "", "", "");
    private readonly Clock _time = new();
    private readonly WaitingVms _waiting;

    public WaitingVmsTests() => _waiting = new(_time);

    private static SchedulerProtocol.Demand Demand(int vm, int cpu = 100, int priority = 0) => new(new(vm), 1, new Capacity(cpu, 1024, 0), priority, null, None);

    private List<int> Tries(Func<SchedulerProtocol.Demand, Tried> place)
    {
        var tried = new List<int>();
        _waiting.TryAll(demand =>
        {
            tried.Add(demand.Vm.Value);
            return place(demand);
        });
        return tried;
    }

    [Fact]
    public void One_of_those_that_ask_alike_is_tried_where_none_fits()
    {
        for (var vm = 0; vm < 1_000; vm++)
            _waiting.Add(Demand(vm, cpu: vm < 900 ? 100 : 200));

        Assert.Equal([0, 900], Tries(_ => Tried.NoneFits));
        Assert.Equal(1_000, _waiting.Count);
    }

    [Fact]
    public void As_many_are_placed_as_there_is_room_for_by_priority_and_then_by_id()
    {
        foreach (var demand in new[] { Demand(3), Demand(1), Demand(2, priority: 7), Demand(5, cpu: 200), Demand(4, cpu: 200, priority: 9), Demand(6) })
            _waiting.Add(demand);
        var room = 600;

        Assert.Equal([4, 2, 1, 3, 5, 6], Tries(demand => (room -= demand.Room.CpuPercent) >= 0 ? Tried.Placed : Tried.NoneFits));
        Assert.Equal([5, 6], Tries(_ => Tried.Placed));
        Assert.Equal(0, _waiting.Count);
    }

    [Fact]
    public void One_that_waits_for_what_is_its_own_keeps_no_other_from_its_place()
    {
        foreach (var vm in new[] { 1, 2, 3 })
            _waiting.Add(Demand(vm));

        Assert.Equal([1, 2, 3], Tries(demand => demand.Vm.Value == 2 ? Tried.Placed : Tried.Waits));
        Assert.Equal([1, 3], Tries(_ => Tried.Waits));
    }

    [Fact]
    public void One_that_asks_for_something_else_now_waits_for_that_alone()
    {
        _waiting.Add(Demand(1));
        _waiting.Add(Demand(2));
        _waiting.Add(Demand(1, cpu: 300, priority: 2));
        _waiting.Remove(new(2));
        _waiting.Remove(new(2));

        var asked = 0;
        Assert.Equal([1], Tries(demand => (asked = demand.Room.CpuPercent) > 0 ? Tried.Placed : Tried.Waits));
        Assert.Equal((300, 0), (asked, _waiting.Count));
    }

    [Fact]
    public void Reasons_are_looked_for_once_for_all_that_ask_alike_and_again_when_they_are_old()
    {
        var looked = 0;
        for (var vm = 0; vm < 500; vm++)
            _waiting.Add(Demand(vm));
        string Why(int vm) => _waiting.Why(new(vm), () => (new(new Verdict(new(new(vm), 100, 1024, 0), null, [])), $"look {++looked}")).Text;

        Assert.Equal(["look 1", "look 1"], new[] { Why(1), Why(499) });
        _time.Now += TimeSpan.FromMilliseconds(1_499);
        Assert.Equal("look 1", Why(2));
        _time.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(["look 2", "look 2"], new[] { Why(2), Why(3) });
    }
}
