using System.Numerics;
using System.Runtime.InteropServices;

namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>A bit for each host, by its id. Arrays of one length, which the map gives.</summary>
internal static class HostBits
{
    public static int Words(int hosts) => (hosts + 511 >> 9) << 3;

    public static bool Get(ulong[] bits, int host) => (bits[host >> 6] >> host & 1) != 0;

    public static void Set(ulong[] bits, int host, bool value)
    {
        ref var word = ref bits[host >> 6];
        word = value ? word | 1UL << host : word & ~(1UL << host);
    }

    public static void Or(ulong[] into, ulong[] other)
    {
        var a = Vectors(into);
        var b = Vectors(other);
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
            a[i] |= b[i];
    }

    public static void And(ulong[] into, ulong[] other)
    {
        var a = Vectors(into);
        var b = Vectors(other);
        for (var i = 0; i < a.Length; i++)
            a[i] &= b[i];
    }

    public static void Not(ulong[] into)
    {
        var a = Vectors(into);
        for (var i = 0; i < a.Length; i++)
            a[i] = ~a[i];
    }

    public static int Count(ulong[] bits)
    {
        var count = 0;
        foreach (var word in bits)
            count += BitOperations.PopCount(word);
        return count;
    }

    private static Span<Vector<ulong>> Vectors(ulong[] bits) => MemoryMarshal.Cast<ulong, Vector<ulong>>(bits.AsSpan());
}
