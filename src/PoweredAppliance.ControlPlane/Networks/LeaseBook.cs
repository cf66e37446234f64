using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Networks;

/// <summary>
/// Which addresses are free. Taken is what the living VMs' NICs, the holds, reservations and routers in the picture say, and what was
/// granted and is on its way into it; so a lease can neither leak nor be lent twice. An address that stands in two ranges is one address.
/// </summary>
public sealed class LeaseBook(Inventory.Inventory inventory, TimeProvider time)
{
    private readonly Dictionary<(int Network, Address Address), Borrower> _lent = [];
    private readonly Dictionary<long, List<(int Network, Address Address)>> _tickets = [];
    private readonly Dictionary<long, Fence> _fences = [];
    private readonly Dictionary<(int Network, int Range), int> _cursors = [];
    private readonly Dictionary<int, Picture> _pictures = [];
    private long _lastTicket;
    private readonly HashSet<int> _filled = [];

    /// <param name="Seen">the template in which the VM was last found to have the address; null: not looked yet</param>
    private readonly record struct Borrower(VmId? Vm, long Since, Template? Seen = null);

    /// <summary>Indexes of a range, up to but not including To, that nobody gets now; without a range all of the network.</summary>
    private sealed record Fence(int Network, AddressRange? Range, int From, int To, long Since)
    {
        public bool Has(Address address) => Range is null || (Range.IndexOf(address) is var index && index >= From && index < To);

        public bool Meets(Fence other) => Network == other.Network
            && (Range is null || other.Range is null || (Range.Id == other.Range.Id && From < other.To && other.From < To));
    }

    /// <summary>What is stored of a network, as long as the pools it was read from are the newest.</summary>
    private sealed record Picture(
        PooledObject Network, object Networks, object Routers, ImmutableArray<AddressRange> Ranges, ImmutableHashSet<Address> Taken,
        ImmutableArray<AddressRange> Reserved)
    {
        public bool Takes(Address address) => Taken.Contains(address) || Reserved.Any(r => r.IndexOf(address) >= 0);
    }

    /// <summary>All wishes or none.</summary>
    public (long Ticket, IReadOnlyList<Lease> Leases, Refusal? Why) Lend(IReadOnlyList<LeaseWish> wishes)
    {
        var (ticket, leases, taken) = (++_lastTicket, new List<Lease>(), new List<(int, Address)>());
        foreach (var wish in wishes)
        {
            if (Look(wish.Network) is not { } picture)
                return Undo(Refusal.NotFound("virtual network", wish.Network));
            var (lease, why) = Leasing.Choose(
                picture.Network, picture.Ranges, wish, (range, index) => IsFree(picture, range, index),
                range => _cursors.GetValueOrDefault((wish.Network, range.Id)) % range.Size);
            if (why is not null)
                return Undo(why);
            if (wish.IsForAny)
                _cursors[(wish.Network, lease!.Range.Id)] = lease.Index + 1;
            foreach (var address in lease!.Range.Addresses(lease.Index))
            {
                _lent[(wish.Network, address)] = new(null, time.GetTimestamp());
                taken.Add((wish.Network, address));
            }

            leases.Add(lease);
        }

        _tickets[ticket] = taken;
        return (ticket, leases, null);

        (long, IReadOnlyList<Lease>, Refusal?) Undo(Refusal why)
        {
            taken.ForEach(key => _lent.Remove(key));
            return (0, [], why);
        }
    }

    /// <summary>A run of free addresses; nobody else gets them before the ticket is settled.</summary>
    public (long Ticket, Lease? Lease) Take(int network, int? range, Address? first, int size)
    {
        if (Look(network) is not { } picture || Leasing.Run(picture.Ranges, size, range, first, (r, i) => IsFree(picture, r, i)) is not { } run)
            return (0, null);
        _fences[++_lastTicket] = new(network, run.Range, run.Index, run.Index + size, time.GetTimestamp());
        return (_lastTicket, run);
    }

    /// <summary>Nothing is lent of these ranges from the index on before the ticket is settled. Refused while something is in use there.</summary>
    public (long Ticket, Refusal? Why) Close(int network, int? range, int from, bool evenInUse)
    {
        if (Look(network) is not { } picture)
            return (0, Refusal.NotFound("virtual network", network));
        var closing = range is { } id ? picture.Ranges.FirstOrDefault(r => r.Id == id) : null;
        if (closing is null && range is not null)
            return (0, new(ErrorCode.Internal, "Address Range does not exist", "AR_ID", $"{range}", network));
        var fence = new Fence(network, closing, from, int.MaxValue, time.GetTimestamp());
        if (Fences(network).Any(f => f.Meets(fence)) || Borrowed(fence, evenInUse) || (!evenInUse && IsStored(picture, fence)))
            return (0, closing is null
                ? new(ErrorCode.Action, $"Can not remove a virtual network with leases in use{Users(network)}", ObjectId: network)
                : new(ErrorCode.Internal, from == 0
                    ? "Address Range has leases in use"
                    : "New SIZE cannot be applied. There are used leases that would fall outside the range.", "AR_ID", $"{range}", network));
        _fences[++_lastTicket] = fence;
        return (_lastTicket, null);
    }

