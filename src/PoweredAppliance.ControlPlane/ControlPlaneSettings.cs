namespace PoweredAppliance.ControlPlane;

public sealed record ControlPlaneSettings
{
    /// <summary>How many journals the VMs are spread over. A promise of the data directory: it cannot be changed later.</summary>
    public int Partitions { get; init; } = 16;

    /// <summary>Unfinished work is asked for again after this long without an answer.</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two readings of a host.</summary>
    public TimeSpan ReadEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A host without an answer for this long is in ERROR and its VMs are UNKNOWN.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>One answer of a host's driver may take this long (not its steps, which have their own deadlines).</summary>
    public TimeSpan ReadDeadline { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>A call from outside waits this long for an entity.</summary>
    public TimeSpan AskDeadline { get; init; } = TimeSpan.FromSeconds(30);

    public string ZoneName { get; init; } = "OpenNebula";
}
