using System.Collections.Immutable;
using System.Numerics;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>
/// A shape, compiled: a bit for each host that its clusters and its requirement let, made of the bits of its comparisons. One that may
/// never be asked again is asked of single hosts first, without bits.
/// </summary>
internal sealed class Query
{
    private readonly Shape _shape;
    private readonly BitArrays _arrays;
    private readonly ImmutableArray<RequirementStep> _steps;
    private readonly Atom?[] _atoms;
    private Watch _watch;
    private long _generation = -1;

    public Query(Shape shape, Func<Comparison, Atom> atomOf, BitArrays arrays)
    {
        (_shape, _arrays) = (shape, arrays);
        _steps = shape.Requirement?.Steps ?? [];
        _atoms = new Atom?[_steps.Length];
        var moves = false;
        for (var i = 0; i < _steps.Length; i++)
            if (_steps[i].Comparison is { } comparison)
                moves |= (_atoms[i] = atomOf(comparison)).Moves;
        _watch = new(moves);
    }

    public Shape Shape => _shape;

    public ulong[] Bits { get; private set; } = [];

    public bool HasBits => Bits.Length > 0;

    /// <summary>How many hosts more it is asked of before bits are made after all.</summary>
    public int Looks { get; set; }

    /// <summary>The hosts, where they are few.</summary>
    public int[]? Few { get; private set; }

    /// <summary>When it was asked last, in the counting of whoever keeps it.</summary>
    public long Asked { get; set; }

    public void CatchUp(HostChanges changes, int hosts, ClusterBits clusters, Func<int, int> clusterOf, List<ulong[]> stack)
    {
        if (Bits.Length == HostBits.Words(hosts) && _watch.IsCurrent(changes))
            return;
        var generation = 0L;
        foreach (var atom in _atoms)
        {
            if (atom is null)
                continue;
            atom.CatchUp(changes, hosts);
            generation += atom.Generation;
        }

        if (Bits.Length == HostBits.Words(hosts) && generation == _generation && _watch.CanFollow(changes))
        {
            for (var host = _watch.Next(changes); host >= 0; host = _watch.Next(changes))
                HostBits.Set(Bits, host, Lets(host, clusterOf(host)));
        }
        else
        {
            Combine(HostBits.Words(hosts), clusters, stack);
            _generation = generation;
            _watch.SkipAll(changes);
        }

        // Among all, one in (hosts / count) is one of them, which is the price of the other way.
        var count = HostBits.Count(Bits);
        Few = (long)count * count <= 2L * hosts ? Listed(count) : null;
    }

    /// <summary>That single hosts may be asked of.</summary>
    public void Prepare(HostChanges changes, int hosts)
    {
        foreach (var atom in _atoms)
            atom?.Prepare(changes, hosts);
    }

    /// <param name="cluster">the host's</param>
    public bool Lets(int host, int cluster) => _shape.Lets(cluster) && Holds(host);

    /// <summary>A bit for each operand that waits: a requirement nests a hundred deep at most.</summary>
    private bool Holds(int host)
    {
        var (stack, depth) = (UInt128.Zero, 0);
        for (var i = 0; i < _steps.Length; i++)
        {
            if (_atoms[i] is { } atom)
            {
                stack = stack << 1 | (atom.Holds(host) ? UInt128.One : UInt128.Zero);
                depth++;
                continue;
            }

            if (_steps[i].Join is RequirementJoin.Not)
            {
                stack ^= 1;
                continue;
            }

            var top = stack & 1;
            stack >>= 1;
            depth--;
            stack = _steps[i].Join is RequirementJoin.And ? stack & (~UInt128.One | top) : stack | top;
        }

        return depth == 0 || (stack & 1) != 0;
    }

    private void Combine(int words, ClusterBits clusters, List<ulong[]> stack)
    {
        Bits = _arrays.Cleared(Bits, words);
        var depth = 0;
        for (var i = 0; i < _steps.Length; i++)
        {
            // What is joined at once need not be put on the stack.
            if (_atoms[i] is { } atom && depth > 0 && i + 1 < _steps.Length && _steps[i + 1].Join is RequirementJoin.And or RequirementJoin.Or)
                Join(stack[depth - 1], atom.Bits, _steps[++i].Join);
            else if (_atoms[i] is { } pushed)
                pushed.Bits.AsSpan().CopyTo(Place(stack, depth++, words));
            else if (_steps[i].Join is RequirementJoin.Not)
                HostBits.Not(stack[depth - 1]);
            else
                Join(stack[--depth - 1], stack[depth], _steps[i].Join);
        }

        if (_shape.Clusters.IsEmpty)
            Array.Fill(Bits, ulong.MaxValue);
        foreach (var cluster in _shape.Clusters)
            clusters.AddTo(Bits, cluster);
        if (depth > 0)
            HostBits.And(Bits, stack[0]);
    }

    private static void Join(ulong[] into, ulong[] other, RequirementJoin join)
    {
        if (join is RequirementJoin.And)
            HostBits.And(into, other);
        else
            HostBits.Or(into, other);
    }

    private static ulong[] Place(List<ulong[]> stack, int depth, int words)
    {
        while (stack.Count <= depth)
            stack.Add(new ulong[words]);
        return stack[depth].Length == words ? stack[depth] : stack[depth] = new ulong[words];
    }

    private int[] Listed(int count)
    {
        var (hosts, next) = (Few is { } before && before.Length == count ? before : new int[count], 0);
        for (var word = 0; word < Bits.Length && next < count; word++)
            for (var left = Bits[word]; left != 0; left &= left - 1)
                hosts[next++] = word << 6 | BitOperations.TrailingZeroCount(left);
        return hosts;
    }
}
