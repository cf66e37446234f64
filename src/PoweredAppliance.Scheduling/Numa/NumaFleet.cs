namespace PoweredAppliance.Scheduling.Numa;

public sealed record NumaHost(int Id, int Rack, NumaRoom Room);

/// <param name="Cells">a bit for each cell that the VM gets</param>
public readonly record struct NumaChoice(int Host, int Cells);

/// <summary>Hosts with NUMA cells, in racks.</summary>
/// <param name="careful">of racks for groups: the first VM of a group that is kept together goes to the rack with most places, and others leave it room</param>
public sealed class NumaFleet(IEnumerable<NumaHost> hosts, NumaRule rule, bool careful)
{
    /// <summary>So much dearer is room in a rack for each group that is bound to it. From a tenth to one it makes little difference; at none, a lot.</summary>
    private const double Bound = 0.3;

    private readonly NumaHost[] _hosts = [.. hosts.OrderBy(h => h.Id)];
    private readonly NumaGroups _groups = new();
    private readonly Dictionary<NumaRoom, Option> _asked = [];
    private Scarcity? _scarcity;

    public IReadOnlyList<NumaHost> Hosts => _hosts;

    /// <summary>Null: it fits nowhere that its group allows.</summary>
    public NumaChoice? Place(in NumaWish wish, in NumaGroup group = default)
    {
        _scarcity ??= new Scarcity(_hosts.Select(h => h.Room));
        _scarcity.Came(wish);
        _asked.Clear();
        var rack = _groups.RackOf(group) ?? (careful && group.Grouping is Grouping.Together ? Roomiest(wish) : null);
        var (best, least, option) = (-1, double.PositiveInfinity, default(Option));
        for (var n = 0; n < _hosts.Length; n++)
        {
            var host = _hosts[n];
            if ((rack is { } only && only != host.Rack) || !_groups.Allows(group, n, host.Rack))
                continue;
            if (!_asked.TryGetValue(host.Room, out var ask))
                _asked.Add(host.Room, ask = Ask(wish, host.Room));
            if (ask.After is null)
                continue;
            var cost = careful && rack is null ? ask.Cost * (1 + Bound * _groups.BoundTo(host.Rack)) : ask.Cost;
            if (cost < least)
                (best, least, option) = (n, cost, ask);
        }

        if (best < 0)
            return null;
        _hosts[best] = _hosts[best] with { Room = option.After! };
        _scarcity.Changed(best, option.After!);
        _groups.Placed(group, best, _hosts[best].Rack);
        return new(_hosts[best].Id, option.Taken);
    }

    private Option Ask(in NumaWish wish, NumaRoom room)
    {
        var best = new Option(double.PositiveInfinity, null, 0);
        for (var first = 0; first < (wish.Cells == 1 ? room.Cells.Length : 1); first++)
            if (room.After(wish, first, out var taken) is { } after && rule(room, after, taken, _scarcity!) is var cost && cost < best.Cost)
                best = new(cost, after, taken);
        return best;
    }

    /// <summary>The lowest number of those with most places; null: there is no place.</summary>
    private int? Roomiest(NumaWish wish) => _hosts.GroupBy(h => h.Rack, h => (long)_scarcity!.Places(h.Room, wish)).Select(r => (Rack: r.Key, Places: r.Sum()))
        .Where(r => r.Places > 0).OrderByDescending(r => r.Places).ThenBy(r => r.Rack).Select(r => (int?)r.Rack).FirstOrDefault();

    private readonly record struct Option(double Cost, NumaRoom? After, int Taken);
}
