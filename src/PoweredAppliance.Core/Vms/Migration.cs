namespace PoweredAppliance.Core.Vms;

/// <summary>How a VM leaves its host; the cold ways are numbered as one.vm.migrate's migration_type.</summary>
public enum MigrationWay
{
    /// <summary>Its memory is saved and goes along.</summary>
    Save = 0,
    Poweroff = 1,
    PoweroffHard = 2,
    /// <summary>It runs on while it moves.</summary>
    Live = 3,
}

/// <summary>A VM on its way to another host. Until it has arrived it is its old host's, with the generation that it has there.</summary>
/// <param name="Generation">that it will have there; the claim, the files and the domain on that host carry it</param>
/// <param name="Began">unix seconds at which it was asked for</param>
/// <param name="From">where it goes back to when it does not leave</param>
public sealed record Migration(HostOffer To, int Generation, MigrationWay Way, Lifecycle.Phase From, long Began)
{
    /// <summary>The new host keeps room for it. Nothing moves before.</summary>
    public bool IsGranted { get; init; }
    public int GraphicsPort { get; init; }

    /// <summary>Unix seconds at which its files began to move; 0: not yet.</summary>
    public long Since { get; init; }

    /// <summary>A person gave the live migration up; where the guest is remains for the hosts to say.</summary>
    public bool GivenUp { get; init; }
}

/// <summary>What a VM that is elsewhere left on a host, or what of it came there in vain; removed in the background, without end of tries.</summary>
/// <param name="Transition">the VM's when it was left, so that the removal is told from its other steps</param>
public sealed record Remnant(HostOffer Host, int Generation, long Transition)
{
    /// <summary>A guest may have arrived there of which nobody has heard: until it is removed, the VM starts nowhere (law 1).</summary>
    public bool MayRun { get; init; }
}
