namespace PoweredAppliance.Client.Wire;

/// <summary>
/// Why a VM is where it is, or why it is nowhere. <c>kind</c> is <c>waiting</c> (no host fits it yet), <c>offered</c> (a host was
/// chosen and has not answered), <c>held</c>, <c>filling-disks</c>, <c>disks-failed</c>, <c>being-removed</c> (it may run where it was
/// before), <c>imported</c>, <c>placed</c>, <c>leaving</c> (placed, and to leave its host), <c>off-host</c> (stopped or undeployed) or
/// <c>ended</c>.
/// </summary>
public sealed record VmWhy
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required string LcmState { get; init; }
    public required string Kind { get; init; }

    /// <summary>The whole in one sentence; what follows is its grounds.</summary>
    public required string Text { get; init; }

    /// <summary>Waiting since then, or placed then; absent where that is not known any more.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Where it is, or is to be.</summary>
    public int? HostId { get; init; }
    public string? Host { get; init; }

    /// <summary><c>scheduler</c>, or the name of who deployed or migrated it by hand; absent where that is not known any more.</summary>
    public string? PlacedBy { get; init; }

    /// <summary>The policy that the scheduler placed it by, or <c>SCHED_RANK</c> for its own; absent where that is not known.</summary>
    public string? Policy { get; init; }

    /// <summary>How many hosts were looked at.</summary>
    public int? Hosts { get; init; }

    /// <summary>Why hosts refuse it, the reason of the most hosts first; each host counts once.</summary>
    public IReadOnlyList<Reason> Reasons { get; init; } = [];

    /// <summary>Hosts that would fit if one VM moved, the nearest first, at most 10.</summary>
    public IReadOnlyList<Way> Ways { get; init; } = [];

    /// <summary>When its schedule lets it go on: releases or resumes it.</summary>
    public DateTimeOffset? Scheduled { get; init; }
}

/// <summary>
/// Hosts that are refused for one reason. <c>kind</c> is one of those of <see cref="Vm.ConsideredCounts"/>, or what is against the VM on
/// every host: <c>unreadable</c>, <c>datastore</c>, <c>quota</c>. Several may be of one kind, with different words.
/// </summary>
/// <param name="Text">
/// The whole as one line: <c>12 hosts: not enough memory (nearest: host7 lacks 4 GiB, host3 lacks 6 GiB)</c>
/// </param>
/// <param name="Nearest">At most 5, the nearest to fitting first.</param>
public sealed record Reason(string Kind, int Hosts, string Text, IReadOnlyList<HostVerdict> Nearest);

/// <summary>A host that would fit if that VM, which runs there, moved to the other.</summary>
public sealed record Way(int HostId, string Host, int VmId, int ToHostId, string ToHost);

/// <summary>How many more VMs of one shape fit now, on top of all that are there and were offered a host. Makes none.</summary>
public sealed record Headroom
{
    /// <summary>The VM template that was asked for; absent: a shape was.</summary>
    public string? Template { get; init; }
    public int? TemplateId { get; init; }

    /// <summary>What each of them takes; 100 cpuPercent is one core.</summary>
    public required int CpuPercent { get; init; }
    public required long MemoryMib { get; init; }
    public required long DiskMib { get; init; }

    /// <summary>So many are placed, one after another, by the present policy.</summary>
    public required long Fits { get; init; }

    /// <summary>So many at least: more were not counted.</summary>
    public bool AtLeast { get; init; }

    /// <summary>Of them, if all hosts that are enabled were up, as they were last known.</summary>
    public required long FitsIfAllUp { get; init; }

    /// <summary><c>cpu</c>, <c>memory</c> or <c>disk</c>: what most hosts lack when they are full; absent: no host is asked, or none of these.</summary>
    public string? RunsOutFirst { get; init; }

    /// <summary>Each that has hosts, by id.</summary>
    public IReadOnlyList<ClusterHeadroom> Clusters { get; init; } = [];

    /// <summary>Why hosts that take none now refuse.</summary>
    public IReadOnlyList<Reason> Reasons { get; init; } = [];

    /// <summary>By how much more VMs took each day.</summary>
    public required GrowthRate Growth { get; init; }

    /// <summary>When the first of cpu, memory and disk is used up if that goes on; absent: it does not grow.</summary>
    public DateTimeOffset? FullAt { get; init; }
}

/// <summary>The same of one cluster.</summary>
/// <param name="Hosts">that take any</param>
public sealed record ClusterHeadroom(int ClusterId, string Cluster, int Hosts, long Fits, long FitsIfAllUp, string? RunsOutFirst);

/// <summary>By VMs that came and went; less than 0 where they took less.</summary>
/// <param name="Days">looked back</param>
public sealed record GrowthRate(double Days, double CpuPercentPerDay, double MemoryMibPerDay, double DiskMibPerDay);

/// <summary>What would become of the VMs of hosts that were lost. Nothing is touched.</summary>
public sealed record LossPlan
{
    /// <summary>Names of the hosts.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>All VMs would find a place.</summary>
    public required bool Fits { get; init; }

    /// <summary>In the order in which they would be placed: by priority, then by id.</summary>
    public IReadOnlyList<LostVm> Vms { get; init; } = [];
}

/// <summary>A VM that would lose its host.</summary>
/// <param name="Name">absent where the caller may not use the VM</param>
/// <param name="ToHostId">absent: no host fits</param>
/// <param name="Text">why no host fits</param>
public sealed record LostVm(
    int Id, string? Name, int Priority, int FromHostId, string From, int? ToHostId, string? To, string? Text, IReadOnlyList<Reason> Reasons);
