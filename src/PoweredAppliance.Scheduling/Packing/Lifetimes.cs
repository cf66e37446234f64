namespace PoweredAppliance.Scheduling.Packing;

/// <summary>How long VMs of a size ran, learned from those that have ended. The geometric mean, since lives span five powers of ten.</summary>
public sealed class Lifetimes
{
    /// <summary>Before so many have ended, nobody knows.</summary>
    private const int Enough = 6;

    private readonly Dictionary<Size, (double Logs, int Ended)> _bySize = [];

    public void Ended(in Size size, long seconds)
    {
        var (logs, ended) = _bySize.GetValueOrDefault(size);
        _bySize[size] = (logs + Math.Log(Math.Max(1, seconds)), ended + 1);
    }

    public double ExpectedSeconds(in Size size) =>
        _bySize.TryGetValue(size, out var known) && known.Ended >= Enough ? Math.Exp(known.Logs / known.Ended) : 0;
}
