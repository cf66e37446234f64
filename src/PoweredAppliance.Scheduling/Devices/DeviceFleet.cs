using System.Runtime.InteropServices;

namespace PoweredAppliance.Scheduling.Devices;

/// <summary>A host that has devices, all of one model.</summary>
/// <param name="shares">thousandths that are free of each</param>
public sealed class DeviceHost(int id, long cpuMilli, long mebibytes, string model, IReadOnlyList<int> shares)
{
    public int Id { get; } = id;

    /// <summary>Thousandths that are free of each device.</summary>
    public IReadOnlyList<int> Shares { get; } = shares;

    public DeviceRoom Room { get; } = new(cpuMilli, mebibytes, model, shares);

    public DeviceHost With(in DeviceWish wish, IReadOnlyList<int> devices)
    {
        var shares = Shares.ToArray();
        foreach (var device in devices)
            shares[device] -= wish.Share;
        return new(Id, Room.CpuMilli - wish.CpuMilli, Room.Mebibytes - wish.Mebibytes, Room.Model, shares);
    }
}

/// <param name="Devices">their numbers on the host</param>
public sealed record DeviceChoice(int Host, IReadOnlyList<int> Devices);

/// <summary>Hosts that have devices. A cost is found out once for hosts of the same room, so a decision is mostly a look at a table.</summary>
public sealed class DeviceFleet
{
    private readonly DeviceHost[] _hosts;
    private readonly int[] _roomOf;
    private readonly DeviceRule _rule;
    private readonly Outlook _outlook;
    private readonly bool _learns;
    private readonly Dictionary<DeviceRoom, int> _numbers = [];
    private readonly List<DeviceRoom> _rooms = [];
    private readonly Dictionary<DeviceWish, List<Known>> _costs = [];
    private int _edition = -1;

    /// <param name="foreknown">what is known of the future from elsewhere; null: it is learned from what comes</param>
    public DeviceFleet(IEnumerable<DeviceHost> hosts, DeviceRule rule, Outlook? foreknown = null)
    {
        _hosts = [.. hosts.OrderBy(h => h.Id)];
        _roomOf = new int[_hosts.Length];
        (_rule, _outlook, _learns) = (rule, foreknown ?? new Outlook(), foreknown is null);
    }

    public IReadOnlyList<DeviceHost> Hosts => _hosts;

    /// <summary>Null: it fits nowhere.</summary>
    public DeviceChoice? Place(in DeviceWish wish)
    {
        if (_learns)
            _outlook.Came(wish);
        Renumber();
        ref var costs = ref CollectionsMarshal.GetValueRefOrAddDefault(_costs, wish, out _);
        costs ??= [];
        while (costs.Count < _rooms.Count)
            costs.Add(default);
        var known = CollectionsMarshal.AsSpan(costs);
        var (best, least) = (-1, double.PositiveInfinity);
        for (var host = 0; host < _roomOf.Length; host++)
        {
            ref var cost = ref known[_roomOf[host]];
            if (!cost.Asked)
                cost = Ask(wish, _rooms[_roomOf[host]]);
            if (cost.Least < least)
                (best, least) = (host, cost.Least);
        }

        if (best < 0)
            return null;
        var devices = Devices(wish, _hosts[best], known[_roomOf[best]].From);
        _hosts[best] = _hosts[best].With(wish, devices);
        _roomOf[best] = Number(_hosts[best].Room);
        return new(_hosts[best].Id, devices);
    }

    private Known Ask(in DeviceWish wish, DeviceRoom room)
    {
        var known = new Known(Asked: true, double.PositiveInfinity, 0);
        if (!room.Holds(wish))
            return known;
        if (wish.Devices != 1)
            return known with { Least = _rule(room, room.After(wish, 0), _outlook) };
        for (var from = room.Next(wish, -1); from is { } free; from = room.Next(wish, free))
            if (_rule(room, room.After(wish, free), _outlook) is var cost && cost < known.Least)
                known = new(Asked: true, cost, free);
        return known;
    }

    private static List<int> Devices(DeviceWish wish, DeviceHost host, int from) => wish.Devices == 1
        ? [host.Shares.TakeWhile(s => s != from).Count()]
        : [.. Enumerable.Range(0, host.Shares.Count).Where(d => host.Shares[d] >= wish.Share).OrderBy(d => host.Shares[d]).Take(wish.Devices)];

    private void Renumber()
    {
        if (_edition == _outlook.Edition)
            return;
        _edition = _outlook.Edition;
        _numbers.Clear();
        _rooms.Clear();
        _costs.Clear();
        for (var host = 0; host < _hosts.Length; host++)
            _roomOf[host] = Number(_hosts[host].Room);
    }

    private int Number(DeviceRoom room)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, room, out var exists);
        if (!exists)
        {
            number = _rooms.Count;
            _rooms.Add(room);
        }

        return number;
    }

    private readonly record struct Known(bool Asked, double Least, int From);
}
