using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Scheduling.Index;

namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>
/// What a rank makes of every host, and, where it makes few different numbers, an index of the hosts for each of them, the highest first.
/// All shapes with that rank share it.
/// </summary>
internal sealed class RankOrder
{
    /// <summary>Ranks that are measured amounts differ from host to host: an index for each would be as long as the list of hosts.</summary>
    private const int MostGroups = 256;

    private readonly Rank _rank;
    private readonly Column[] _columns;
    private readonly Func<string, double> _numbers;
    private readonly Dictionary<long, List<FitIndex>> _groupOf = [];
    private readonly SortedList<long, List<FitIndex>> _groups = new(Comparer<long>.Create((a, b) => b.CompareTo(a)));
    private readonly KeyLists _lists = new();
    private readonly Func<int, (bool IsOpen, Room Free, Scale Scale)> _hostOf;
    private long[] _ranks = [];
    private (Room Free, FitIndex? In)[] _shown = [];
    private Watch _attributes, _rooms = new(rooms: true);
    private readonly bool _moves;
    private int _host;

    public RankOrder(Rank rank, Func<string, Column> columnOf, Func<int, (bool IsOpen, Room Free, Scale Scale)> hostOf)
    {
        (_rank, _hostOf) = (rank, hostOf);
        var names = rank.Names();
        var columns = names.ToDictionary(name => name, columnOf);
        _columns = [.. columns.Values.Distinct()];
        _numbers = name => columns[name].Numbers[_host] is var number && double.IsFinite(number) ? number : 0;
        _moves = Array.Exists(_columns, column => column.Moves);
        _attributes = new(rooms: false);
    }

    /// <summary>Null: each host has to be asked for its rank.</summary>
    public IList<List<FitIndex>>? Groups { get; private set; }

    public long RankOf(int host) => _ranks[host];

    public void CatchUp(HostChanges changes, int hosts)
    {
        if (_rooms.IsCurrent(changes) && _attributes.IsCurrent(changes) && _ranks.Length == hosts)
            return;
        foreach (var column in _columns)
            column.CatchUp(changes, hosts);
        if (_ranks.Length != hosts || !_rooms.CanFollow(changes))
        {
            _groups.Clear();
            _groupOf.Clear();
            Groups = _groups.Values;
            (_ranks, _shown) = (new long[hosts], new (Room, FitIndex?)[hosts]);
            for (var host = 0; host < hosts; host++)
                Look(host, ranked: false);
            _rooms.SkipAll(changes);
            _attributes.SkipAll(changes);
            return;
        }

        for (var host = _attributes.Next(changes); host >= 0; host = _attributes.Next(changes))
            Look(host, ranked: false);
        for (var host = _rooms.Next(changes); host >= 0; host = _rooms.Next(changes))
            Look(host, ranked: !_moves);
    }

    /// <param name="ranked">its rank is as it was</param>
    private void Look(int host, bool ranked)
    {
        _host = host;
        var before = _ranks[host];
        if (!ranked)
            _ranks[host] = _rank.Evaluate(_numbers);
        if (Groups is null)
            return;
        var (isOpen, free, scale) = _hostOf(host);
        isOpen &= free.IsAny;
        ref var shown = ref _shown[host];
        if (isOpen && before == _ranks[host] && shown.In is { } same && same.Scale == scale)
        {
            same.Move(host, shown.Free, free);
            shown.Free = free;
            return;
        }

        shown.In?.Remove(host, shown.Free);
        shown = default;
        if (!isOpen)
            return;
        shown = (free, IndexOf(_ranks[host], scale));
        shown.In!.Add(host, free);
        if (_groups.Count > MostGroups)
            (Groups, _shown) = (null, []);
    }

    private FitIndex IndexOf(long rank, Scale scale)
    {
        if (!_groupOf.TryGetValue(rank, out var group))
            _groups[rank] = _groupOf[rank] = group = [];
        foreach (var index in group)
            if (index.Scale == scale)
                return index;
        var made = new FitIndex(scale, _lists);
        group.Add(made);
        return made;
    }
}
