namespace Benchmarks.Fuzz;

/// <summary>xorshift64*: the same seed throws the same dice on every machine and every version of .NET.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = (seed * 0x9E37_79B9_7F4A_7C15) | 1;

    /// <summary>0 to one less than <paramref name="sides"/>.</summary>
    public int Throw(int sides)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)(((_state * 0x2545_F491_4F6C_DD1D) >> 33) % (ulong)sides);
    }

    public bool OneIn(int sides) => Throw(sides) == 0;

    public T Of<T>(params ReadOnlySpan<T> these) => these[Throw(these.Length)];
}
