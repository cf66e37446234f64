namespace PoweredAppliance.Simulation;

/// <summary>
/// Chance that does not depend on who asks first: every throw is a hash of the seed and of what the throw is about, so
/// that one seed gives one world whatever threads do.
/// </summary>
public readonly record struct Dice(int Seed)
{
    /// <summary>From 0 (included) to 1 (excluded).</summary>
    public double Throw(string about, params ReadOnlySpan<int> numbers)
    {
        var hash = 0xCBF29CE484222325UL ^ (uint)Seed;
        foreach (var c in about)
            hash = (hash ^ c) * 0x100000001B3UL;
        foreach (var n in numbers)
            hash = Mix(hash + (uint)n + 0x9E3779B97F4A7C15UL);
        return (Mix(hash) >> 11) * (1.0 / (1UL << 53));
    }

    public bool Hits(double probability, string about, params ReadOnlySpan<int> numbers) =>
        probability > 0 && Throw(about, numbers) < probability;

    /// <summary>The finishing steps of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
