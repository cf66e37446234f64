using Akka.Actor;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Networks;

public static class LeaseProtocol
{
    public interface ICommand;

    /// <param name="Wanted">the network of each NIC, with the MAC or IP it asks for, if any</param>
    public sealed record Reserve(IReadOnlyList<(int Network, string? Mac, string? Ip)> Wanted) : ICommand;

    /// <summary>The VM exists now, or will never: null.</summary>
    public sealed record Settle(long Ticket, VmId? Vm) : ICommand;

    public sealed record Leased(long Ticket, IReadOnlyList<Lease> Leases);
    public sealed record Refused(Refusal Why);
}

/// <summary>
/// Lends addresses. What is lent is what the living VMs' NICs say, so a lease can neither leak nor be lent twice: this actor only
/// remembers what it lent to VMs that are being made, and takes back what a VM that is DONE still seems to hold.
/// </summary>
public sealed class LeaseActor : UntypedActor
{
    /// <summary>A VM that was not made after this will not be.</summary>
    private static readonly TimeSpan TicketLives = TimeSpan.FromMinutes(2);

    private readonly Dictionary<(int Network, int Range, int Index), Holder> _lent = [];
    private readonly Dictionary<(int Network, int Range), int> _cursors = [];
    private readonly Dictionary<long, List<(int, int, int)>> _tickets = [];
    private readonly Inventory.Inventory _inventory;
    private readonly TimeProvider _time;
    private long _lastTicket;
    private bool _filled;

    public LeaseActor(Inventory.Inventory inventory, TimeProvider time) => (_inventory, _time) = (inventory, time);

    private readonly record struct Holder(VmId? Vm, long Ticket, long Since);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LeaseProtocol.Reserve reserve:
                Fill();
                Sender.Tell(Lend(reserve));
                break;
            case LeaseProtocol.Settle settle:
                Settle(settle);
                break;
            case Wake:
                Sender.Tell(Awake.Instance);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private object Lend(LeaseProtocol.Reserve reserve)
    {
        var (ticket, leases, taken) = (++_lastTicket, new List<Lease>(), new List<(int, int, int)>());
        foreach (var (network, mac, ip) in reserve.Wanted)
        {
            var (lease, why) = Lend(network, mac, ip, ticket, taken);
            if (why is not null)
            {
                foreach (var key in taken)
                    _lent.Remove(key);
                return new LeaseProtocol.Refused(why);
            }

            leases.Add(lease!);
        }

        _tickets[ticket] = taken;
        return new LeaseProtocol.Leased(ticket, leases);
    }

    private (Lease? Lease, Refusal? Why) Lend(int network, string? mac, string? ip, long ticket, List<(int, int, int)> taken)
    {
        if (_inventory.Find(PoolKind.VirtualNetwork, network) is not { } there)
            return (null, Refusal.NotFound("virtual network", network));
        var ranges = Ranges(there);
        foreach (var range in ranges)
        {
            var wanted = ip is not null ? range.IndexOfIp(ip) : mac is not null ? range.IndexOfMac(mac) : Next(network, range);
            if (wanted < 0 || !IsFree((network, range.Id, wanted)))
                continue;
            _lent[(network, range.Id, wanted)] = new(null, ticket, _time.GetTimestamp());
            taken.Add((network, range.Id, wanted));
            return (new(range.Id, mac ?? range.Mac(wanted), range.Ip(wanted)), null);
        }

        var size = ranges.Sum(r => r.Size);
        var text = (ip ?? mac) is { } asked
            ? $"Cannot get IP/MAC lease {asked} from virtual network [{network}] ({there.Name}): it is in use or outside its {ranges.Count} address ranges."
            : $"Cannot get IP/MAC lease from virtual network [{network}] ({there.Name}): all {size} addresses are in use.";
        return (null, new(ErrorCode.Internal, text, ip is not null ? "IP" : "MAC", ip ?? mac, network));
    }

    private int Next(int network, AddressRange range)
    {
        var start = _cursors.GetValueOrDefault((network, range.Id));
        for (var i = 0; i < range.Size; i++)
        {
            var index = (start + i) % range.Size;
            if (!IsFree((network, range.Id, index)))
                continue;
            _cursors[(network, range.Id)] = (index + 1) % range.Size;
            return index;
        }

        return -1;
    }

    private bool IsFree((int, int, int) key)
    {
        if (!_lent.TryGetValue(key, out var holder))
            return true;
        var over = holder.Vm is { } vm
            ? _inventory.Vms.Find(vm) is null or { State: VmState.Done }
            : _time.GetElapsedTime(holder.Since) > TicketLives;
        if (!over)
            return false;
        _lent.Remove(key);
        if (holder.Vm is not null)
            return true;
        // Its maker never said how it ended; the VM may be there.
        _filled = false;
        Fill();
        return !_lent.ContainsKey(key);
    }

    private void Settle(LeaseProtocol.Settle settle)
    {
        if (!_tickets.Remove(settle.Ticket, out var keys))
            return;
        foreach (var key in keys)
            if (settle.Vm is { } vm)
                _lent[key] = new(vm, 0, 0);
            else
                _lent.Remove(key);
    }

    private void Fill()
    {
        if (_filled)
            return;
        _filled = true;
        foreach (var vm in _inventory.Vms.Ascending())
            if (vm.State is not VmState.Done)
                foreach (var (network, range, index) in Held(_inventory, vm))
                    _lent[(network, range, index)] = new(vm.Id, 0, 0);
    }

    /// <summary>The addresses that a VM's NICs hold: network, address range, index in it.</summary>
    public static IEnumerable<(int Network, int Range, int Index)> Held(Inventory.Inventory inventory, VirtualMachine vm)
    {
        foreach (var nic in vm.Template.Vectors("NIC"))
        {
            if (!int.TryParse(nic["NETWORK_ID"], out var id) || inventory.Find(PoolKind.VirtualNetwork, id) is not { } network)
                continue;
            foreach (var range in Ranges(network))
                if (nic["AR_ID"] == range.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)
                    && (nic["IP"] is { Length: > 0 } ip ? range.IndexOfIp(ip) : range.IndexOfMac(nic["MAC"] ?? "")) is >= 0 and var index)
                    yield return (id, range.Id, index);
        }
    }

    public static List<AddressRange> Ranges(PooledObject network) =>
        [.. network.Template.Vectors("AR").Select((ar, i) => AddressRange.Read(ar, i).Range).OfType<AddressRange>()];
}
