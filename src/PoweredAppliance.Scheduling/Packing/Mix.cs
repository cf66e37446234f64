namespace PoweredAppliance.Scheduling.Packing;

/// <summary>
/// The sizes of the VMs that run now. The bulk of a dimension is the mean size of the VM that holds a given piece of it, as a share of a
/// host: what is held in large pieces is hard to fill up again, so room of it is dear.
/// </summary>
public sealed class Mix
{
    private Size _sum;
    private Int128 _cpuSquares, _memorySquares;

    public int Vms { get; private set; }

    public void Add(in Size vm)
    {
        Vms++;
        _sum += vm;
        _cpuSquares += (Int128)vm.CpuPercent * vm.CpuPercent;
        _memorySquares += (Int128)vm.Mebibytes * vm.Mebibytes;
    }

    public void Remove(in Size vm)
    {
        Vms--;
        _sum -= vm;
        _cpuSquares -= (Int128)vm.CpuPercent * vm.CpuPercent;
        _memorySquares -= (Int128)vm.Mebibytes * vm.Mebibytes;
    }

    /// <summary>The bulk of memory over that of cpu; 1 if nothing runs.</summary>
    public double BulkRatio(in Size host)
    {
        if (_sum.CpuPercent == 0 || _sum.Mebibytes == 0)
            return 1;
        var cpu = (double)_cpuSquares / _sum.CpuPercent / host.CpuPercent;
        var memory = (double)_memorySquares / _sum.Mebibytes / host.Mebibytes;
        return memory / cpu;
    }
}
