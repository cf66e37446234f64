using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>More sorted keys than a block holds: blocks of up to 32, and the first key of each to find it by.</summary>
internal sealed class LongKeyList
{
    private const int Full = 4 << KeyArena.Largest;

    private ulong[] _first = new ulong[8];
    private int[] _at = new int[8];
    private byte[] _count = new byte[8];

    public int Blocks { get; private set; }

    public ulong First => _first[0];

    public (int At, int Count) Block(int n) => (_at[n], _count[n]);

    /// <summary>Takes a full block over.</summary>
    public void Begin(KeyArena arena, int at)
    {
        Blocks = 1;
        (_at[0], _count[0], _first[0]) = (at, Full, arena.First(at));
    }

    public void Add(KeyArena arena, ulong key)
    {
        var n = Find(key);
        if (_count[n] == Full)
        {
            Split(arena, n);
            n += key >= _first[n + 1] ? 1 : 0;
        }

        arena.Insert(_at[n], KeyArena.Largest, key);
        _count[n]++;
        _first[n] = arena.First(_at[n]);
    }

    public void Remove(KeyArena arena, ulong key)
    {
        var n = Find(key);
        arena.Remove(_at[n], KeyArena.Largest, key);
        var count = --_count[n];
        _first[n] = arena.First(_at[n]);
        // The last block stays while it is alone; joined ones have room left, so that the next key does not split them again.
        var most = count == 0 ? Full : Full * 3 / 4;
        if (n + 1 < Blocks && count + _count[n + 1] <= most)
            Join(arena, n);
        else if (n > 0 && count + _count[n - 1] <= most)
            Join(arena, n - 1);
    }

    /// <summary>The block that has the key or would have it.</summary>
    private int Find(ulong key)
    {
        ref var first = ref MemoryMarshal.GetArrayDataReference(_first);
        nint low = 0;
        for (var left = Blocks; left > 1;)
        {
            var half = left >> 1;
            // In which half it is cannot be foreseen, so nothing here may depend on a jump.
            low += Unsafe.Add(ref first, low + half) <= key ? half : 0;
            left -= half;
        }

        return (int)low;
    }

    private void Split(KeyArena arena, int n)
    {
        if (Blocks == _at.Length)
        {
            Array.Resize(ref _first, Blocks + Blocks / 2);
            Array.Resize(ref _at, Blocks + Blocks / 2);
            Array.Resize(ref _count, Blocks + Blocks / 2);
        }

        const int half = Full / 2;
        var to = arena.Take(KeyArena.Largest);
        arena.Keys(_at[n] + half, half).CopyTo(arena.Keys(to, half));
        arena.Cut(_at[n] + half, half);
        Shift(n + 1, n + 2);
        (_at[n + 1], _count[n + 1], _first[n + 1]) = (to, half, arena.First(to));
        _count[n] = half;
        Blocks++;
    }

    /// <summary>A block takes the keys of the next.</summary>
    private void Join(KeyArena arena, int n)
    {
        var ((at, count), (next, more)) = (Block(n), Block(n + 1));
        arena.Keys(next, more).CopyTo(arena.Keys(at + count, more));
        if (count == 0)
            _first[n] = _first[n + 1];
        _count[n] += (byte)more;
        arena.Give(next, KeyArena.Largest);
        Shift(n + 2, n + 1);
        Blocks--;
    }

    private void Shift(int from, int to)
    {
        var length = Blocks - from;
        Array.Copy(_first, from, _first, to, length);
        Array.Copy(_at, from, _at, to, length);
        Array.Copy(_count, from, _count, to, length);
    }
}
