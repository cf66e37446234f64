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
