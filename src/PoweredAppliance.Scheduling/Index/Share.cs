using System.Numerics;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>
/// Parts of a total in whole numbers, so that equal hosts tie: 1 &lt;&lt; 24 of them are all of it. The total counts with its first eight
/// binary digits, since hosts of one model report totals that differ by a few KiB and are still equals.
/// </summary>
internal readonly record struct Share
{
    /// <summary>A multiplication takes the place of a division for each host that is looked at.</summary>
    private readonly ulong _factor;

    private readonly ulong _most;

    /// <param name="total">of nothing, all parts are 0</param>
    public Share(long total)
    {
        Total = Rounded(total);
        if (Total > 0)
            (_factor, _most) = ((1UL << 56) / (ulong)Total, (ulong)Total << 1);
    }

    public long Total { get; }

    /// <param name="part">0 or more; beyond twice the total all parts are alike</param>
    public long Of(long part) => (long)(Math.Min((ulong)part, _most) * _factor >> 32);

    private static long Rounded(long total)
    {
        if (total <= 0)
            return 0;
        var dropped = Math.Max(0, BitOperations.Log2((ulong)total) - 7);
        return total >> dropped << dropped;
    }
}
