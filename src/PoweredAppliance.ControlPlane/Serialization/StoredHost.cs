using System.Collections.Immutable;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.ControlPlane.Serialization.StoredVm;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>How a host's events lie in the journal; the rules of <see cref="StoredVm"/> hold.</summary>
internal static class StoredHost
{
    internal sealed record ConfiguredV1(
        int Host, long At, string Name, string Uri, string DatastorePath, HostStatus Status, int Cluster, string? Profile,
        string ReservedCpu, string ReservedMemory);
    internal sealed record CapacityLearnedV1(int Host, long At, int CpuPercent, long MemoryKib, long DiskMib);
    internal sealed record ClaimedV1(int Host, long At, int Vm, int Generation, int CpuPercent, long MemoryKib, long DiskMib, int GraphicsPort);
    internal sealed record FreedV1(int Host, long At, int Vm, int Generation);
    internal sealed record RetiredV1(int Host, long At);

    internal static (string Manifest, object Form) Store(HostProtocol.IEvent e)
    {
        var (host, at) = (e.Host.Value, e.At.ToUnixTimeMilliseconds());
        return e switch
        {
            HostProtocol.Configured { Settings: var s } => ("host/configured/1", new ConfiguredV1(
                host, at, s.Name, s.Uri, s.DatastorePath, s.Status, s.Cluster, s.Profile, s.ReservedCpu, s.ReservedMemory)),
            HostProtocol.CapacityLearned { Total: var t } => ("host/capacity-learned/1", new CapacityLearnedV1(
                host, at, t.CpuPercent, t.MemoryKibibytes, t.DiskMebibytes)),
            HostProtocol.Claimed c => ("host/claimed/1", new ClaimedV1(
                host, at, c.Vm.Value, c.Generation, c.Room.CpuPercent, c.Room.MemoryKibibytes, c.Room.DiskMebibytes, c.GraphicsPort)),
            HostProtocol.Freed f => ("host/freed/1", new FreedV1(host, at, f.Vm.Value, f.Generation)),
            HostProtocol.Retired => ("host/retired/1", new RetiredV1(host, at)),
            _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event without a stored form"),
        };
    }

    internal static HostProtocol.IEvent Restore(object form) => form switch
    {
        ConfiguredV1 c => new HostProtocol.Configured(new(c.Host), Time(c.At), new(
            c.Name, c.Uri, c.DatastorePath, c.Status, c.Cluster, c.Profile, c.ReservedCpu, c.ReservedMemory)),
        CapacityLearnedV1 l => new HostProtocol.CapacityLearned(new(l.Host), Time(l.At), new(l.CpuPercent, l.MemoryKib, l.DiskMib)),
        ClaimedV1 c => new HostProtocol.Claimed(
            new(c.Host), Time(c.At), new(c.Vm), c.Generation, new(c.CpuPercent, c.MemoryKib, c.DiskMib), c.GraphicsPort),
        FreedV1 f => new HostProtocol.Freed(new(f.Host), Time(f.At), new(f.Vm), f.Generation),
        RetiredV1 r => new HostProtocol.Retired(new(r.Host), Time(r.At)),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "not a stored form of a host"),
    };
}

/// <summary>How a pool's events lie in the journal; the rules of <see cref="StoredVm"/> hold.</summary>
internal static class StoredPool
{
    internal sealed record PutV1(
        PoolKind Kind, long At, int Id, string Name, int Uid, int Gid, int Permissions, long RegTime, string Template,
        Dictionary<string, string> Facts);
    internal sealed record DroppedV1(PoolKind Kind, long At, int Id);

    internal static (string Manifest, object Form) Store(PoolProtocol.IEvent e) => e switch
    {
        PoolProtocol.Put { Object: var o } => ("pool/put/1", new PutV1(
            o.Kind, e.At.ToUnixTimeMilliseconds(), o.Id, o.Name, o.Owner.User.Value, o.Owner.Group.Value, o.Permissions, o.RegTime,
            o.Template.ToText(), new(o.Facts))),
        PoolProtocol.Dropped d => ("pool/dropped/1", new DroppedV1(d.Kind, e.At.ToUnixTimeMilliseconds(), d.Id)),
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event without a stored form"),
    };

    internal static PoolProtocol.IEvent Restore(object form) => form switch
    {
        PutV1 p => new PoolProtocol.Put(p.Kind, Time(p.At), new(
            p.Kind, p.Id, p.Name, By(p.Uid, p.Gid), p.Permissions, p.RegTime, Template.Parse(p.Template), p.Facts.ToImmutableSortedDictionary())),
        DroppedV1 d => new PoolProtocol.Dropped(d.Kind, Time(d.At), d.Id),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "not a stored form of a pool"),
    };
}

/// <summary>How the zone's events lie in the journal; the rules of <see cref="StoredVm"/> hold.</summary>
internal static class StoredZone
{
    internal sealed record FoundedV1(int Zone, long At, string Name, Guid Deployment, string Endpoint);
    internal sealed record DescribedV1(int Zone, long At, string Name, string Template);
    internal sealed record EnabledV1(int Zone, long At, bool On);

    internal static (string Manifest, object Form) Store(ZoneProtocol.IEvent e) => e switch
    {
        ZoneProtocol.Founded f => ("zone/founded/1", new FoundedV1(f.Zone, f.At.ToUnixTimeMilliseconds(), f.Name, f.Deployment, f.Endpoint)),
        ZoneProtocol.Enabled on => ("zone/enabled/1", new EnabledV1(on.Zone, on.At.ToUnixTimeMilliseconds(), on.On)),
        ZoneProtocol.Described d => ("zone/described/1", new DescribedV1(d.Zone, d.At.ToUnixTimeMilliseconds(), d.Name, d.Template.ToText())),
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event without a stored form"),
    };

    internal static ZoneProtocol.IEvent Restore(object form) => form switch
    {
        FoundedV1 f => new ZoneProtocol.Founded(f.Zone, Time(f.At), f.Name, f.Deployment, f.Endpoint),
        EnabledV1 on => new ZoneProtocol.Enabled(on.Zone, Time(on.At), on.On),
        DescribedV1 d => new ZoneProtocol.Described(d.Zone, Time(d.At), d.Name, Template.Parse(d.Template)),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "not a stored form of a zone"),
    };
}
