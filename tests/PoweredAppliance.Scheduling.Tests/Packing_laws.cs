using CsCheck;
using PoweredAppliance.Scheduling.Packing;
using Size = PoweredAppliance.Scheduling.Packing.Size;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Packing_laws
{
    private static readonly Size Host = new(800, 16 * 1024);

    private static readonly Gen<Size> Sizes = Gen.Select(Gen.Int[1, 8], Gen.Int[1, 16], (cpu, gib) => new Size(cpu * 100, gib * 1024L));

    private static readonly string[] Names = [.. PackingRules.ByName.Keys.Order(StringComparer.Ordinal)];

    private static readonly Gen<string> Policies = Gen.Int[0, Names.Length - 1].Select(n => Names[n]);

    private static readonly Gen<Recorded[]> Records =
        Gen.Select(Gen.Long[0, 50], Sizes, Gen.Long[0, 40], Gen.Bool, (at, size, seconds, ends) => new Recorded(at, size, ends ? seconds : null))
            .Array[1, 60];

    [Fact]
    public void A_rule_chooses_a_host_that_fits_and_opens_none_while_one_does() => Gen.Select(Records, Policies).Sample((vms, policy) =>
    {
        var fleet = new Fleet(Host);
        for (var n = 0; n < vms.Length; n++)
        {
            var asked = vms[n].Size;
            var fitting = Enumerable.Range(0, fleet.Hosts).Where(h => fleet.On(h).Length > 0 && fleet.Free(h).Holds(asked)).ToList();
            var chosen = fleet.Choose(asked, PackingRules.ByName[policy], n);
            if (fitting.Count > 0)
                Assert.Contains(chosen, fitting);
            else
                Assert.True(chosen == fleet.Hosts || fleet.On(chosen).Length == 0);
            fleet.Place(new Lodger(n, asked, n), chosen);
            if (n % 3 == 2)
                fleet.End(n - 1, n);
            OfOnePiece(fleet);
        }
    });

    [Fact]
    public void The_same_record_is_packed_the_same_way_again() => Gen.Select(Records, Policies).Sample((vms, policy) =>
    {
        var bounds = TraceRun.Bounds(vms, Host);
        var budget = new MoveBudget(0.5, 5);
        Assert.Equal(
            TraceRun.Run(vms, Host, PackingRules.ByName[policy], bounds, budget).Fill,
            TraceRun.Run(vms, Host, PackingRules.ByName[policy], bounds, budget).Fill);
    });

    [Fact]
    public void Never_are_fewer_hosts_in_use_than_the_bound_says() => Gen.Select(Records, Policies).Sample((vms, policy) =>
    {
        var packed = TraceRun.Run(vms, Host, PackingRules.ByName[policy], TraceRun.Bounds(vms, Host), new MoveBudget(1, 1));
        Assert.All(packed.Fill, f => Assert.True(f.Hosts >= f.Bound - 1e-6, $"{f.Hosts} hosts at {f.At}, bound {f.Bound}"));
        Assert.True(packed.MovesPerVm <= 1);
    });

    [Fact]
    public void The_bound_is_at_most_the_best_packing_there_is_and_at_least_what_is_asked_for_in_each_dimension() =>
        Sizes.Array[1, 7].Sample(vms =>
        {
            var bound = new ConfigurationBound(Host, vms);
            foreach (var vm in vms)
                bound.Change(vm, 1);
            var hosts = bound.Hosts();
            Assert.True(hosts <= Fewest(vms, 0, []) + 1e-6);
            Assert.True(hosts >= vms.Sum(v => (double)v.CpuPercent) / Host.CpuPercent - 1e-6);
            Assert.True(hosts >= vms.Sum(v => (double)v.Mebibytes) / Host.Mebibytes - 1e-6);
        });

    [Fact]
    public void A_bound_that_followed_changes_is_that_of_a_fresh_count() => Gen.Select(Sizes.Array[1, 6], Gen.Int[0, 5].Array[1, 80]).Sample((sizes, steps) =>
    {
        var followed = new ConfigurationBound(Host, sizes);
        var counts = new Dictionary<Size, int>();
        foreach (var size in steps.Select(s => sizes[s % sizes.Length]))
        {
            var by = counts.GetValueOrDefault(size) > 3 ? -2 : 1;
            counts[size] = counts.GetValueOrDefault(size) + by;
            followed.Change(size, by);
            var fresh = new ConfigurationBound(Host, sizes);
            foreach (var (each, count) in counts)
                fresh.Change(each, count);
            Assert.Equal(fresh.Hosts(), followed.Hosts(), 1e-6);
        }
    });

    [Fact]
    public void Sizes_too_fine_for_a_grid_still_have_a_bound_that_holds() =>
        Gen.Select(Gen.Int[1, 800], Gen.Int[1, 16_384], (cpu, mib) => new Size(cpu, mib)).Array[1, 6].Sample(vms =>
        {
            var bound = new ConfigurationBound(Host, vms);
            foreach (var vm in vms)
                bound.Change(vm, 1);
            Assert.True(bound.Hosts() <= Fewest(vms, 0, []) + 1e-6);
        }, iter: 10);

    [Fact]
    public void A_consolidation_keeps_every_VM_within_capacity_and_within_its_budget() =>
        Gen.Select(Records, Gen.Int[0, 20], Gen.Int[0, 2]).Sample((vms, most, ended) =>
        {
            var fleet = new Fleet(Host);
            for (var n = 0; n < vms.Length; n++)
                fleet.Place(new Lodger(n, vms[n].Size, n), fleet.Choose(vms[n].Size, PackingRules.Striping, n));
            for (var n = 0; n < vms.Length; n++)
            {
                if (n % 3 < ended)
                    fleet.End(n, vms.Length);
            }

            var (before, running) = (fleet.InUse, fleet.Vms);
            var moves = Consolidation.Plan(fleet, most);
            Assert.True(moves.Count <= most);
            Assert.Equal(moves.Count, moves.Select(m => m.Vm).Distinct().Count());
            foreach (var move in moves)
            {
                fleet.Carry(move);
                OfOnePiece(fleet);
            }

            Assert.Equal(running, fleet.Vms);
            Assert.Equal(before - moves.Select(m => m.From).Distinct().Count(), fleet.InUse);
        });

    [Fact]
    public void Two_half_empty_hosts_become_one()
    {
        var fleet = new Fleet(Host);
        fleet.Place(new Lodger(0, new Size(400, 1024), 0), 0);
        fleet.Place(new Lodger(1, new Size(400, 1024), 0), 1);
        Assert.Equal([new Move(0, 0, 1)], Consolidation.Plan(fleet, 5));
        Assert.Empty(Consolidation.Plan(fleet, 0));
    }

    /// <summary>Rules are asked for every host: they must not make work for the garbage collector.</summary>
    [Fact]
    public void Asking_a_rule_allocates_nothing()
    {
        var (fill, wish) = (new HostFill(Host, new Size(500, 9000), 3, 100), new Wish(new Size(100, 1024), 3600));
        foreach (var rule in PackingRules.ByName.Values)
        {
            var sum = rule(fill, wish, 2);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < 1000; n++)
                sum += rule(fill, wish, 2);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(double.IsFinite(sum));
        }
    }

    private static void OfOnePiece(Fleet fleet)
    {
        var vms = 0;
        for (var host = 0; host < fleet.Hosts; host++)
        {
            var used = new Size(0, 0);
            foreach (var vm in fleet.On(host))
            {
                Assert.Equal(host, fleet.HostOf(vm.Vm));
                used += vm.Size;
                vms++;
            }

            Assert.Equal(Host - used, fleet.Free(host));
            Assert.True(Host.Holds(used));
        }

        Assert.Equal((vms, vms), (fleet.Vms, fleet.Mix.Vms));
    }

    /// <summary>Every VM on every open host or a new one.</summary>
    private static int Fewest(Size[] vms, int next, List<Size> free)
    {
        if (next == vms.Length)
            return free.Count;
        var fewest = int.MaxValue;
        for (var host = 0; host < free.Count; host++)
        {
            if (!free[host].Holds(vms[next]))
                continue;
            free[host] -= vms[next];
            fewest = Math.Min(fewest, Fewest(vms, next + 1, free));
            free[host] += vms[next];
        }

        free.Add(Host - vms[next]);
        fewest = Math.Min(fewest, Fewest(vms, next + 1, free));
        free.RemoveAt(free.Count - 1);
        return fewest;
    }
}
