using System.Diagnostics.CodeAnalysis;
using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>
/// What is free on every host: what the hosts said last, less what was offered to VMs and not answered yet. For one
/// thread. The host itself decides; this map only keeps a scheduler from offering the same room twice.
/// </summary>
public sealed class CapacityMap
{
    private readonly Dictionary<HostId, int> _slots = [];
    private readonly List<Slot> _hosts = [];
    private readonly Dictionary<(VmId Vm, int Generation), Offer> _offers = [];

    public int Hosts => _hosts.Count;

    /// <summary>Offers that nobody has released.</summary>
    public int Offers => _offers.Count;

    /// <summary>
    /// The host's newest word about itself. Outstanding offers stay subtracted: release those that it includes.
    /// </summary>
    public void Upsert(HostCapacity host)
    {
        if (!_slots.TryGetValue(host.Id, out var slot))
        {
            _slots[host.Id] = _hosts.Count;
            _hosts.Add(new Slot(host, host, 0));
            return;
        }

        var offers = _hosts[slot].Offers;
        var free = host;
        if (offers > 0)
            free = _offers.Values.Where(o => o.Host == host.Id).Aggregate(host, (left, o) => left.With(o.Demand));
        _hosts[slot] = new Slot(host, free, offers);
    }

    /// <summary>Forgets the host and what was offered on it.</summary>
    public bool Remove(HostId host)
    {
        if (!_slots.Remove(host, out var slot))
            return false;

        if (_hosts[slot].Offers > 0)
        {
            foreach (var key in _offers.Where(o => o.Value.Host == host).Select(o => o.Key).ToList())
                _offers.Remove(key);
        }

        var last = _hosts.Count - 1;
        if (slot != last)
        {
            _hosts[slot] = _hosts[last];
            _slots[_hosts[slot].Said.Id] = slot;
        }

        _hosts.RemoveAt(last);
        return true;
    }

    /// <summary>What is free on the host after outstanding offers.</summary>
    public bool TryGet(HostId host, [NotNullWhen(true)] out HostCapacity? free)
    {
        free = _slots.TryGetValue(host, out var slot) ? _hosts[slot].Free : null;
        return free is not null;
    }

    /// <summary>
    /// The host that <see cref="Placement.Place"/> would choose, without the list of what was looked at. Allocates nothing.
    /// </summary>
    public HostId? Choose(Demand demand)
    {
        (HostId Host, Preference Why)? chosen = null;
        foreach (var slot in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_hosts))
        {
            var host = slot.Free;
            if (Placement.Fit(demand, host) is not Misfit.None)
                continue;
            var next = Preference.Of(demand, host);
            if (chosen is not var (best, why) || next.IsBetterThan(why) || (next == why && host.Id.Value < best.Value))
                chosen = (host.Id, next);
        }

        return chosen?.Host;
    }

    /// <summary>The choice with its reasons; a record for each host. Does not reserve.</summary>
    public Verdict Place(Demand demand) => Placement.Place(demand, _hosts.Select(h => h.Free));

    /// <summary>
    /// Takes the room for an offer. Asked again for the same VM and generation: true on the same host, false on another.
    /// False, too, where the host is unknown or the demand does not fit any more.
    /// </summary>
    public bool TryReserve(Demand demand, int generation, HostId host)
    {
        if (_offers.TryGetValue((demand.Vm, generation), out var there))
            return there.Host == host;
        if (!_slots.TryGetValue(host, out var slot) || Placement.Fit(demand, _hosts[slot].Free) is not Misfit.None)
            return false;

        _offers.Add((demand.Vm, generation), new Offer(host, demand));
        var (said, free, offers) = _hosts[slot];
        _hosts[slot] = new Slot(said, free.With(demand), offers + 1);
        return true;
    }

    /// <summary>
    /// Gives the room of an offer back: refused, expired, or granted and contained in the host's newest word.
    /// False: no such offer.
    /// </summary>
    public bool Release(VmId vm, int generation)
    {
        if (!_offers.Remove((vm, generation), out var offer))
            return false;

        var slot = _slots[offer.Host];
        var (said, free, offers) = _hosts[slot];
        var demand = offer.Demand;
        _hosts[slot] = new Slot(said, offers == 1 ? said : free with
        {
            CpuPercentFree = free.CpuPercentFree + demand.CpuPercent,
            MemoryFreeKibibytes = free.MemoryFreeKibibytes + demand.MemoryKibibytes,
            DiskFreeMebibytes = free.DiskFreeMebibytes + demand.DiskMebibytes,
            RunningVms = free.RunningVms - 1,
        }, offers - 1);
        return true;
    }

    private readonly record struct Slot(HostCapacity Said, HostCapacity Free, int Offers);

    private readonly record struct Offer(HostId Host, Demand Demand);
}
