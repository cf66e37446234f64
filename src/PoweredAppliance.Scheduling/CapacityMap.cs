using System.Diagnostics.CodeAnalysis;
using PoweredAppliance.Core;
using PoweredAppliance.Scheduling.Index;
using PoweredAppliance.Scheduling.Shapes;

namespace PoweredAppliance.Scheduling;

/// <summary>
/// What is free on every host: what the hosts said last, less what was offered to VMs and not answered yet. For one
/// thread. The host itself decides; this map only keeps a scheduler from offering the same room twice.
/// </summary>
/// <remarks>Arrays by the host's id: ids count up from 0 and are never used again, so they are the shortest way to a host.</remarks>
public sealed partial class CapacityMap
{
    private const int MostIds = 1 << FitIndex.IdBits;

    private readonly Models _models = new();
    private readonly OfferBook _offers = new();
    private readonly HostChanges _changes = new();
    private readonly ShapeBook _shapes;
    private readonly HostLookup _attributes;
    private Known[] _hosts = [];
    private string[] _names = [];

    /// <param name="attributes">all values of a host's attribute by its name, as they are when they are asked for</param>
    public CapacityMap(HostLookup attributes)
    {
        _attributes = attributes;
        _shapes = new(_changes, ColumnOf, host => _hosts[host].IsSaid ? _models[_hosts[host].Model].Cluster : int.MinValue, _models, KnownOf);
    }

    public int Hosts { get; private set; }

    /// <summary>Offers that nobody has released.</summary>
    public int Offers => _offers.Count;

    /// <summary>
    /// The host's newest word about itself. Outstanding offers stay subtracted: release those that it includes.
    /// </summary>
    public void Upsert(HostCapacity host)
    {
        var id = host.Id.Value;
        ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(host));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, MostIds, nameof(host));
        if (id >= _hosts.Length)
            Grow(id + 1);

        ref var known = ref _hosts[id];
        if (known.IsSaid)
            Forget(id);
        else
            known.NewestOffer = OfferBook.None;
        Hosts++;
        var free = new Room(host.CpuPercentFree, host.MemoryFreeKibibytes, host.DiskFreeMebibytes, host.RunningVms);
        for (var offer = known.NewestOffer; offer != OfferBook.None; offer = _offers[offer].OlderOnHost)
            free.Take(_offers[offer].Room);
        known = new Known(free, host.Enabled, host.Monitored, _models.Of(host), known.NewestOffer);
        _shapes.Clusters.Set(host.Cluster, id, isIn: true);
        _names[id] = host.Name;
        if (known.IsShown && IndexOf(known) is var index)
            index.Add(index.Scale.SpotOf(id, known.Free));
        _changes.Attributes.Add(id);
    }

    /// <summary>An attribute of the host may be another than before, though the host itself said nothing.</summary>
    public void Reread(HostId host)
    {
        if (Knows(host))
            _changes.Attributes.Add(host.Value);
    }

    /// <summary>Forgets the host and what was offered on it.</summary>
    public bool Remove(HostId host)
    {
        if (!Knows(host))
            return false;

        Forget(host.Value);
        ref var newest = ref _hosts[host.Value].NewestOffer;
        while (newest != OfferBook.None)
            _offers.Remove(newest, ref newest);
        (_hosts[host.Value], _names[host.Value]) = (default, "");
        _changes.Attributes.Add(host.Value);
        return true;
    }

    /// <summary>What is free on the host after outstanding offers.</summary>
    public bool TryGet(HostId host, [NotNullWhen(true)] out HostCapacity? free)
    {
        free = Knows(host) ? Capacity(host.Value) : null;
        return free is not null;
    }

    /// <summary>All hosts as they are now. Costs what it takes to copy half a line of the cache for each.</summary>
    public HostsSeen See() => new([.. _hosts], [.. _names], _models.All());

    /// <summary>The choice with its reasons; a record for each host. Does not reserve.</summary>
    public Verdict Place(Demand demand) => Placement.Place(demand, Enumerable.Range(0, _hosts.Length).Where(id => _hosts[id].IsSaid).Select(Capacity));

    /// <summary>
    /// Takes the room for an offer. Asked again for the same VM and generation: true on the same host, false on another.
    /// False, too, where the host is unknown or the demand does not fit any more.
    /// </summary>
    public bool TryReserve(Demand demand, int generation, HostId host)
    {
        if (_offers.Find(demand.Vm.Value, generation) is var there and not OfferBook.None)
            return _offers[there].Host == host.Value;
        var asked = RoomOf(demand);
        if (!Knows(host) || demand.Only is { } only && only != host || !Fits(demand, asked, host.Value))
            return false;

        ref var known = ref _hosts[host.Value];
        Change(host.Value, ref known, asked, taken: true);
        _offers.Add(demand.Vm.Value, generation, host.Value, asked, ref known.NewestOffer);
        return true;
    }

    /// <summary>
    /// Gives the room of an offer back: refused, expired, or granted and contained in the host's newest word.
    /// False: no such offer.
    /// </summary>
    public bool Release(VmId vm, int generation)
    {
        var offer = _offers.Find(vm.Value, generation);
        if (offer == OfferBook.None)
            return false;

        var host = _offers[offer].Host;
        ref var known = ref _hosts[host];
        Change(host, ref known, _offers[offer].Room, taken: false);
        _offers.Remove(offer, ref known.NewestOffer);
        return true;
    }

    private void Forget(int host)
    {
        ref var known = ref _hosts[host];
        if (known.IsShown && IndexOf(known) is var index)
            index.Remove(index.Scale.SpotOf(host, known.Free));
        Hosts--;
        _shapes.Clusters.Set(_models[known.Model].Cluster, host, isIn: false);
    }

    /// <summary>What is free on the host becomes less, or more again.</summary>
    private void Change(int host, ref Known known, in Room room, bool taken)
    {
        _changes.Rooms.Add(host);
        if (!known.IsOpen)
        {
            known.Free.Change(room, taken);
            return;
        }

        var index = IndexOf(known);
        var (wasAny, from) = (known.Free.IsAny, index.Scale.SpotOf(host, known.Free));
        known.Free.Change(room, taken);
        var to = index.Scale.SpotOf(host, known.Free);
        if (wasAny)
            index.Remove(from);
        if (known.Free.IsAny)
            index.Add(to);
    }

    private FitIndex IndexOf(in Known known) => _models.IndexOf(known.Model);

    private bool Knows(HostId host) => (uint)host.Value < (uint)_hosts.Length && _hosts[host.Value].IsSaid;

    private HostCapacity Capacity(int host) => _hosts[host].Capacity(host, _names[host], _models[_hosts[host].Model], ValuesOf);

    private void Grow(int hosts)
    {
        var length = Math.Max(hosts, _hosts.Length + _hosts.Length / 16);
        Array.Resize(ref _hosts, length);
        Array.Resize(ref _names, length);
    }

    private static Room RoomOf(Demand demand) => new(Math.Max(0, demand.CpuPercent), Math.Max(0, demand.MemoryKibibytes), Math.Max(0, demand.DiskMebibytes));
}
