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

    public int Hosts { get; private set; }

    public Scale Scale => scale;

    public void Add(int host, in Room free)
    {
        var (row, column) = (_cpuBands.Of(free.CpuPercent), _memoryBands.Of(free.Kibibytes));
        ref var cell = ref (_cells[row] ??= new KeyList[Bands.Count])[column];
        cell.Add(lists, KeyOf(host, free));
        _inRow[row] |= 1UL << column;
        _rows |= 1UL << row;
        Hosts++;
    }

    public void Remove(int host, in Room free)
    {
        var (row, column) = (_cpuBands.Of(free.CpuPercent), _memoryBands.Of(free.Kibibytes));
        ref var cell = ref _cells[row]![column];
        cell.Remove(lists, KeyOf(host, free));
        Hosts--;
        if (cell.Count > 0)
            return;
        _inRow[row] &= ~(1UL << column);
        if (_inRow[row] == 0)
            _rows &= ~(1UL << row);
    }

    /// <summary>The same host with less or more free than before.</summary>
    public void Move(int host, in Room before, in Room now)
    {
        var (row, column) = (_cpuBands.Of(before.CpuPercent), _memoryBands.Of(before.Kibibytes));
        if (row != _cpuBands.Of(now.CpuPercent) || column != _memoryBands.Of(now.Kibibytes))
        {
            Remove(host, before);
            Add(host, now);
        }
        else if (KeyOf(host, before) is var from && KeyOf(host, now) is var to && from != to)
        {
            _cells[row]![column].Replace(lists, from, to);
        }
    }

    /// <summary>The least key of a host that has the room and passes, or <paramref name="best"/> where none is below it.</summary>
    /// <param name="rooms">what is free, by the id of the host</param>
    public ulong Best<TEligible>(in Room asked, Room[] rooms, TEligible eligible, ulong best)
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
                best = First(ref _cells[r]![c], asked, rooms, eligible, best);
            }
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong First<TEligible>(ref KeyList cell, in Room asked, Room[] rooms, TEligible eligible, ulong best)
        where TEligible : struct, IEligible, allows ref struct =>
        cell.Long
            ? First(lists.Longs[cell.At]!, asked, rooms, eligible, best)
            : First(lists.Arena.Keys(cell.At, cell.Count), asked, rooms, eligible, best, out _);

    private ulong First<TEligible>(LongKeyList list, in Room asked, Room[] rooms, TEligible eligible, ulong best)
        where TEligible : struct, IEligible, allows ref struct
    {
        for (var n = 0; n < list.Blocks; n++)
        {
            var (at, count) = list.Block(n);
            best = First(lists.Arena.Keys(at, count), asked, rooms, eligible, best, out var ended);
            if (ended)
                break;
        }

        return best;
    }

    /// <param name="ended">nothing behind these keys can be better</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong First<TEligible>(Span<ulong> keys, in Room asked, Room[] rooms, TEligible eligible, ulong best, out bool ended)
        where TEligible : struct, IEligible, allows ref struct
    {
        ended = true;
        foreach (var key in keys)
        {
            if (key >= best)
                return best;
            var host = (int)key & (1 << IdBits) - 1;
            ref var free = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(rooms), host);
            if (eligible.May(host) && free.Holds(asked) && eligible.Is(host))
                return key;
        }

        ended = false;
        return best;
    }

    private ulong KeyOf(int host, in Room free) => (ulong)scale.ShareOf(free) << IdBits | (uint)host;
}

/// <summary>Which hosts may be looked at: a struct, so that asking costs no call.</summary>
internal interface IEligible
{
    /// <summary>Asked before its room is looked at; what costs more comes after.</summary>
    bool May(int host);

    bool Is(int host);
}
