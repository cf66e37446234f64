using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>A host on which the VM would fit if one that is there moved to another.</summary>
public readonly record struct Way(HostCapacity Host, VmId Vm, HostCapacity To)
{
    /// <summary>So many VMs are tried for another host, however many would make room.</summary>
    private const int MostTried = 500;

    /// <summary>
    /// Of the refused hosts that lack room, the nearest first: the smallest VM that leaves enough behind and fits elsewhere itself.
    /// </summary>
    /// <param name="vmsOf">what VMs of a host that can move ask of another one</param>
    /// <param name="choose">the host that a VM would get now</param>
    /// <param name="looked">so many hosts are looked at: a refusal must not cost what a plan does</param>
    public static IEnumerable<Way> For(Verdict verdict, Func<HostId, IEnumerable<Demand>> vmsOf, Func<Demand, HostId?> choose, int looked)
    {
        if (verdict.Chosen is not null)
            yield break;
        var tries = MostTried;
        foreach (var near in verdict.Nearest(looked))
        {
            if (near.Misfit is not (Misfit.TooLittleCpu or Misfit.TooLittleMemory or Misfit.TooLittleDisk))
                continue;
            var enough = vmsOf(near.Host.Id)
                .Where(vm => Placement.Fit(verdict.Demand, near.Host.Without(vm)) is Misfit.None)
                .OrderBy(vm => vm.MemoryKibibytes).ThenBy(vm => vm.CpuPercent).ThenBy(vm => vm.Vm.Value);
            foreach (var vm in enough)
            {
                if (tries-- == 0)
                    yield break;
                if (choose(vm with { Leaves = near.Host.Id }) is not { } to)
                    continue;
                yield return new(near.Host, vm.Vm, verdict.Considered.First(c => c.Host.Id == to).Host);
                break;
            }
        }
    }

    /// <summary><c>host2 would fit if VM 17 moved to host5</c></summary>
    public override string ToString() => $"{Host.Name} would fit if VM {Vm} moved to {To.Name}";
}
