using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>
/// Blocks of 4 to 64 keys in one array, so that a hundred thousand short lists are neither objects nor garbage. A block that was given
/// back waits for the next list of its size.
/// </summary>
internal sealed class KeyArena
{
    /// <summary>The size of a block of 64 keys; size 0 has 4, and each the double of the one before.</summary>
    public const int Largest = 4;

    private readonly int[] _free = [-1, -1, -1, -1, -1];
    private ulong[] _keys = new ulong[64];
    private int _used;

    public static int Capacity(int size) => 4 << size;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<ulong> Keys(int at, int count) => MemoryMarshal.CreateSpan(ref _keys[at], count);

    public int Take(int size)
    {
        if (_free[size] is var at and >= 0)
        {
            _free[size] = (int)(long)_keys[at];
            return at;
        }

        at = _used;
        _used += Capacity(size);
        if (_used > _keys.Length)
            Array.Resize(ref _keys, _used + _used / 8);
        return at;
    }

    public void Give(int at, int size)
    {
        _keys[at] = (ulong)(long)_free[size];
        _free[size] = at;
    }

    /// <summary>Where the key is among sorted keys, or would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Place(ReadOnlySpan<ulong> keys, ulong key)
    {
        ref var first = ref MemoryMarshal.GetReference(keys);
        nint low = 0;
        var left = keys.Length;
        while (left > 1)
        {
            var half = left >> 1;
            // In which half it is cannot be foreseen, so nothing here may depend on a jump.
            low += Unsafe.Add(ref first, low + half - 1) < key ? half : 0;
            left -= half;
        }

        return (int)low + (left == 1 && Unsafe.Add(ref first, low) < key ? 1 : 0);
    }
}
