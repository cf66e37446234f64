namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>The hosts that changed last, one after the other: who looks seldom still learns only of what he missed.</summary>
internal sealed class ChangeLog
{
    private const int Length = 4_096;

    private readonly int[] _hosts = new int[Length];

    /// <summary>The number of the next change.</summary>
    public long Next { get; private set; }

    public void Add(int host) => _hosts[Next++ & Length - 1] = host;

    /// <summary>Whether what came since is still known; if not, any host may have changed.</summary>
    public bool Has(long since) => since >= 0 && Next - since <= Length;

    public int this[long change] => _hosts[change & Length - 1];
}
