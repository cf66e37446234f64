using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>Counted since the domain started; null what the hypervisor does not count.</summary>
public sealed record DomainBlockStats(long? ReadRequests, long? ReadBytes, long? WriteRequests, long? WriteBytes, long? Errors);

/// <summary>Counted since the interface was plugged in; null what the hypervisor does not count.</summary>
public sealed record DomainInterfaceStats(long? RxBytes, long? RxPackets, long? RxErrors, long? RxDrops,
    long? TxBytes, long? TxPackets, long? TxErrors, long? TxDrops);

/// <summary>Bytes: what the guest sees, what the host has used for it, how large its file or device is.</summary>
public sealed record DomainBlockInfo(ulong Capacity, ulong Allocation, ulong Physical);

public sealed unsafe partial class Domain
{
    /// <summary>virDomainBlockStats of a disk by its target, such as vda, or its path; "" is all disks together.</summary>
    public DomainBlockStats BlockStats(string disk)
    {
        virDomainBlockStatsStruct s;
        Check.Ok(Interop.virDomainBlockStats(_handle, disk, &s, (nuint)sizeof(virDomainBlockStatsStruct)));
        return new DomainBlockStats(Known(s.rd_req), Known(s.rd_bytes), Known(s.wr_req), Known(s.wr_bytes), Known(s.errs));
    }

    /// <summary>virDomainBlockStatsFlags: all that the hypervisor counts (<see cref="DomainBlockStatsKeys"/>).</summary>
    public TypedParameters BlockStatsAll(string disk) => TypedParameters.Filled(
        nameof(Interop.virDomainBlockStatsFlags), (p, n) => Interop.virDomainBlockStatsFlags(_handle, disk, p, n, 0));

    /// <summary>virDomainInterfaceStats of a host device such as vnet3, or a MAC address.</summary>
    public DomainInterfaceStats InterfaceStats(string device)
    {
        virDomainInterfaceStatsStruct s;
        Check.Ok(Interop.virDomainInterfaceStats(_handle, device, &s, (nuint)sizeof(virDomainInterfaceStatsStruct)));
        return new DomainInterfaceStats(Known(s.rx_bytes), Known(s.rx_packets), Known(s.rx_errs), Known(s.rx_drop),
            Known(s.tx_bytes), Known(s.tx_packets), Known(s.tx_errs), Known(s.tx_drop));
    }

    /// <summary>virDomainMemoryStats: KiB, faults in numbers, <see cref="DomainMemoryStatTags.LastUpdate"/> in seconds of Unix time.</summary>
    public IReadOnlyDictionary<DomainMemoryStatTags, ulong> MemoryStats()
    {
        const int most = (int)DomainMemoryStatTags.Nr;
        var stats = stackalloc virDomainMemoryStatStruct[most];
        var count = Check.Ok(Interop.virDomainMemoryStats(_handle, stats, most, 0));
        var byTag = new Dictionary<DomainMemoryStatTags, ulong>();
        for (var i = 0; i < count; i++)
            byTag[(DomainMemoryStatTags)stats[i].tag] = stats[i].val;
        return byTag;
    }

    /// <summary>virDomainGetBlockInfo</summary>
    public DomainBlockInfo GetBlockInfo(string disk)
    {
        virDomainBlockInfo info;
        Check.Ok(Interop.virDomainGetBlockInfo(_handle, disk, &info, 0));
        return new DomainBlockInfo(info.capacity, info.allocation, info.physical);
    }

    /// <summary>virDomainGetDiskErrors: the disks that have failed since the start, by target.</summary>
    public IReadOnlyDictionary<string, DomainDiskErrorCode> GetDiskErrors()
    {
        var most = Check.Ok(Interop.virDomainGetDiskErrors(_handle, null, 0, 0));
        var errors = new virDomainDiskError[most];
        var byDisk = new Dictionary<string, DomainDiskErrorCode>();
        if (most == 0)
            return byDisk;
        fixed (virDomainDiskError* p = errors)
        {
            var count = Check.Ok(Interop.virDomainGetDiskErrors(_handle, p, (uint)most, 0));
            for (var i = 0; i < count; i++)
                byDisk[CText.Owned(p[i].disk) ?? ""] = (DomainDiskErrorCode)p[i].error;
        }

        return byDisk;
    }

    /// <summary>virDomainGetCPUStats: of all host CPUs together (<see cref="DomainCpuStatsKeys"/>), nanoseconds.</summary>
    public TypedParameters GetCpuStatsTotal()
    {
        var count = Check.Ok(Interop.virDomainGetCPUStats(_handle, null, 0, -1, 1, 0));
        if (count == 0)
            return [];
        var array = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(virTypedParameter));
        try
        {
            return TypedParameters.Copy(array, Check.Ok(Interop.virDomainGetCPUStats(_handle, array, (uint)count, -1, 1, 0)));
        }
        finally
        {
            Interop.virTypedParamsClear(array, count);
            NativeMemory.Free(array);
        }
    }

    /// <summary>virDomainGetCPUStats: of each host CPU that the domain may use, by the CPU's number.</summary>
    public IReadOnlyList<TypedParameters> GetCpuStats()
    {
        var perCpu = Check.Ok(Interop.virDomainGetCPUStats(_handle, null, 0, 0, 1, 0));
        var cpus = Check.Ok(Interop.virDomainGetCPUStats(_handle, null, 0, 0, 0, 0));
        if (perCpu * cpus == 0)
            return [];
        var array = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)(perCpu * cpus), (nuint)sizeof(virTypedParameter));
        try
        {
            var filled = Check.Ok(Interop.virDomainGetCPUStats(_handle, array, (uint)perCpu, 0, (uint)cpus, 0));
            return Enumerable.Range(0, cpus).Select(cpu => TypedParameters.Copy(array + (cpu * perCpu), filled)).ToList();
        }
        finally
        {
            Interop.virTypedParamsClear(array, perCpu * cpus);
            NativeMemory.Free(array);
        }
    }

    /// <summary>virDomainSetMemoryStatsPeriod: how often the balloon reports, in seconds; 0 is never.</summary>
    public void SetMemoryStatsPeriod(int seconds, DomainModificationImpact flags = 0)
        => Check.Ok(Interop.virDomainSetMemoryStatsPeriod(_handle, seconds, (uint)flags));

    /// <summary>virDomainGetPerfEvents: which hardware counters are on (<see cref="PerfKeys"/>).</summary>
    public TypedParameters GetPerfEvents(DomainModificationImpact flags = 0)
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virDomainGetPerfEvents(_handle, &parameters, &count, (uint)flags));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virDomainSetPerfEvents: booleans under <see cref="PerfKeys"/>.</summary>
    public void SetPerfEvents(TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetPerfEvents(_handle, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>C says -1 for what is not counted.</summary>
    private static long? Known(long counter) => counter < 0 ? null : counter;
}
