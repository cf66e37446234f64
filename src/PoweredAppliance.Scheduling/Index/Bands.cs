using System.Numerics;
using System.Runtime.CompilerServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>
/// Sixty-four bands of an amount, four to each power of two: what is nearly used up is told apart as finely, for its size, as what is
/// nearly free, and the sizes that people ask for (1, 2, 3.5, 112) are where a band begins.
/// </summary>
internal readonly record struct Bands
{
    public const int Count = 64;

    private readonly int _shift;

    public Bands(long total) => _shift = Math.Max(0, BitOperations.Log2((ulong)Math.Max(1, total)) - 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Of(long amount)
    {
        var steps = (ulong)amount >> _shift;
        if (steps < 4)
            return (int)steps;
        var power = BitOperations.Log2(steps);
        return Math.Min(Count - 1, power - 1 << 2 | (int)(steps >> power - 2) & 3);
    }

    /// <summary>The least amount of a band.</summary>
    public long Least(int band) => (band < 4 ? band : (4L | band & 3) << (band >> 2) - 1) << _shift;
}
