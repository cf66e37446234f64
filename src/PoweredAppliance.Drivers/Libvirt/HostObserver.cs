using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>Reads all domains and the host's usage. One reading at a time.</summary>
internal sealed class HostObserver(HostAddress address, HostPools pools, NicFilters filters, LibvirtDriverOptions options, bool isThisMachine)
{
    private const DomainStatsTypes Wanted = DomainStatsTypes.State | DomainStatsTypes.CpuTotal | DomainStatsTypes.Balloon
        | DomainStatsTypes.Vcpu | DomainStatsTypes.Interface | DomainStatsTypes.Block;

    private readonly Lock _reading = new();
    private readonly ConcurrentDictionary<Guid, VmId> _vms = new();
    private Dictionary<Guid, (int Id, Described What)> _described = [];
    private CpuSample? _cpu;
    private long? _refreshed;

    /// <summary>What a domain's XML says; does not change while a domain runs.</summary>
    private sealed record Described(DomainMetadata? Stamp, int Vcpu, long MemoryMebibytes);

    private readonly record struct CpuSample(ulong Busy, ulong All);

    /// <summary>Whose domain it is, as of the last reading or start; null: not ours, or not seen yet.</summary>
    internal VmId? VmOf(Guid uuid) => _vms.TryGetValue(uuid, out var vm) ? vm : null;

    internal void Knows(Guid uuid, VmId vm) => _vms[uuid] = vm;

    /// <summary>The domain that was last seen as this VM's.</summary>
    internal Guid? UuidOf(VmId vm) => _vms.FirstOrDefault(known => known.Value == vm) is { Key: var uuid } && uuid != Guid.Empty ? uuid : null;

    /// <summary>Its stamp has changed while it may be running: its XML is read again.</summary>
    internal void Adopted(Guid uuid, VmId vm)
    {
        lock (_reading)
            _described.Remove(uuid);
        Knows(uuid, vm);
    }

    internal HostReading Read(Connect connect, CancellationToken stop)
    {
        lock (_reading)
        {
            var domains = Domains(connect, stop);
            var cpuUsed = CpuUsed(connect);
            using var system = pools.System(connect);
            var now = options.Time.GetTimestamp();
            if (_refreshed is not { } at || options.Time.GetElapsedTime(at, now) > options.RefreshPoolsAfter)
            {
                Volumes.Refresh(system, options.Time, stop);
                filters.RemoveOrphans(connect, domains.Select(d => d.Vm).OfType<VmId>().ToHashSet());
                _refreshed = now;
            }
            var (received, sent) = isThisMachine ? NetworkCounters.OfThisMachine() : (0, 0);
            return new HostReading(
                domains, cpuUsed, MemoryFree(connect), HostInspection.Mebibytes(system.GetInfo().Available), received, sent);
        }
    }

    private ImmutableArray<DomainReading> Domains(Connect connect, CancellationToken stop)
    {
        // The list first: what starts in between is read by itself, what goes in between is left out.
        var listed = connect.ListAllDomains();
        try
        {
            var stats = connect.GetAllDomainStats(Wanted, Nowait(connect)).ToDictionary(s => s.Domain.Uuid);
            var readings = ImmutableArray.CreateBuilder<DomainReading>(listed.Count);
            var described = new Dictionary<Guid, (int, Described)>();
            foreach (var domain in listed)
            {
                stop.ThrowIfCancellationRequested();
                var identity = domain.Identity;
                if (identity.Name.StartsWith(VmFiles.WorkbenchPrefix, StringComparison.Ordinal))
                    continue;
                try
                {
                    var what = Describe(domain, identity, described);
                    if (Of(identity, what, stats.GetValueOrDefault(identity.Uuid), domain) is { } reading)
                        readings.Add(reading);
                }
                catch (LibvirtException why) when (why.IsNotFound)
                {
                    continue; // gone since it was listed
                }
            }
            _described = described;
            return readings.ToImmutable();
        }
        finally
        {
            foreach (var domain in listed)
                domain.Dispose();
        }
    }

    /// <summary>A domain that is busy (being saved, say) is read as far as goes without waiting for it.</summary>
    private static ConnectGetAllDomainStatsFlags Nowait(Connect connect) => connect.Type is "TEST" ? 0 : ConnectGetAllDomainStatsFlags.Nowait;

    private Described Describe(Domain domain, DomainIdentity identity, Dictionary<Guid, (int, Described)> seen)
    {
        if (identity.Id is { } id && _described.TryGetValue(identity.Uuid, out var known) && known.Id == id)
        {
            seen[identity.Uuid] = known;
            return known.What;
        }
        var xml = DomainMetadata.Parse(domain.GetXmlDesc());
        var stamp = DomainMetadata.Of(xml) is { } found && found.Deployment == address.Deployment ? found : null;
        if (stamp is not null)
            Knows(identity.Uuid, stamp.Vm);
        else
            _vms.TryRemove(identity.Uuid, out _);
        var described = new Described(stamp, Number(xml.Element("vcpu"), 1), Mebibytes(xml.Element("memory")));
        if (identity.Id is { } running)
            seen[identity.Uuid] = (running, described);
        return described;
    }

