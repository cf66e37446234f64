using System.Runtime.InteropServices;
using PoweredAppliance.Core;
using PoweredAppliance.Scheduling.Index;
using PoweredAppliance.Scheduling.Shapes;

namespace PoweredAppliance.Scheduling;

public sealed partial class CapacityMap
{
    /// <summary>
    /// The host that <see cref="Placement.Place"/> would choose, without the list of what was looked at. Allocates nothing for a shape that
    /// was asked before.
    /// </summary>
    public HostId? Choose(Demand demand)
    {
        var (asked, shape) = (RoomOf(demand), demand.Shape);
        if (demand.Only is { } only)
            return Knows(only) && Fits(demand, asked, only.Value) ? only : null;
        var query = shape.LetsAll ? null : _shapes.QueryOf(shape, _hosts.Length);
        if (query is { HasBits: false })
        {
            if (shape.Rank is null && BestOfFewLooks(demand, asked, query) is var (isAnswer, host) && isAnswer)
                return host;
            _shapes.Make(query, _hosts.Length);
        }

        if (shape.Rank is not null)
            return HighestRanked(demand, asked, query);
        if (query?.Few is { } few)
            return BestOf(few, demand, asked);
        var best = (query, demand.IsFree) switch
        {
            (null, true) => BestFit(_models.Indexes, asked, new Everyone()),
            ({ } among, true) => BestFit(_models.Indexes, asked, new Among(among.Bits)),
            _ => BestFit(_models.Indexes, asked, new Allowed(query?.Bits, demand)),
        };
        return best == ulong.MaxValue ? null : new HostId(HostOf(best));
    }

    /// <summary>Which hosts will do changes with what they take.</summary>
    internal bool Moves(Shape shape) => shape.Requirement?.Steps.Any(step => step.Comparison is { } comparison && Moves(comparison.Name)) == true;

    /// <summary>The demand may go to the host now.</summary>
    internal bool Fits(Demand demand, HostId host) => Knows(host) && Fits(demand, RoomOf(demand), host.Value);

    /// <summary>Whether it will do for the demand is a question of room alone.</summary>
    internal bool Asks(Demand demand, HostId host) => Knows(host) && _hosts[host.Value].IsOpen && LetsOnly(demand.Shape, host.Value);

    /// <summary>A key, of the share that would be left and the host; the highest there is: no host fits.</summary>
    private ulong BestFit<TEligible>(ReadOnlySpan<FitIndex> indexes, in Room asked, TEligible eligible)
        where TEligible : struct, IEligible
    {
        // Keys of one class order its hosts; less the share that the demand is of such a host, they order all.
        var best = ulong.MaxValue;
        foreach (var index in indexes)
        {
            if (!index.MayHold(asked))
                continue;
            var demanded = (ulong)index.Scale.ShareOf(asked) << FitIndex.IdBits;
            var limit = best > ulong.MaxValue - demanded ? ulong.MaxValue : best + demanded;
            var found = index.Best(asked, _hosts, eligible, limit);
            if (found < limit)
                best = found - demanded;
        }

        return best;
    }

    /// <summary>
    /// The best fit, where it is found soon: then the bits of a shape that was never asked before would cost more than they save.
    /// </summary>
    private (bool IsAnswer, HostId? Host) BestOfFewLooks(Demand demand, in Room asked, Query query)
    {
        query.Looks = 48 + _hosts.Length / 128;
        var best = BestFit(_models.Indexes, asked, new Tried(this, query, demand));
        return query.Looks < 0 ? (false, null) : (true, best == ulong.MaxValue ? null : new HostId(HostOf(best)));
    }

    private HostId? BestOf(int[] hosts, Demand demand, in Room asked)
    {
        var best = ulong.MaxValue;
        foreach (var host in hosts)
        {
            if (!_hosts[host].IsOpen || !_hosts[host].Free.Holds(asked))
                continue;
            var key = LeftKey(host, asked);
            if (key < best && !demand.IsBarred(new(host)))
                best = key;
        }

        return best == ulong.MaxValue ? null : new HostId(HostOf(best));
    }

