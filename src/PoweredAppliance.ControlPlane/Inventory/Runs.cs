using System.Runtime.CompilerServices;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>
/// Counts what changes by runs of <see cref="Length"/> ids, so that what was made of a whole run is known to be good by one look. The
/// count is to be taken before the values are read, and is raised after they were written: then it can be too low for what was read, which
/// is found at the next look, and never too high.
/// </summary>
public sealed class Runs
{
    public const int Length = 64;

    private readonly ById<StrongBox<long>> _changes = new();

    /// <summary>-1 when nothing ever changed.</summary>
    public int Highest => _changes.HighestId;

    public static int Of(int id) => id / Length;

    /// <summary>How many changes there were.</summary>
    public long Changes(int run) => _changes.Find(run) is { } changes ? Volatile.Read(ref changes.Value) : 0;

    internal void Changed(int id) => Interlocked.Increment(ref _changes.GetOrAdd(Of(id), static _ => new()).Value);
}
