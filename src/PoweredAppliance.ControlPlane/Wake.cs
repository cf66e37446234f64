namespace PoweredAppliance.ControlPlane;

/// <summary>Makes an entity recover; it answers <see cref="Awake"/> when it has.</summary>
/// <param name="Entity">its name in the shard region</param>
public sealed record Wake(string Entity);

public sealed class Awake
{
    public static readonly Awake Instance = new();
    private Awake() { }
}
