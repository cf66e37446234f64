using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>
/// Blocks of 4 to 32 sorted keys in one array, so that a hundred thousand short lists are neither objects nor garbage. A block that was
/// given back waits for the next list of its size.
/// </summary>
/// <remarks>
/// What is not used of a block is <see cref="Nothing"/>, more than any key: so a key comes and goes by the same steps wherever it is,
/// four keys at a time, and nothing depends on a jump that cannot be foreseen.
/// </remarks>
internal sealed class KeyArena
{
    /// <summary>The size of a block of 32 keys; size 0 has 4, and each the double of the one before.</summary>
    public const int Largest = 3;

    private const long Nothing = long.MaxValue;

    private readonly int[] _free = [-1, -1, -1, -1];
    private long[] _keys = new long[64];
    private int _used;

    public static int Capacity(int size) => 4 << size;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<ulong> Keys(int at, int count) => MemoryMarshal.CreateSpan(ref Unsafe.As<long, ulong>(ref _keys[at]), count);

    /// <summary>The least key of a block.</summary>
    public ulong First(int at) => (ulong)_keys[at];

    public int Take(int size)
    {
        if (_free[size] is var at and >= 0)
        {
            _free[size] = (int)_keys[at];
        }
        else
        {
            at = _used;
            _used += Capacity(size);
            if (_used > _keys.Length)
                Array.Resize(ref _keys, _used + _used / 8);
        }

        _keys.AsSpan(at, Capacity(size)).Fill(Nothing);
        return at;
    }

    public void Give(int at, int size)
    {
        _keys[at] = _free[size];
        _free[size] = at;
    }

    /// <summary>Into a block that is not full.</summary>
    public void Insert(int at, int size, ulong key)
    {
        ref var keys = ref _keys[at];
        var (added, before) = (Vector256.Create((long)key), Vector256<long>.Zero);
        for (nuint n = 0; n < (nuint)Capacity(size); n += 4)
        {
            var here = Vector256.LoadUnsafe(ref keys, n);
            var turned = Vector256.Shuffle(here, Vector256.Create(3L, 0, 1, 2));
            var left = Vector256.ConditionalSelect(Vector256.Create(-1L, 0, 0, 0), before, turned);
            Vector256.Min(here, Vector256.Max(left, added)).StoreUnsafe(ref keys, n);
            before = turned;
        }
    }

    public void Remove(int at, int size, ulong key)
    {
        ref var keys = ref _keys[at];
        var (gone, after, found) = (Vector256.Create((long)key), Vector256.Create(Nothing), Vector256<long>.Zero);
        for (var n = (nint)Capacity(size) - 4; n >= 0; n -= 4)
        {
            var here = Vector256.LoadUnsafe(ref keys, (nuint)n);
            var turned = Vector256.Shuffle(here, Vector256.Create(1L, 2, 3, 0));
            var right = Vector256.ConditionalSelect(Vector256.Create(0L, 0, 0, -1), after, turned);
            Vector256.ConditionalSelect(Vector256.GreaterThan(gone, here), here, right).StoreUnsafe(ref keys, (nuint)n);
            found |= Vector256.Equals(gone, here);
            after = turned;
        }

        if (found == Vector256<long>.Zero)
            throw new InvalidOperationException("a host is not where the index has it");
    }

    /// <summary>Its last <paramref name="count"/> keys are no longer the block's.</summary>
    public void Cut(int at, int count) => _keys.AsSpan(at, count).Fill(Nothing);
}
