using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>
/// Hosts of one hardware class by what is free on them: cells of a band of cpu and a band of memory, in each the hosts by their share
/// that is left, then by id. The best fit is looked for from the corner of the demand outwards, and found when no further cell can hold
/// a better one; so its cost is that of the few cells between, not that of the hosts.
/// </summary>
/// <remarks>
/// <code>
///   memory ▲            rows of cpu bands, a bit for each cell that has hosts
///          │ . . x . .
///          │ . x . x .      looked at: cells right of and above the demand D,
///          │ . D ? x .      row by row, until the least share of a cell is more than the best found
///          └──────────► cpu
/// </code>
/// </remarks>
internal sealed class FitIndex(Scale scale, KeyLists lists)
{
    /// <summary>Low bits of a key: the host's id. Above: the share of it that is free.</summary>
    public const int IdBits = 24;

    private readonly Bands _cpuBands = scale.CpuBands, _memoryBands = scale.MemoryBands;
    private readonly ulong[] _inRow = new ulong[Bands.Count];
    private readonly KeyList[]?[] _cells = new KeyList[]?[Bands.Count];
    private readonly long[] _leastCpu = scale.LeastCpu, _leastMemory = scale.LeastMemory;
    private ulong _rows;

    public Scale Scale => scale;

    /// <summary>False: nowhere there is as much cpu.</summary>
    public bool MayHold(in Room asked) => _rows >> _cpuBands.Of(asked.CpuPercent) != 0;

    public void Move(in Spot from, in Spot to)
    {
        if (from == to)
            return;
        Remove(from);
        Add(to);
    }

    public void Add(in Spot spot)
    {
        ref var cell = ref (_cells[spot.Row] ??= new KeyList[Bands.Count])[spot.Column];
        cell.Add(lists, spot.Key);
        _inRow[spot.Row] |= 1UL << spot.Column;
        _rows |= 1UL << spot.Row;
    }

    public void Remove(in Spot spot)
    {
        ref var cell = ref _cells[spot.Row]![spot.Column];
        cell.Remove(lists, spot.Key);
        if (cell.Count > 0)
            return;
        _inRow[spot.Row] &= ~(1UL << spot.Column);
        if (_inRow[spot.Row] == 0)
            _rows &= ~(1UL << spot.Row);
    }

    /// <summary>The least key of a host that has the room and passes, or <paramref name="best"/> where none is below it.</summary>
    /// <param name="hosts">by their ids</param>
    public ulong Best<TEligible>(in Room asked, Known[] hosts, TEligible eligible, ulong best)
        where TEligible : struct, IEligible, allows ref struct
    {
        var (row, column) = (_cpuBands.Of(asked.CpuPercent), _memoryBands.Of(asked.Kibibytes));
        var (askedCpu, askedMemory) = (scale.Cpu.Of(asked.CpuPercent), scale.Memory.Of(asked.Kibibytes));
        for (var rows = _rows & ulong.MaxValue << row; rows != 0; rows &= rows - 1)
        {
            var r = BitOperations.TrailingZeroCount(rows);
            var least = r == row ? askedCpu : _leastCpu[r];
            if ((ulong)(least + askedMemory) << IdBits >= best)
                break;
            for (var columns = _inRow[r] & ulong.MaxValue << column; columns != 0; columns &= columns - 1)
            {
                var c = BitOperations.TrailingZeroCount(columns);
                if ((ulong)(least + (c == column ? askedMemory : _leastMemory[c])) << IdBits >= best)
                    break;
                ref var cell = ref _cells[r]![c];
                if (cell.First >= best)
                    continue;
                if (IsFit(cell.First, asked, hosts, eligible))
                    best = cell.First;
                else if (cell.Count > 1)
                    best = Next(ref cell, asked, hosts, eligible, best);
            }
        }

        return best;
    }

    /// <summary>Of a cell whose first host will not do.</summary>
    private ulong Next<TEligible>(ref KeyList cell, in Room asked, Known[] hosts, TEligible eligible, ulong best)
        where TEligible : struct, IEligible, allows ref struct
    {
        if (!cell.Long)
            return First(lists.Arena.Keys(cell.At, cell.Count)[1..], asked, hosts, eligible, best, out _);
        var list = lists.Longs[cell.At]!;
        for (var (n, skipped) = (0, 1); n < list.Blocks; (n, skipped) = (n + 1, 0))
        {
            var (at, count) = list.Block(n);
            best = First(lists.Arena.Keys(at, count)[skipped..], asked, hosts, eligible, best, out var ended);
            if (ended)
                break;
        }

        return best;
    }

    /// <param name="ended">nothing behind these keys can be better</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong First<TEligible>(Span<ulong> keys, in Room asked, Known[] hosts, TEligible eligible, ulong best, out bool ended)
        where TEligible : struct, IEligible, allows ref struct
    {
        ended = true;
        foreach (var key in keys)
            if (key >= best)
                return best;
            else if (IsFit(key, asked, hosts, eligible))
                return key;
        ended = false;
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsFit<TEligible>(ulong key, in Room asked, Known[] hosts, TEligible eligible)
        where TEligible : struct, IEligible, allows ref struct
    {
        var host = (int)key & (1 << IdBits) - 1;
        return eligible.May(host) && Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(hosts), host).Free.Holds(asked) && eligible.Is(host);
    }
}

/// <summary>Which hosts may be looked at: a struct, so that asking costs no call.</summary>
internal interface IEligible
{
    /// <summary>Asked before its room is looked at; what costs more comes after.</summary>
    bool May(int host);

    bool Is(int host);
}
