namespace PoweredAppliance.Scheduling.Index;

/// <summary>More sorted keys than a block holds: blocks of 64, and the first key of each to find it by.</summary>
internal sealed class LongKeyList
{
    private ulong[] _first = new ulong[8];
    private int[] _at = new int[8];
    private byte[] _count = new byte[8];

    public int Blocks { get; private set; }

    public (int At, int Count) Block(int n) => (_at[n], _count[n]);

    /// <summary>Takes a full block over.</summary>
    public void Begin(KeyArena arena, int at)
    {
        Blocks = 1;
        (_at[0], _count[0], _first[0]) = (at, (byte)KeyArena.Capacity(KeyArena.Largest), arena.Keys(at, 1)[0]);
    }

    public void Add(KeyArena arena, ulong key)
    {
        var n = Find(key);
        if (_count[n] == KeyArena.Capacity(KeyArena.Largest))
        {
            Split(arena, n);
            n += key >= _first[n + 1] ? 1 : 0;
        }

        var (at, count) = Block(n);
        var keys = arena.Keys(at, count + 1);
        var place = KeyArena.Place(keys[..count], key);
        keys[place..count].CopyTo(keys[(place + 1)..]);
        keys[place] = key;
        (_count[n], _first[n]) = ((byte)(count + 1), keys[0]);
    }

    public void Remove(KeyArena arena, ulong key)
    {
        var n = Find(key);
        var (at, count) = Block(n);
        var keys = arena.Keys(at, count);
        var place = KeyArena.Place(keys, key);
        if (place == count || keys[place] != key)
            throw new InvalidOperationException("a host is not where the index has it");
        keys[(place + 1)..].CopyTo(keys[place..]);
        (_count[n], _first[n]) = ((byte)(count - 1), keys[0]);
        // The last block stays while it is alone; joined ones have room left, so that the next key does not split them again.
        if (n + 1 < Blocks && count - 1 + _count[n + 1] <= 48)
            Join(arena, n);
        else if (n > 0 && count - 1 + _count[n - 1] <= 48)
            Join(arena, n - 1);
    }

    private int Find(ulong key)
    {
        var first = _first.AsSpan(0, Blocks);
        var place = KeyArena.Place(first, key);
        return place < first.Length && first[place] == key ? place : Math.Max(0, place - 1);
    }

    private void Split(KeyArena arena, int n)
    {
        if (Blocks == _at.Length)
        {
            Array.Resize(ref _first, Blocks + Blocks / 2);
            Array.Resize(ref _at, Blocks + Blocks / 2);
            Array.Resize(ref _count, Blocks + Blocks / 2);
        }

        const int half = 32;
        var to = arena.Take(KeyArena.Largest);
        arena.Keys(_at[n] + half, half).CopyTo(arena.Keys(to, half));
        Shift(n + 1, n + 2);
        (_at[n + 1], _count[n + 1], _first[n + 1]) = (to, half, arena.Keys(to, 1)[0]);
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
