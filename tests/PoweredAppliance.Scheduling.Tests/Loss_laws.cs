using CsCheck;
using PoweredAppliance.Core;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Loss_laws
{
    [Fact]
    public void Each_VM_goes_where_the_plain_rule_puts_it_after_those_before_it_and_never_to_a_host_that_is_lost() =>
        Gen.Select(Any, AnyDemand.Array[0, 12], Gen.Int[0, 3].Array[12], Gen.Int[0, 11].Array[1, 3]).Sample((hosts, asks, priorities, lost) =>
        {
            var demands = asks.Select((a, n) => a with { Vm = new(100 + n), Only = null, UserPriority = priorities[n] }).ToDictionary(d => d.Vm);
            var map = new CapacityMap((host, name) => hosts[host.Value].Attributes?.Invoke(host, name) ?? []);
            foreach (var host in hosts)
                map.Upsert(host);
            var fates = Loss.Of(map, lost.Select(h => new HostId(h)), demands.Values.Reverse().Select(d => (d.Vm, d.UserPriority)), (vm, _) => demands[vm]);

            Assert.Equal(demands.Values.OrderBy(d => d, Demand.Order).Select(d => d.Vm), fates.Select(f => f.Vm.Vm));
            var left = hosts.Where(h => !lost.Contains(h.Id.Value)).ToDictionary(h => h.Id);
            foreach (var (demand, to, refused) in fates)
            {
                Assert.Equal(Placement.Place(demand, left.Values).Chosen, to);
                Assert.Equal(to is null, refused is not null);
                if (to is { } host)
                    left[host] = left[host].With(demand);
                else
                    Assert.All(refused!.Considered, c => Assert.NotEqual(Misfit.None, c.Misfit));
            }
        });

    [Fact]
    public void Those_that_come_later_are_told_where_those_before_them_went()
    {
        var map = new CapacityMap((_, _) => []);
        foreach (var host in new[] { Of(0), Of(1), Of(2) })
            map.Upsert(host);
        var seen = new List<int>();
        var fates = Loss.Of(map, [new(0)], [(new(1), 0), (new(2), 5)], (vm, went) =>
        {
            seen.Add(went.Count);
            return Asks(vm: vm.Value);
        });
        Assert.Equal([2, 1], fates.Select(f => f.Vm.Vm.Value));
        Assert.Equal([0, 1], seen);
    }
}
