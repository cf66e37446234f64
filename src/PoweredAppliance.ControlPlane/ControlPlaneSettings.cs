using System.Collections.Immutable;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Accounting;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane;

public sealed record ControlPlaneSettings
{
    /// <summary>Closes attributes before they are stored. Its key is a promise of the data directory, like the journal.</summary>
    public required AttributeCipher Cipher { get; init; }

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

    /// <summary>
    /// To say what it is may take a host so long: a libvirtd that has just started asks each of its qemus what it can do before it answers
    /// anybody, and asked again after a reading's time it would never get to say it.
    /// </summary>
    public TimeSpan InspectDeadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A call from outside waits this long for an entity.</summary>
    public TimeSpan AskDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Prices of VMs whose templates give none (OpenNebula's DEFAULT_COST).</summary>
    public Prices DefaultPrices { get; init; } = new(0, 0, 0);

    /// <summary>Which host a VM gets that has no rank of its own.</summary>
    public Policy Placement { get; init; } = Policy.Default;

    public string ZoneName { get; init; } = "OpenNebula";

    /// <summary>Attributes of VMs, upper case, that quotas can limit beside those that they always can (OpenNebula's QUOTA_VM_ATTRIBUTE).</summary>
    public ImmutableArray<string> QuotaVmAttributes { get; init; } = [];
}
