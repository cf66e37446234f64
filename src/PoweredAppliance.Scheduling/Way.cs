using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>A host on which the VM would fit if one that is there moved to another.</summary>
public readonly record struct Way(HostCapacity Host, VmId Vm, HostCapacity To)
{
    /// <summary>
    /// Of the refused hosts that lack room, the nearest first: the smallest VM that leaves enough behind and fits elsewhere itself.
    /// </summary>
    /// <param name="vmsOf">what VMs of a host that can move ask of another one</param>
    /// <param name="looked">so many hosts are looked at: a refusal must not cost what a plan does</param>
    public static IEnumerable<Way> For(Verdict verdict, Func<HostId, IEnumerable<Demand>> vmsOf, int looked)
    {
        if (verdict.Chosen is not null)
            yield break;
        foreach (var near in verdict.Nearest(looked))
        {
            if (near.Misfit is not (Misfit.TooLittleCpu or Misfit.TooLittleMemory or Misfit.TooLittleDisk))
                continue;
            var enough = vmsOf(near.Host.Id)
                .Where(vm => Placement.Fit(verdict.Demand, near.Host.Without(vm)) is Misfit.None)
                .OrderBy(vm => vm.MemoryKibibytes).ThenBy(vm => vm.CpuPercent).ThenBy(vm => vm.Vm.Value);
            foreach (var vm in enough)
            {
                if (verdict.Considered.FirstOrDefault(c => c.Host.Id != near.Host.Id && Placement.Fit(vm, c.Host) is Misfit.None).Host is not { } to)
                    continue;
                yield return new(near.Host, vm.Vm, to);
                break;
            }
        }
    }

    /// <summary><c>host2 would fit if VM 17 moved to host5</c></summary>
    public override string ToString() => $"{Host.Name} would fit if VM {Vm} moved to {To.Name}";
}
