namespace PoweredAppliance.Scheduling.Index;

/// <summary>Sorted keys: none, one block of an arena, or, of more than 32, the <see cref="LongKeyList"/> at that place.</summary>
internal struct KeyList
{
    private const int IsLong = 255;

    private int _countAndSize;

    /// <summary>The least key, beside where the others are: mostly it is the only one that is asked for. Of no meaning where there is none.</summary>
    public ulong First { get; private set; }

    public int At { get; private set; }

    public readonly int Count => _countAndSize >> 8;

    public readonly bool Long => (_countAndSize & 255) == IsLong;

    private readonly int Size => _countAndSize & 255;

    public void Add(KeyLists lists, ulong key)
    {
        var (arena, count) = (lists.Arena, Count);
        First = count == 0 ? key : Math.Min(First, key);
        if (Long)
        {
            lists.Longs[At]!.Add(arena, key);
            Become(At, count + 1, IsLong);
            return;
        }

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

        arena.Insert(At, Size, key);
        Become(At, count + 1, Size);
    }

    public void Remove(KeyLists lists, ulong key)
    {
        var (arena, count) = (lists.Arena, Count);
        if (Long)
        {
            var list = lists.Longs[At]!;
            list.Remove(arena, key);
            First = list.First;
            if (list.Blocks == 1)
                Become(lists.Shorten(At), count - 1, KeyArena.Largest);
            else
                Become(At, count - 1, IsLong);
            return;
        }

        arena.Remove(At, Size, key);
        First = arena.First(At);
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

    private void Move(KeyArena arena, int size)
    {
        var to = arena.Take(size);
        arena.Keys(At, Count).CopyTo(arena.Keys(to, Count));
        arena.Give(At, Size);
        Become(to, Count, size);
    }

    private void Become(int at, int count, int size) => (At, _countAndSize) = (at, count << 8 | size);
}
