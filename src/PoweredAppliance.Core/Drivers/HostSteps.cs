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
}

/// <summary>A step, stamped with the VM's generation: a host refuses what is older than what it has.</summary>
public sealed record HostStep(VmId Vm, int Generation, VmStep Kind, VmSpec Spec);

/// <summary>How a step ended. <paramref name="Retriable"/> false: asking again cannot help (stale generation, bad template).</summary>
public sealed record StepOutcome(bool Done, string? DeployId, string? Error, bool Retriable)
{
    public static StepOutcome Ok(string? deployId = null) => new(true, deployId, null, false);
    public static StepOutcome Fail(string error, bool retriable = true) => new(false, null, error, retriable);
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
public sealed record NicSpec(int Id, string? Bridge, string? LibvirtNetwork, string Mac, string? Ip, string Model);

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
    /// <summary>The domain was made by somebody else and adopted: it is found by its uuid, and never defined anew from this.</summary>
    public bool Imported { get; init; }
}
