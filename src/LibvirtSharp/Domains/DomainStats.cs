namespace LibvirtSharp;

/// <summary>One domain's record of bulk statistics. <see cref="Values"/> is all that libvirt sent, under its own names; the
/// properties are the usual ones of them. What the host did not give is null: unknown, not zero.</summary>
public sealed record DomainStats(DomainIdentity Domain, TypedParameters Values)
{
    public DomainState? State => (DomainState?)Values.GetInt32("state.state");

    public int? StateReason => Values.GetInt32("state.reason");

    /// <summary>Nanoseconds of host CPU used since the domain started.</summary>
    public ulong? CpuTime => Values.GetUInt64("cpu.time");

    /// <inheritdoc cref="CpuTime"/>
    public ulong? CpuUser => Values.GetUInt64("cpu.user");

    /// <inheritdoc cref="CpuTime"/>
    public ulong? CpuSystem => Values.GetUInt64("cpu.system");

    /// <summary>KiB.</summary>
    public ulong? BalloonCurrent => Values.GetUInt64("balloon.current");

    /// <summary>KiB.</summary>
    public ulong? BalloonMaximum => Values.GetUInt64("balloon.maximum");

    /// <summary>KiB of host memory that the emulator occupies.</summary>
    public ulong? BalloonRss => Values.GetUInt64("balloon.rss");

    /// <summary>KiB that the guest does not use; only with a balloon that reports.</summary>
    public ulong? BalloonUnused => Values.GetUInt64("balloon.unused");

    /// <summary>KiB that the guest could give away without swapping.</summary>
    public ulong? BalloonUsable => Values.GetUInt64("balloon.usable");

    public int? VcpusCurrent => Values.GetInt32("vcpu.current");

    public int? VcpusMaximum => Values.GetInt32("vcpu.maximum");

    public IReadOnlyList<DomainVcpuStats> Vcpus => Many("vcpu.maximum", "vcpu", (p, i) => Values.TryGet(p + "state", out _)
        ? new DomainVcpuStats(i, (VcpuState)(int)Values.GetInt64(p + "state")!, Values.GetUInt64(p + "time"), Values.GetUInt64(p + "wait"),
            Values.GetUInt64(p + "delay"))
        : null);

    public IReadOnlyList<DomainInterfaceStatsRecord> Interfaces => Many("net.count", "net", (p, i) => new DomainInterfaceStatsRecord(
        i, Values.GetString(p + "name"),
        Values.GetUInt64(p + "rx.bytes"), Values.GetUInt64(p + "rx.pkts"), Values.GetUInt64(p + "rx.errs"), Values.GetUInt64(p + "rx.drop"),
        Values.GetUInt64(p + "tx.bytes"), Values.GetUInt64(p + "tx.pkts"), Values.GetUInt64(p + "tx.errs"), Values.GetUInt64(p + "tx.drop")));

    public IReadOnlyList<DomainBlockStatsRecord> Blocks => Many("block.count", "block", (p, i) => new DomainBlockStatsRecord(
        i, Values.GetString(p + "name"), Values.GetString(p + "path"), Values.GetInt32(p + "backingIndex"),
        Values.GetUInt64(p + "rd.reqs"), Values.GetUInt64(p + "rd.bytes"), Values.GetUInt64(p + "rd.times"),
        Values.GetUInt64(p + "wr.reqs"), Values.GetUInt64(p + "wr.bytes"), Values.GetUInt64(p + "wr.times"),
        Values.GetUInt64(p + "fl.reqs"), Values.GetUInt64(p + "fl.times"),
        Values.GetUInt64(p + "allocation"), Values.GetUInt64(p + "capacity"), Values.GetUInt64(p + "physical")));

    internal static unsafe IReadOnlyList<DomainStats> Owned(virDomainStatsRecord** records, int count)
    {
        try
        {
            var all = new DomainStats[count];
            for (var i = 0; i < count; i++)
                all[i] = new DomainStats(DomainIdentity.OfLent(records[i]->dom), TypedParameters.Copy(records[i]->@params, records[i]->nparams));
            return all;
        }
        finally
        {
            Interop.virDomainStatsRecordListFree(records);
        }
    }

    private List<T> Many<T>(string count, string group, Func<string, int, T?> make) where T : class
    {
        var many = new List<T>();
        for (var i = 0; i < (Values.GetInt64(count) ?? 0); i++)
            if (make($"{group}.{i}.", i) is { } one)
                many.Add(one);
        return many;
    }
}

/// <summary>Times in nanoseconds.</summary>
public sealed record DomainVcpuStats(int Number, VcpuState State, ulong? Time, ulong? Wait, ulong? Delay);

/// <summary>Counted since the interface was plugged in, as the guest sees it: received is what went into the guest.</summary>
public sealed record DomainInterfaceStatsRecord(int Index, string? Name,
    ulong? RxBytes, ulong? RxPackets, ulong? RxErrors, ulong? RxDrops,
    ulong? TxBytes, ulong? TxPackets, ulong? TxErrors, ulong? TxDrops);

/// <summary>Requests and bytes since the start, times in nanoseconds, sizes in bytes.</summary>
public sealed record DomainBlockStatsRecord(int Index, string? Name, string? Path, int? BackingIndex,
    ulong? ReadRequests, ulong? ReadBytes, ulong? ReadTimes,
    ulong? WriteRequests, ulong? WriteBytes, ulong? WriteTimes,
    ulong? FlushRequests, ulong? FlushTimes,
    ulong? Allocation, ulong? Capacity, ulong? Physical);
