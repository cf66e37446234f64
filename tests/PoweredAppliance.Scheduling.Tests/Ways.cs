using CsCheck;
using PoweredAppliance.Core;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Ways
{
    [Fact]
    public void A_refusal_says_which_VM_would_have_to_move_and_where_to()
    {
        HostCapacity[] hosts = [Of(1, cpu: 300), Of(2, cpu: 200), Of(3, cpu: 0), Of(4, enabled: false)];
        var verdict = Placement.Place(Asks(cpu: 400), hosts);
        var vms = new[] { (1, Asks(cpu: 100, vm: 17)), (1, Asks(cpu: 100, memory: 2 * GiB, vm: 5)), (2, Asks(cpu: 400, vm: 8)), (3, Asks(cpu: 300, vm: 9)) };
        var ways = Way.For(verdict, host => vms.Where(v => v.Item1 == host.Value).Select(v => v.Item2), vm => Placement.Place(vm, hosts).Chosen, looked: 10);
        Assert.Equal(
            "no host fits: 3 lack cpu (nearest: host1 has 3 cpu free, 4 asked), 1 disabled; host1 would fit if VM 17 moved to host2",
            verdict.Explain([.. ways]));
        Assert.Equal(verdict.Explain(), verdict.Explain([]));
    }

    [Fact]
    public void After_the_move_both_VMs_have_room() => Gen.Select(AnyDemand, Any, Gen.Select(Gen.Int[0, 11], Gen.Int[1, 8], Gen.Int[0, 8]).Array[0, 20])
        .Sample((demand, hosts, running) =>
        {
            var vms = running.Select((r, n) => (Host: r.Item1, Vm: Asks(r.Item2 * 50, r.Item3 * GiB, 100 + n))).ToList();
            var verdict = Placement.Place(demand, hosts);
            foreach (var way in Way.For(verdict, host => vms.Where(v => v.Host == host.Value).Select(v => v.Vm), vm => Placement.Place(vm, hosts).Chosen, looked: 12))
            {
                var (host, vm) = vms.Single(v => v.Vm.Vm == way.Vm);
                Assert.Equal(host, way.Host.Id.Value);
                Assert.NotEqual(way.Host.Id, way.To.Id);
                Assert.Equal(Misfit.None, Placement.Fit(vm, way.To));
                Assert.Equal(Misfit.None, Placement.Fit(demand, way.Host.Without(vm)));
                Assert.NotEqual(Misfit.None, Placement.Fit(demand, way.Host));
            }
        });
}
