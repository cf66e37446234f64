using System.Collections.Immutable;

namespace PoweredAppliance.Core.Drivers;

/// <summary>One thing that a host does for a VM. Each can be asked again at any time and ends in the same picture.</summary>
public enum VmStep
{
    /// <summary>Files: overlays, volatile disks, the CONTEXT ISO. What is there already for this generation stays.</summary>
    Prolog,
    /// <summary>Defines and starts the domain; one of an older generation is destroyed first, a newer one refuses.</summary>
    Boot,
    /// <summary>ACPI power button, then waits for the guest to go; fails (guest untouched) when it does not.</summary>
    Shutdown,
    /// <summary>Pulls the plug.</summary>
    ShutdownHard,
    /// <summary>Writes the guest's memory to its checkpoint file and stops it.</summary>
    Save,
    /// <summary>Starts from the checkpoint, or resumes a paused guest; the checkpoint goes only when it runs.</summary>
    Restore,
    /// <summary>Asks the guest to reboot.</summary>
    Reboot,
    /// <summary>Presses reset.</summary>
    Reset,
    /// <summary>Removes the domain; the files stay (stop, undeploy).</summary>
    Undefine,
    /// <summary>Removes the domain and every file the VM had on the host, whatever state they are in.</summary>
    Cleanup,
    /// <summary>Nothing to do on the host but to give the claim back.</summary>
    Withdraw,
    /// <summary>Stamps a domain that somebody else made as ours, found by its uuid; its guest does not notice. The deploy id is the domain's name.</summary>
    Adopt,
    /// <summary>Makes the step's <see cref="HostStep.Change"/> of devices, disks or snapshots; failed, it leaves them as they were.</summary>
    Change,
    /// <summary>
    /// On the host that a VM moves to: copies the VM's files (disks, checkpoint, CONTEXT ISO) from <see cref="HostStep.Peer"/>. The peer's files
    /// stay; what arrived counts when its size and checksum are the peer's. Refused while the peer shows a running domain of the VM.
    /// </summary>
    Receive,
    /// <summary>
    /// On the host that a VM leaves: its guest moves live to <see cref="HostStep.Peer"/> with its local disks. Done when it runs there, stamped
    /// with the step's generation, which is the new one, and the domain is gone here. Failed, it runs on here and nothing of it is there.
    /// </summary>
    Migrate,
    /// <summary>Puts what the VM's NICs let through on the running guest's interfaces.</summary>
    Filter,
    /// <summary>
    /// Waits for the end of <see cref="HostStep.Command"/>, however long that takes. The guest's own ways are not touched: what is seen of it
    /// meanwhile counts.
    /// </summary>
    AwaitCommand,
}

/// <summary>A step, stamped with the VM's generation: a host refuses what is older than what it has.</summary>
public sealed record HostStep(VmId Vm, int Generation, VmStep Kind, VmSpec Spec)
{
    /// <summary>What <see cref="VmStep.Change"/> changes; the device it is about is among those of <see cref="Spec"/> for as long as the change lasts.</summary>
    public Vms.VmChange? Change { get; init; }

    /// <summary>Of a change that reverts to or deletes a disk's snapshot: whose name that has inside the file, where it is not the VM's own.</summary>
    public Vms.SnapshotTaker? SnapshotOf { get; init; }

    /// <summary>The command that the guest executes, of <see cref="VmStep.AwaitCommand"/> and of the change that cancels it.</summary>
    public Vms.GuestCommand? Command { get; init; }

    /// <summary>The other host of a VM that moves: where <see cref="VmStep.Receive"/> copies from, where <see cref="VmStep.Migrate"/> goes to.</summary>
    public HostAddress? Peer { get; init; }

    /// <summary>
    /// Of <see cref="VmStep.Migrate"/>: a person gave it up. What is under way is aborted and nothing is begun; done when the guest runs on
    /// the peer all the same, failed when it runs on here.
    /// </summary>
    public bool GivenUp { get; init; }

    /// <summary>Of <see cref="VmStep.Cleanup"/>: the VM is elsewhere. What persistent disks hold here is not the newest and goes without coming home.</summary>
    public bool Superseded { get; init; }
}

/// <summary>How a step ended. <paramref name="Retriable"/> false: asking again cannot help (stale generation, bad template).</summary>
public sealed record StepOutcome(bool Done, string? DeployId, string? Error, bool Retriable)
{
    /// <summary>What became of the guest's command, where the step was about one.</summary>
    public CommandReport? Command { get; init; }

