namespace PoweredAppliance.Client.Wire;

/// <summary>
/// A server that runs VMs. <c>state</c> is OpenNebula's word (<c>INIT</c>, <c>MONITORED</c>, <c>ERROR</c>,
/// <c>DISABLED</c>,
/// <c>OFFLINE</c>) and <c>stateNumber</c> its number. Only a <c>MONITORED</c> host is given VMs.
/// </summary>
public sealed record Host
{
    public required int Id { get; init; }
    public required string Name { get; init; }

    /// <summary>libvirt's connection URI, as the controllers open it.</summary>
    public required string Uri { get; init; }
    public required string State { get; init; }
    public required int StateNumber { get; init; }
    public required string Cluster { get; init; }
    public required int ClusterId { get; init; }

    /// <summary>Name of the hardware profile it is run under.</summary>
    public string? Profile { get; init; }

    /// <summary>Where the machine is not what the profile says; one sentence each. Empty when it matches.</summary>
    public IReadOnlyList<string> ProfileDifferences { get; init; } = [];

    /// <summary>What may be promised to VMs: the machine less what is reserved, after overcommit.</summary>
    public Resources Capacity { get; init; } = Resources.None;

    /// <summary>What is promised to VMs.</summary>
    public Resources Allocated { get; init; } = Resources.None;

    /// <summary>What was measured to be in use.</summary>
    public Resources Used { get; init; } = Resources.None;

    /// <summary>Capacity less allocated.</summary>
    public Resources Free { get; init; } = Resources.None;

    /// <summary>Ids of the VMs that hold a claim here.</summary>
    public IReadOnlyList<int> Vms { get; init; } = [];

    /// <summary>What runs here and is not ours.</summary>
    public IReadOnlyList<WildVm> WildVms { get; init; } = [];

    /// <summary>Name and version: <c>QEMU 7.2.22</c>.</summary>
    public string? Hypervisor { get; init; }

    /// <summary><c>kvm</c>, or <c>emulation</c> when the processor's help is not to be had.</summary>
    public string? Acceleration { get; init; }
    public string? CpuModel { get; init; }

    /// <summary>The newest reading.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Why nothing is heard from it; absent while it answers.</summary>
    public string? SilenceReason { get; init; }
}

/// <summary>Processors and memory; 100 cpuPercent is one core.</summary>
public sealed record Resources(int CpuPercent, long MemoryMib)
{
    public static Resources None { get; } = new(0, 0);
}

/// <summary>
/// A libvirt domain that somebody else made. <c>state</c> is libvirt's word: <c>running</c>, <c>shut off</c>, ...
/// </summary>
public sealed record WildVm
{
    public required string Name { get; init; }
    public required string Uuid { get; init; }
    public required string State { get; init; }
    public int Vcpu { get; init; }
    public long MemoryMib { get; init; }
}

/// <summary>Enrols a host. Without a profile, the one that fits best is chosen.</summary>
public sealed record HostAdd
{
    public required string Name { get; init; }

    /// <summary>libvirt's connection URI: <c>qemu:///system</c>, <c>qemu+tls://host2/system</c>.</summary>
    public required string Uri { get; init; }

    /// <summary>Id or name; absent: cluster 0.</summary>
    public string? Cluster { get; init; }
    public string? Profile { get; init; }

    /// <summary>Directory on that host for the disks of VMs.</summary>
    public string? DatastorePath { get; init; }
}
