namespace PoweredAppliance.Scheduling.Index;

/// <summary>Sorted keys: none, one block of an arena, or, of more than 64, the <see cref="LongKeyList"/> at that place. Eight bytes.</summary>
internal struct KeyList
{
    private const int IsLong = 255;

    private int _countAndSize;

    public int At { get; private set; }

    public readonly int Count => _countAndSize >> 8;

    public readonly bool Long => (_countAndSize & 255) == IsLong;

    private readonly int Size => _countAndSize & 255;

    public void Add(KeyLists lists, ulong key)
    {
        if (Long)
        {
            lists.Longs[At]!.Add(lists.Arena, key);
            Become(At, Count + 1, IsLong);
            return;
        }

        var (arena, count) = (lists.Arena, Count);
        if (count == 0)
            Become(arena.Take(0), 0, 0);
        else if (count == KeyArena.Capacity(Size) && Size == KeyArena.Largest)
        {
            Become(lists.Lengthen(At), count + 1, IsLong);
            lists.Longs[At]!.Add(arena, key);
            return;
        }
        else if (count == KeyArena.Capacity(Size))
            Move(arena, Size + 1);

        var keys = arena.Keys(At, count + 1);
        var place = KeyArena.Place(keys[..count], key);
        keys[place..count].CopyTo(keys[(place + 1)..]);
        keys[place] = key;
        Become(At, count + 1, Size);
    }

    public void Remove(KeyLists lists, ulong key)
    {
        var (arena, count) = (lists.Arena, Count);
        if (Long)
        {
            lists.Longs[At]!.Remove(arena, key);
            if (lists.Longs[At]!.Blocks == 1)
                Become(lists.Shorten(At), count - 1, KeyArena.Largest);
            else
                Become(At, count - 1, IsLong);
            return;
        }

        var keys = arena.Keys(At, count);
        var place = KeyArena.Place(keys, key);
        if (place == count || keys[place] != key)
            throw new InvalidOperationException("a host is not where the index has it");
        keys[(place + 1)..].CopyTo(keys[place..]);
        Become(At, count - 1, Size);
        if (count == 1)
        {
            arena.Give(At, Size);
            _countAndSize = 0;
        }
        else if (Size > 0 && count - 1 <= KeyArena.Capacity(Size) / 4)
        {
            Move(arena, Size - 1);
        }
    }

    public void Replace(KeyLists lists, ulong key, ulong by)
    {
        if (Long)
        {
            Remove(lists, key);
            Add(lists, by);
            return;
        }

        var keys = lists.Arena.Keys(At, Count);
        var from = KeyArena.Place(keys, key);
        var to = KeyArena.Place(keys, by);
        if (from < to)
            keys[(from + 1)..to--].CopyTo(keys[from..]);
        else
            keys[to..from].CopyTo(keys[(to + 1)..]);
        keys[to] = by;
    }

    private void Move(KeyArena arena, int size)
    {
        var to = arena.Take(size);
        arena.Keys(At, Count).CopyTo(arena.Keys(to, Count));
        arena.Give(At, Size);
        Become(to, Count, size);
    }

    private void Become(int at, int count, int size) => (At, _countAndSize) = (at, count << 8 | size);
}