    public static StepOutcome Ok(string? deployId = null) => new(true, deployId, null, false);
    public static StepOutcome Fail(string error, bool retriable = true) => new(false, null, error, retriable);
}

/// <summary>A command that a guest has started: that it goes on, or how it ended.</summary>
/// <param name="ReturnCode">null: it goes on; 128 and the signal's number where one ended it</param>
/// <param name="Stdout">base64, at most the first <see cref="MaxOutput"/> bytes of it</param>
/// <param name="Stderr">the same</param>
public sealed record CommandReport(long Pid, int? ReturnCode = null, string Stdout = "", string Stderr = "")
{
    /// <summary>Bytes. Every document of the VM carries the output from then on.</summary>
    public const int MaxOutput = 64 * 1024;
}

/// <summary>How far a long step is; <paramref name="Percent"/> 0..100, -1 when it cannot be told.</summary>
public sealed record StepProgress(VmId Vm, string What, int Percent, long BytesDone = 0, long BytesTotal = 0);

public enum DiskKind { Overlay, Persistent, Volatile, Swap, Cdrom }

/// <param name="Target">device name in the guest: vda, sda, hda</param>
/// <param name="Source">the registered image's file on the controller; null for volatile disks</param>
/// <param name="ImageVolume">the image's volume name in each host's image pool; null for volatile disks</param>
/// <param name="Format">qcow2 or raw, of the image for overlays, of the disk itself for volatile ones</param>
public sealed record DiskSpec(
    int Id, DiskKind Kind, string Target, string Bus, string Format, long SizeMebibytes, string? Source, string? ImageVolume,
    bool ReadOnly, string? Cache);

/// <param name="Bridge">an existing bridge; null when <paramref name="LibvirtNetwork"/> names a libvirt network</param>
public sealed record NicSpec(int Id, string? Bridge, string? LibvirtNetwork, string Mac, string? Ip, string Model)
{
    /// <summary>Null: everything passes.</summary>
    public NicFilter? Filter { get; init; }

    /// <summary>What the guest receives, null: as much as there is.</summary>
    public Bandwidth? Inbound { get; init; }

    /// <summary>What the guest sends, null: as much as it can.</summary>
    public Bandwidth? Outbound { get; init; }
}

/// <param name="Port">TCP port on the host, given with the claim</param>
public sealed record GraphicsSpec(string Type, string Listen, int Port, string? Password, string? Keymap);

/// <summary>How the guest boots; empty strings are not used. Kernel and Initrd are paths on the host.</summary>
public sealed record OsSpec(
    string Arch, string? Machine, string? Kernel, string? Initrd, string? KernelCommand, string? Root,
    string? Firmware, ImmutableArray<string> BootOrder);

/// <summary>All that a driver needs to make the VM; derived from its template by <see cref="Vms.Specification.Of"/>.</summary>
/// <param name="CpuPercent">share of the host, 100 = one core</param>
/// <param name="Context">the lines of context.sh, null: no CONTEXT ISO</param>
/// <param name="ContextTarget">device name of the CONTEXT ISO</param>
/// <param name="RawXml">RAW/DATA of TYPE kvm: libvirt XML put into the domain as it is</param>
public sealed record VmSpec(
    VmId Id, Guid Uuid, string Name, int Vcpu, int CpuPercent, long MemoryMebibytes, string? CpuModel,
    OsSpec Os, ImmutableArray<DiskSpec> Disks, ImmutableArray<NicSpec> Nics, GraphicsSpec? Graphics,
    ImmutableSortedDictionary<string, string>? Context, string? ContextTarget, bool Acpi, bool GuestAgent, string? RawXml)
{
    /// <summary>None where it was not said.</summary>
    public ImmutableArray<DiskSpec> Disks { get; init => field = value.IsDefault ? [] : value; } = Disks.IsDefault ? [] : Disks;

    /// <inheritdoc cref="Disks" path="/summary"/>
    public ImmutableArray<NicSpec> Nics { get; init => field = value.IsDefault ? [] : value; } = Nics.IsDefault ? [] : Nics;

    /// <summary>The domain was made by somebody else and adopted: it is found by its uuid, and never defined anew from this.</summary>
    public bool Imported { get; init; }

    /// <summary>Unix seconds at which the VM was made, where its guest is to have a token for OneGate (TOKEN=YES); null: it has none.</summary>
    public long? TokenOf { get; init; }

    /// <summary>The most that the guest can be given while it runs; 0: what it has.</summary>
    public int VcpuMax { get; init; }

    /// <inheritdoc cref="VcpuMax" path="/summary"/>
    public long MemoryMaxMebibytes { get; init; }
}