    /// <summary>Null: the domain is no guest of this host yet, or no more.</summary>
    private static DomainReading? Of(DomainIdentity identity, Described what, DomainStats? stats, Domain domain)
    {
        var (state, reason) = stats?.State is { } told ? (told, stats.StateReason ?? 0) : domain.GetState();
        if (PowerOf(domain, state, reason) is not { } power)
            return null;
        var reading = new DomainReading(
            what.Stamp?.Vm, what.Stamp?.Generation ?? 0, identity.Name, identity.Uuid,
            power, DomainStates.Reason(state, reason), what.Vcpu, what.MemoryMebibytes);
        return stats is null || identity.Id is null ? reading : reading with
        {
            CpuNanoseconds = stats.CpuTime,
            MemoryRssKibibytes = (long?)stats.BalloonRss,
            NetReceivedBytes = Sum(stats, "net.count", stats.Interfaces, i => i.RxBytes),
            NetSentBytes = Sum(stats, "net.count", stats.Interfaces, i => i.TxBytes),
            DiskReadBytes = Sum(stats, "block.count", stats.Blocks, b => b.ReadBytes),
            DiskWrittenBytes = Sum(stats, "block.count", stats.Blocks, b => b.WriteBytes),
            DiskReads = Sum(stats, "block.count", stats.Blocks, b => b.ReadRequests),
            DiskWrites = Sum(stats, "block.count", stats.Blocks, b => b.WriteRequests),
        };
    }

    /// <summary>
    /// A guest that moves runs on the host that it comes from until it runs on the other, though both show it paused at the end. Null for
    /// the domain that it is to become (which libvirt keeps only from when it has come) and for the one that it was.
    /// </summary>
    private static DomainPower? PowerOf(Domain domain, DomainState state, int reason)
    {
        if (state is DomainState.Shutoff && (DomainShutoffReason)reason is DomainShutoffReason.Migrated)
            return null;
        if (!DomainStates.IsArriving(state, reason))
            return DomainStates.Power(state, reason);
        if (!domain.IsPersistent)
            return null;
        return (DomainPausedReason)reason is not DomainPausedReason.Migration ? DomainPower.Paused : DomainStates.MigrationOf(domain) switch
        {
            DomainJobOperation.MigrationOut => DomainPower.Running,
            DomainJobOperation.MigrationIn => null,
            _ => DomainPower.Paused,
        };
    }

    /// <summary>Null when the host did not count or one of them is not known: a part is not the sum.</summary>
    private static ulong? Sum<T>(DomainStats stats, string count, IReadOnlyList<T> parts, Func<T, ulong?> of) =>
        stats.Values.TryGet(count, out _) ? parts.Aggregate((ulong?)0, (sum, part) => sum + of(part)) : null;

    /// <summary>Percent of a core (100 = one core) since the reading before; 0 at the first.</summary>
    private int CpuUsed(Connect connect)
    {
        IReadOnlyDictionary<string, ulong> stats;
        try
        {
            stats = connect.GetNodeCpuStats();
        }
        catch (LibvirtException why) when (why.IsNotSupported)
        {
            return 0;
        }
        var idle = Stat(stats, NodeCpuStatsKeys.Idle) + Stat(stats, NodeCpuStatsKeys.Iowait);
        var busy = Stat(stats, NodeCpuStatsKeys.Kernel) + Stat(stats, NodeCpuStatsKeys.User);
        var sample = new CpuSample(busy, busy + idle);
        var before = _cpu;
        _cpu = sample;
        if (before is not { } last || sample.All <= last.All || sample.Busy < last.Busy)
            return 0;
        var cores = connect.GetNodeInfo().Cpus;
        return (int)((sample.Busy - last.Busy) * 100 * cores / (sample.All - last.All));
    }

    private static long MemoryFree(Connect connect)
    {
        try
        {
            var stats = connect.GetNodeMemoryStats();
            return (long)(Stat(stats, NodeMemoryStatsKeys.Free) + Stat(stats, NodeMemoryStatsKeys.Buffers) + Stat(stats, NodeMemoryStatsKeys.Cached));
        }
        catch (LibvirtException why) when (why.IsNotSupported)
        {
            return (long)(connect.FreeMemory / 1024);
        }
    }

    private static ulong Stat(IReadOnlyDictionary<string, ulong> stats, string name) => stats.TryGetValue(name, out var value) ? value : 0;

    private static int Number(XElement? element, int otherwise) =>
        int.TryParse(element?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>libvirt writes KiB unless it says otherwise.</summary>
    private static long Mebibytes(XElement? memory) =>
        long.TryParse(memory?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var kib) ? kib / 1024 : 0;
}
