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
    private Room[] _free = [];
    private Said[] _said = [];
    private string[] _names = [];

    /// <param name="attributes">all values of a host's attribute by its name, as they are when they are asked for</param>
    public CapacityMap(HostLookup attributes)
    {
        _attributes = attributes;
        _shapes = new(_changes, ColumnOf, host => _said[host].IsKnown ? _models[_said[host].Model].Cluster : int.MinValue, ShownOf);
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
        if (id >= _free.Length)
            Grow(id + 1);

        ref var said = ref _said[id];
        if (said.IsKnown)
            Forget(id);
        else
            said.NewestOffer = OfferBook.None;
        Hosts++;
        said = new Said(host.Enabled, host.Monitored, _models.Of(host), said.NewestOffer);
        _shapes.Clusters.Set(host.Cluster, id, isIn: true);
        _names[id] = host.Name;
        ref var free = ref _free[id];
        free = new Room(host.CpuPercentFree, host.MemoryFreeKibibytes, host.DiskFreeMebibytes, host.RunningVms);
        for (var offer = said.NewestOffer; offer != OfferBook.None; offer = _offers[offer].OlderOnHost)
            free.Take(_offers[offer].Room);
        Show(id);
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
        ref var newest = ref _said[host.Value].NewestOffer;
        while (newest != OfferBook.None)
            _offers.Remove(newest, ref newest);
        (_said[host.Value], _names[host.Value]) = (default, "");
        _changes.Attributes.Add(host.Value);
        return true;
    }

    /// <summary>What is free on the host after outstanding offers.</summary>
    public bool TryGet(HostId host, [NotNullWhen(true)] out HostCapacity? free)
    {
        free = Knows(host) ? Capacity(host.Value) : null;
        return free is not null;
    }

    /// <summary>The choice with its reasons; a record for each host. Does not reserve.</summary>
    public Verdict Place(Demand demand) => Placement.Place(demand, Enumerable.Range(0, _said.Length).Where(id => _said[id].IsKnown).Select(Capacity));

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

        var now = _free[host.Value];
        now.Take(asked);
        Become(host.Value, now);
        _offers.Add(demand.Vm.Value, generation, host.Value, asked, ref _said[host.Value].NewestOffer);
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
        var now = _free[host];
        now.Give(_offers[offer].Room);
        Become(host, now);
        _offers.Remove(offer, ref _said[host].NewestOffer);
        return true;
    }

    private void Forget(int host)
    {
        Hide(host);
        Hosts--;
        _shapes.Clusters.Set(_models[_said[host].Model].Cluster, host, isIn: false);
    }

    /// <summary>Out of the index, before what is free on it changes.</summary>
    private void Hide(int host)
    {
        if (_said[host].IsOpen && _free[host].IsAny)
            _models[_said[host].Model].Index.Remove(host, _free[host]);
    }

    private void Show(int host)
    {
        if (_said[host].IsOpen && _free[host].IsAny)
            _models[_said[host].Model].Index.Add(host, _free[host]);
    }

    /// <summary>What is free on the host is other than before.</summary>
    private void Become(int host, in Room now)
    {
        _changes.Rooms.Add(host);
        ref var free = ref _free[host];
        if (_said[host].IsOpen && free.IsAny && now.IsAny)
        {
            _models[_said[host].Model].Index.Move(host, free, now);
            free = now;
            return;
        }

        Hide(host);
        free = now;
        Show(host);
    }

    private bool Knows(HostId host) => (uint)host.Value < (uint)_said.Length && _said[host.Value].IsKnown;

    private HostCapacity Capacity(int host)
    {
        var (said, free, model) = (_said[host], _free[host], _models[_said[host].Model]);
        return new HostCapacity(
            new(host), _names[host], model.Cluster, said.IsEnabled, said.IsMonitored, model.CpuPercent, free.CpuPercent, model.Kibibytes, free.Kibibytes,
            free.MebibytesOfDisk, free.Vms, ValuesOf);
    }

    private void Grow(int hosts)
    {
        var length = Math.Max(hosts, _free.Length + _free.Length / 16);
        Array.Resize(ref _free, length);
        Array.Resize(ref _said, length);
        Array.Resize(ref _names, length);
    }

    private static Room RoomOf(Demand demand) => new(Math.Max(0, demand.CpuPercent), Math.Max(0, demand.MemoryKibibytes), Math.Max(0, demand.DiskMebibytes));

    private struct Said(bool enabled, bool monitored, int model, int newestOffer)
    {
        public int NewestOffer = newestOffer;

        public readonly bool IsKnown { get; } = true;

        public readonly bool IsEnabled { get; } = enabled;

        public readonly bool IsMonitored { get; } = monitored;

        public readonly int Model { get; } = model;

        public readonly bool IsOpen => IsEnabled && IsMonitored;
    }
}
