namespace PoweredAppliance.Scheduling.Index;

/// <summary>Where the keys of all lists are. A long list that is no longer needed is kept for the next.</summary>
internal sealed class KeyLists
{
    private readonly Stack<int> _unused = [];
    private LongKeyList?[] _longs = [];
    private int _made;

    public KeyArena Arena { get; } = new();

    public LongKeyList?[] Longs => _longs;

    /// <summary>The number of a long list that has the keys of a full block.</summary>
    public int Lengthen(int block)
    {
        if (!_unused.TryPop(out var n))
        {
            n = _made++;
            if (n == _longs.Length)
                Array.Resize(ref _longs, n + n / 4 + 4);
            _longs[n] = new LongKeyList();
        }

        _longs[n]!.Begin(Arena, block);
        return n;
    }

    /// <summary>The one block that such a list has come down to.</summary>
    public int Shorten(int list)
    {
        _unused.Push(list);
        return _longs[list]!.Block(0).At;
    }
}