    /// <summary>The VMs that have leases there, for the end of a refusal.</summary>
    private string Users(int network) => inventory.VmsOfNetwork(network) switch
    {
        [] => "",
        [var only] => $": {Named(only)} has one",
        { Count: var count } all => $": {Named(all[0])} and {count - 1} others have some",
    };

    private string Named(int vm) => $"VM {vm} ({inventory.Vms.Find(new(vm))?.Name})";

    public void Settle(long ticket, VmId? vm)
    {
        _fences.Remove(ticket);
        if (!_tickets.Remove(ticket, out var keys))
            return;
        foreach (var key in keys)
            if (vm is not null)
                _lent[key] = new(vm, 0);
            else
                _lent.Remove(key);
    }

    private bool IsFree(Picture picture, AddressRange range, int index)
    {
        foreach (var address in range.Addresses(index))
            if (picture.Takes(address) || (_fences.Count > 0 && Fences(picture.Network.Id).Any(f => f.Has(address))) || IsLent((picture.Network.Id, address)))
                return false;
        return true;
    }

    private IEnumerable<Fence> Fences(int network)
    {
        foreach (var (ticket, fence) in _fences)
            if (fence.Network == network)
                if (time.GetElapsedTime(fence.Since) <= Tickets.Live)
                    yield return fence;
                else
                    _fences.Remove(ticket);
    }

    /// <summary>Whether somebody has an address behind the fence, or with <paramref name="onlyGranted"/> is about to.</summary>
    private bool Borrowed(Fence fence, bool onlyGranted) => _lent.Keys.ToList().Exists(key =>
        key.Network == fence.Network && fence.Has(key.Address) && IsLent(key) && (!onlyGranted || _lent[key].Vm is null));

    private static bool IsStored(Picture picture, Fence fence) => picture.Taken.Any(fence.Has)
        || picture.Reserved.Any(r => fence.Range is null || (fence.Range.IndexOf(Address.Mac(r.FirstMac)) is >= 0 and var first && first + r.Size > fence.From));

    private bool IsLent((int Network, Address Address) key)
    {
        if (!_lent.TryGetValue(key, out var borrower))
            return false;
        if (borrower.Vm is { } vm ? Has(vm, key) : time.GetElapsedTime(borrower.Since) <= Tickets.Live)
            return true;
        _lent.Remove(key);
        if (borrower.Vm is not null)
            return false;
        // Its maker never said how it ended; the VM may be there.
        _filled.Remove(key.Network);
        Fill(key.Network);
        return _lent.ContainsKey(key);
    }

    /// <summary>Whether the VM lives and has the address still: its NIC may have been detached. Looked for again only when its template changed.</summary>
    private bool Has(VmId id, (int Network, Address Address) key)
    {
        if (inventory.Vms.Find(id) is not { State: not VmState.Done } vm)
            return false;
        if (ReferenceEquals(vm.Template, _lent[key].Seen))
            return true;
        if (!Leases.Nics(vm).Any(n => n.Network == key.Network && Address.Of(n.Nic).Contains(key.Address)))
            return false;
        _lent[key] = _lent[key] with { Seen = vm.Template };
        return true;
    }

    /// <summary>What living VMs have of the network is learned once; from then on whatever is lent of it is lent here.</summary>
    private void Fill(int network)
    {
        if (!_filled.Add(network))
            return;
        foreach (var user in inventory.VmsOfNetwork(network))
            if (inventory.Vms.Find(new(user)) is { } vm)
                foreach (var (_, nic) in Leases.Nics(vm).Where(n => n.Network == network))
                    foreach (var address in Address.Of(nic))
                        _lent[(network, address)] = new(vm.Id, 0);
    }

    private Picture? Look(int network)
    {
        var (networks, routers) = (inventory.All(PoolKind.VirtualNetwork), inventory.All(PoolKind.VirtualRouter));
        if (!networks.TryGetValue(network, out var there))
            return null;
        Fill(network);
        if (_pictures.TryGetValue(network, out var known) && ReferenceEquals(known.Networks, networks) && ReferenceEquals(known.Routers, routers))
            return known;
        var ranges = AddressRanges.Of(there);
        var taken = ranges.SelectMany(r => r.Held.SelectMany(r.Addresses))
            .Concat(routers.Values.SelectMany(VirtualRouters.Addresses).Where(a => a.Network == network).Select(a => a.Address));
        return _pictures[network] = new(
            there, networks, routers, ranges, [.. taken], [.. Leases.Reservations(inventory, network).SelectMany(n => AddressRanges.Of(n))]);
    }
}
