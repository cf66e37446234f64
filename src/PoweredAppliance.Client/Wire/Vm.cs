namespace PoweredAppliance.Client.Wire;

/// <summary>
/// A virtual machine. <c>state</c> and <c>lcmState</c> are OpenNebula's words (<c>ACTIVE</c>, <c>RUNNING</c>), the two
/// numbers are OpenNebula's numbers. <c>lcmState</c> is <c>LCM_INIT</c> (0) unless <c>state</c> is <c>ACTIVE</c> (3).
/// </summary>
public sealed record Vm
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required string LcmState { get; init; }
    public required int StateNumber { get; init; }
    public required int LcmStateNumber { get; init; }
    public required string Owner { get; init; }
    public required int OwnerId { get; init; }
    public required string Group { get; init; }
    public required int GroupId { get; init; }

    /// <summary>Where it is now, or last was; absent before its first placement.</summary>
    public int? HostId { get; init; }
    public string? Host { get; init; }

    /// <summary>The share of cores it is promised: 100 is one core (OpenNebula's CPU times 100).</summary>
    public required int CpuPercent { get; init; }

    /// <summary>How many processors the guest sees.</summary>
    public required int Vcpu { get; init; }
    public required long MemoryMib { get; init; }

    public IReadOnlyList<string> Ips { get; init; } = [];
    public IReadOnlyList<VmDisk> Disks { get; init; } = [];
    public IReadOnlyList<VmNic> Nics { get; init; } = [];

    /// <summary>TCP port of the screen on its host; absent when it has none or does not run.</summary>
    public int? VncPort { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When it became DONE.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>When the present state and lcmState began.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Grows with each start; a host refuses an older one.</summary>
    public long Generation { get; init; }

    /// <summary>Why it waits, failed or was seen to change: one sentence with the numbers.</summary>
    public string? Reason { get; init; }

    /// <summary>While it waits for a host: the hosts nearest to fitting, at most 20, the nearest first.</summary>
    public IReadOnlyList<HostVerdict> Considered { get; init; } = [];

    /// <summary>
    /// While it waits for a host: how many of all hosts were refused for each reason (<c>too-little-memory</c>,
    /// <c>disabled</c>, <c>requirement-fails</c>, ...). Absent when it does not wait.
    /// </summary>
    public IReadOnlyDictionary<string, int>? ConsideredCounts { get; init; }

    /// <summary>How far the present step is; absent when nothing long is under way.</summary>
    public Progress? Progress { get; init; }

    /// <summary>The newest reading; absent until the first.</summary>
    public VmUsage? Usage { get; init; }

    /// <summary>The VM template it was made from.</summary>
    public int? TemplateId { get; init; }

    /// <summary>
    /// OpenNebula template text of what the appliance runs (CPU, DISK, NIC, CONTEXT, ...). Only on a single VM, not in
    /// lists.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>OpenNebula template text of the owner's own attributes. Only on a single VM, not in lists.</summary>
    public string? UserTemplate { get; init; }
}

/// <summary>A disk of a VM. <c>kind</c> is <c>image</c>, <c>volatile</c>, <c>cdrom</c> or <c>context</c>.</summary>
public sealed record VmDisk
{
    public required int Id { get; init; }
    public required string Kind { get; init; }

    /// <summary>The guest's device: <c>vda</c>.</summary>
    public string? Target { get; init; }
    public int? ImageId { get; init; }
    public string? Image { get; init; }
    public string? Format { get; init; }
    public long SizeMib { get; init; }
    public bool Persistent { get; init; }
}

/// <summary>A network card of a VM.</summary>
public sealed record VmNic
{
    public required int Id { get; init; }
    public int? NetworkId { get; init; }
    public string? Network { get; init; }
    public string? Bridge { get; init; }
    public string? Mac { get; init; }
    public string? Ip { get; init; }
    public string? Ip6 { get; init; }
    public string? Model { get; init; }
}

/// <summary>Measured use of a VM. Byte counters run from its start.</summary>
public sealed record VmUsage
{
    public required DateTimeOffset At { get; init; }

    /// <summary>100 is one core fully used.</summary>
    public int CpuPercent { get; init; }
    public long MemoryMib { get; init; }
    public long NetReceivedBytes { get; init; }
    public long NetSentBytes { get; init; }
    public long DiskReadBytes { get; init; }
    public long DiskWrittenBytes { get; init; }
}

/// <summary>One host that was considered for a waiting VM, and what it lacks, with the numbers.</summary>
public sealed record HostVerdict(int HostId, string Host, string Reason);

/// <summary>
/// Something that happened to a VM, oldest first. <c>kind</c> is the stored event's name in lower case with dashes
/// (<c>placed</c>, <c>poweroff-asked</c>); <c>by</c> is a user's name, or <c>appliance</c> when it acted by itself.
/// </summary>
public sealed record VmEvent(long Sequence, DateTimeOffset At, string Kind, string Text, string By);

/// <summary>
/// Asks for VMs. Exactly one of <c>template</c> (id or name of a VM template) and <c>templateText</c> (OpenNebula
/// template text).
/// </summary>
public sealed record VmCreate
{
    public string? Template { get; init; }
    public string? TemplateText { get; init; }

    /// <summary>
    /// <c>%i</c> becomes the number of the VM, from 0. Absent: the template's NAME, or one that is made up.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Begin in HOLD: not placed until released.</summary>
    public bool Hold { get; init; }

    /// <summary>How many, 1 to 1000. All are made or none.</summary>
    public int Count { get; set; } = 1; // set, not init: what is absent in JSON must stay as it is here

    /// <summary>Template text laid over the template: an attribute here replaces all of that name there.</summary>
    public string? Extra { get; init; }
}

/// <summary>How far a long step is. <c>percent</c> is absent when the end is not known.</summary>
public sealed record Progress
{
    /// <summary>What is being done, for people: <c>copying the image to host2</c>.</summary>
    public required string Step { get; init; }

    /// <summary>0 to 100.</summary>
    public int? Percent { get; init; }
    public long? BytesDone { get; init; }
    public long? BytesTotal { get; init; }
}