    private HostId? HighestRanked(Demand demand, in Room asked, Query? query)
    {
        var (order, isReversed) = _shapes.OrderOf(demand.Shape.Rank!, _hosts.Length);
        if (order.Groups is { } groups && query?.Few is null)
        {
            for (var n = groups.Count - 1; n >= 0; n--)
            {
                var group = CollectionsMarshal.AsSpan(groups[isReversed ? groups.Count - 1 - n : n].Indexes);
                if (BestFit(group, asked, new Allowed(query?.Bits, demand)) is var found and < ulong.MaxValue)
                    return new HostId(HostOf(found));
            }

            return null;
        }

        var (highest, best) = (long.MinValue, ulong.MaxValue);
        if (query?.Few is { } few)
            foreach (var host in few)
                Prefer(host, isReversed ? ~order.RankOf(host) : order.RankOf(host), demand, asked, ref highest, ref best);
        else
            for (var host = 0; host < _hosts.Length; host++)
                if (query is null || HostBits.Get(query.Bits, host))
                    Prefer(host, isReversed ? ~order.RankOf(host) : order.RankOf(host), demand, asked, ref highest, ref best);
        return best == ulong.MaxValue ? null : new HostId(HostOf(best));
    }

    private void Prefer(int host, long rank, Demand demand, in Room asked, ref long highest, ref ulong best)
    {
        if (rank < highest || !_hosts[host].IsOpen || !_hosts[host].Free.Holds(asked))
            return;
        var key = LeftKey(host, asked);
        if ((rank > highest || key < best) && !demand.IsBarred(new(host)))
            (highest, best) = (rank, key);
    }

    private ulong LeftKey(int host, in Room asked)
    {
        var scale = _models.IndexOf(_hosts[host].Model).Scale;
        return (ulong)(scale.ShareOf(_hosts[host].Free) - scale.ShareOf(asked)) << FitIndex.IdBits | (uint)host;
    }

    /// <summary>As <see cref="Placement.Fit"/> says it, but for the host that holds the VM's files.</summary>
    private bool Fits(Demand demand, in Room asked, int host) => _hosts[host].IsOpen && _hosts[host].Free.Holds(asked)
        && (demand.Shape.LetsAll || Lets(demand, host)) && !demand.IsBarred(new(host));

    /// <summary>Who asks for one host does not need to know of the others.</summary>
    private bool Lets(Demand demand, int host) => demand.Only is null
        ? Lets(_shapes.QueryOf(demand.Shape, _hosts.Length), host)
        : LetsOnly(demand.Shape, host);

    private bool Lets(Query query, int host) => query.HasBits ? HostBits.Get(query.Bits, host) : query.Lets(host, _models[_hosts[host].Model].Cluster);

    private bool LetsOnly(Shape shape, int host) =>
        shape.Lets(_models[_hosts[host].Model].Cluster) && shape.Requirement?.Holds(name => ValuesOf(new(host), name)) != false;

    private static int HostOf(ulong key) => (int)key & MostIds - 1;

    private ref readonly Known KnownOf(int host) => ref _hosts[host];

    /// <summary>What the map counts itself is never asked for: it would be old with the next placement.</summary>
    private Func<int, double>? CountOf(string name) => name.ToUpperInvariant() switch
    {
        "RUNNING_VMS" => host => _hosts[host].Free.Vms,
        "CPU_USAGE" => host => _hosts[host].IsSaid ? _models[_hosts[host].Model].CpuPercent - _hosts[host].Free.CpuPercent : 0,
        "MEM_USAGE" => host => _hosts[host].IsSaid ? _models[_hosts[host].Model].Kibibytes - _hosts[host].Free.Kibibytes : 0,
        _ => null,
    };

    private IEnumerable<string> ValuesOf(HostId host, string name) => CountOf(name) is { } count
        ? [count(host.Value).ToString(System.Globalization.CultureInfo.InvariantCulture)]
        : _attributes(host, name);

    private Column ColumnOf(string name) => new(
        host => _hosts[host].IsSaid ? [.. _attributes(new(host), name)] : [], CountOf(name),
        moves: Moves(name));

    private bool Moves(string name) => CountOf(name) is not null || name.ToUpperInvariant() is "CURRENT_VMS" or "DISK_USAGE";

    private readonly struct Everyone : IEligible
    {
        public bool May(int host) => true;

        public bool Is(int host) => true;
    }

    private readonly struct Among(ulong[] bits) : IEligible
    {
        public bool May(int host) => HostBits.Get(bits, host);

        public bool Is(int host) => true;
    }

    /// <param name="bits">null: all</param>
    private readonly struct Allowed(ulong[]? bits, Demand demand) : IEligible
    {
        public bool May(int host) => bits is null || HostBits.Get(bits, host);

        public bool Is(int host) => !demand.IsBarred(new(host));
    }

    /// <summary>Who has looked often enough says yes to all, which ends the search.</summary>
    private readonly struct Tried(CapacityMap map, Query query, Demand demand) : IEligible
    {
        public bool May(int host) => true;

        public bool Is(int host) => --query.Looks < 0 || map.Lets(query, host) && !demand.IsBarred(new(host));
    }
}
