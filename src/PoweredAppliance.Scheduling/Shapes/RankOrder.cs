using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Scheduling.Index;

namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>
/// What a rank makes of every host, and, where it makes few different numbers, an index of the hosts for each of them. All shapes with
/// that rank, or with its reverse, share it.
/// </summary>
internal sealed class RankOrder
{
    /// <summary>Ranks that are measured amounts differ from host to host: an index for each would be as long as the list of hosts.</summary>
    private const int MostGroups = 256;

    private readonly Rank _rank;
    private readonly Column[] _columns;
    private readonly Func<string, double> _numbers;
    private readonly SortedList<long, Group> _groups = [];
    private readonly Dictionary<long, Group> _groupOf = [];
    private readonly KeyLists _lists = new();
    private readonly Models _models;
    private readonly KnownOf _knownOf;
    private readonly bool _moves;
    private Place[] _places = [];
    private Watch _attributes = new(rooms: false), _rooms = new(rooms: true);
    private int _host;

    public RankOrder(Rank rank, Func<string, Column> columnOf, Models models, KnownOf knownOf)
    {
        (_rank, _models, _knownOf) = (rank, models, knownOf);
        var columns = rank.Names().ToDictionary(name => name, columnOf);
        _columns = [.. columns.Values.Distinct()];
        _numbers = _columns is [var one] ? _ => Finite(one.NumberOf(_host)) : name => Finite(columns[name].NumberOf(_host));
        _moves = Array.Exists(_columns, column => column.Moves);
    }

    /// <summary>The lowest first. Null: each host has to be asked for its rank.</summary>
    public IList<Group>? Groups { get; private set; }

    public long RankOf(int host) => _places[host].Rank;

    public void CatchUp(HostChanges changes, int hosts)
    {
        if (_rooms.IsCurrent(changes) && _places.Length == hosts)
            return;
        foreach (var column in _columns)
            if (!column.IsCounted)
                column.CatchUp(changes, hosts);
        if (_places.Length != hosts || !_rooms.CanFollow(changes))
        {
            _groups.Clear();
            _groupOf.Clear();
            Groups = _groups.Values;
            _places = new Place[hosts];
            for (var host = 0; host < hosts; host++)
                Look(host, isRanked: false);
            _rooms.SkipAll(changes);
            _attributes.SkipAll(changes);
            return;
        }

        for (var host = _attributes.Next(changes); host >= 0; host = _attributes.Next(changes))
            Look(host, isRanked: false);
        for (var host = _rooms.Next(changes); host >= 0; host = _rooms.Next(changes))
            Look(host, isRanked: !_moves);
    }

    private static double Finite(double number) => double.IsFinite(number) ? number : 0;

    /// <param name="isRanked">its rank is as it was</param>
    private void Look(int host, bool isRanked)
    {
        ref var place = ref _places[host];
        var before = place.Rank;
        if (!isRanked)
        {
            _host = host;
            place.Rank = _rank.Evaluate(_numbers);
        }

        if (Groups is null)
            return;
        ref readonly var known = ref _knownOf(host);
        if (!known.IsShown)
        {
            place.In?.Remove(place.Spot);
            place.In = null;
            return;
        }

        var scale = _models.IndexOf(known.Model).Scale;
        var spot = scale.SpotOf(host, known.Free);
        if (place.In is { } same && place.Rank == before && same.Scale == scale)
        {
            same.Move(place.Spot, spot);
        }
        else
        {
            place.In?.Remove(place.Spot);
            place.In = IndexOf(place.Rank, scale);
            place.In.Add(spot);
        }

        place.Spot = spot;
        if (_groups.Count > MostGroups)
            LetGo();
    }

    private void LetGo()
    {
        Groups = null;
        for (var host = 0; host < _places.Length; host++)
            _places[host].In = null;
        _groups.Clear();
        _groupOf.Clear();
    }

    private FitIndex IndexOf(long rank, Scale scale)
    {
        if (!_groupOf.TryGetValue(rank, out var group))
            _groups[rank] = _groupOf[rank] = group = new([]);
        foreach (var index in group.Indexes)
            if (index.Scale == scale)
                return index;
        var made = new FitIndex(scale, _lists);
        group.Indexes.Add(made);
        return made;
    }

    /// <summary>Hosts of one rank.</summary>
    /// <param name="Indexes">one for each hardware class</param>
    public sealed record Group(List<FitIndex> Indexes);

    private struct Place
    {
        public long Rank;
        public Spot Spot;
        public FitIndex? In;
    }
}
