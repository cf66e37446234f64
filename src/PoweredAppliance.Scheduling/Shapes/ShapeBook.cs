using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Scheduling.Index;

namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>
/// What was found out for shapes that were asked: columns of attributes, bits of comparisons, queries and orders by rank, each made when it
/// is first needed. Bounded: of what has not been asked for long, half is forgotten when there is too much.
/// </summary>
internal sealed class ShapeBook(HostChanges changes, Func<string, Column> read, Func<int, int> clusterOf, Models models, KnownOf knownOf)
{
    /// <summary>In eights of a byte: of the bits of queries and comparisons, so that more hosts mean fewer of them.</summary>
    private const int MostWords = 2_000_000;

    /// <summary>Of so many that were asked once it is remembered that they were.</summary>
    private const int Once = 4_096;

    private const int MostColumns = 96, MostRanks = 16;

    private readonly Dictionary<Shape, Query> _queries = [];
    private readonly Dictionary<Comparison, Atom> _atoms = [];
    private readonly Dictionary<string, Column> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<Rank, RankOrder> _ranks = [];
    private readonly List<ulong[]> _stack = [];
    private readonly BitArrays _kept = new(passing: false), _passing = new(passing: true);
    private readonly HashSet<int> _shapesOnce = new(Once), _comparisonsOnce = new(Once);
    private Query? _last;
    private long _asked;

    public ClusterBits Clusters { get; } = new();

    /// <summary>
    /// Current. A shape is kept from the second time on: those that are never asked again leave nothing behind, and have no bits until
    /// <see cref="Make"/>.
    /// </summary>
    public Query QueryOf(Shape shape, int hosts)
    {
        if (ReferenceEquals(_last?.Shape, shape))
            return Ready(_last!, hosts);
        if (!_queries.TryGetValue(shape, out var query))
        {
            if (IsFirst(_shapesOnce, shape.GetHashCode()))
            {
                _passing.TakeBack();
                return Ready(_last = new Query(shape, PassingAtomOf, _passing), hosts);
            }

            Forget(hosts);
            _queries[shape] = query = new Query(shape, AtomOf, _kept);
        }

        query.Asked = ++_asked;
        return Make(query, hosts);
    }

    /// <summary>Current, with its bits.</summary>
    public Query Make(Query query, int hosts)
    {
        query.CatchUp(changes, hosts, Clusters, clusterOf, _stack);
        return query;
    }

    private Query Ready(Query query, int hosts)
    {
        if (query.HasBits)
            return Make(query, hosts);
        query.Prepare(changes, hosts);
        return query;
    }

    /// <summary>Of hashes: of two that have the same, the second is kept at once.</summary>
    private static bool IsFirst(HashSet<int> once, int hash)
    {
        if (once.Count == Once)
            once.Clear();
        return once.Add(hash);
    }

    /// <summary>Current; and whether the rank is the reverse of that order.</summary>
    public (RankOrder Order, bool IsReversed) OrderOf(Rank rank, int hosts)
    {
        var forward = rank.Reverses ?? rank;
        if (!_ranks.TryGetValue(forward, out var order))
        {
            if (_ranks.Count >= MostRanks)
                _ranks.Clear();
            _ranks[forward] = order = new RankOrder(forward, ColumnOf, models, knownOf);
        }

        order.CatchUp(changes, hosts);
        return (order, rank.Reverses is not null);
    }

    private Atom AtomOf(Comparison comparison)
    {
        if (!_atoms.TryGetValue(comparison, out var atom))
            _atoms[comparison] = atom = new Atom(comparison, ColumnOf(comparison.Name), _kept);
        return atom;
    }

    private Atom PassingAtomOf(Comparison comparison) => _atoms.TryGetValue(comparison, out var atom) ? atom
        : IsFirst(_comparisonsOnce, comparison.GetHashCode()) ? new Atom(comparison, ColumnOf(comparison.Name), _passing)
        : AtomOf(comparison);

    private Column ColumnOf(string name)
    {
        if (!_columns.TryGetValue(name, out var column))
            _columns[name] = column = read(name);
        return column;
    }

    private void Forget(int hosts)
    {
        var most = Math.Clamp(MostWords / Math.Max(8, HostBits.Words(hosts)), 256, 16_384);
        if (_queries.Count >= most)
        {
            var middle = _queries.Values.Select(q => q.Asked).Order().ElementAt(_queries.Count / 2);
            foreach (var (shape, query) in _queries)
                if (query.Asked < middle)
                    _queries.Remove(shape);
        }

        // Queries hold on to the comparisons that they are made of; the next shape that needs one makes it again.
        if (_atoms.Count >= most)
            _atoms.Clear();
        if (_columns.Count < MostColumns)
            return;
        _queries.Clear();
        _atoms.Clear();
        _ranks.Clear();
        _columns.Clear();
    }
}

/// <summary>What is known of a host by its id, where it is.</summary>
internal delegate ref readonly Known KnownOf(int host);
