using System.Collections.Immutable;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// What is changed on a VM's devices, disks and snapshots while it keeps its place: one change at a time, done by its host
/// (<see cref="Drivers.VmStep.Change"/>). As a command asks for it some things are open still; the event that begins it names all.
/// </summary>
public abstract record VmChange
{
    private VmChange()
    {
    }

    /// <param name="Disk">the DISK as <see cref="Assembly"/> completes it; DISK_ID and TARGET are given when it is taken on</param>
    /// <param name="Inherited">the snapshots that its image has; an event of its own says them</param>
    public sealed record AttachDisk(VectorAttribute Disk, DiskSnapshots? Inherited = null) : VmChange;
    public sealed record DetachDisk(int Disk) : VmChange;

    /// <param name="Nic">the NIC with its lease; NIC_ID is given when it is taken on</param>
    public sealed record AttachNic(VectorAttribute Nic) : VmChange
    {
        /// <summary>SECURITY_GROUP_RULE vectors of the NIC's groups; the VM has them when the change begins.</summary>
        public ImmutableArray<VectorAttribute> Rules { get; init; } = [];
    }

    public sealed record DetachNic(int Nic) : VmChange;

    /// <param name="Nic">the whole NIC as it shall be</param>
    /// <param name="Word">NicUpdate, SgAttach or SgDetach</param>
    public sealed record UpdateNic(VectorAttribute Nic, HistoryAction Word) : VmChange;

    /// <summary>A snapshot of the whole machine: its memory and all its disks.</summary>
    /// <param name="Snapshot">-1 until it is taken on</param>
    public sealed record CreateSnapshot(int Snapshot, string Name) : VmChange;
    public sealed record RevertSnapshot(int Snapshot) : VmChange;
    public sealed record DeleteSnapshot(int Snapshot) : VmChange;

    /// <param name="Snapshot">-1 until it is taken on</param>
    public sealed record CreateDiskSnapshot(int Disk, int Snapshot, string Name) : VmChange;
    public sealed record RevertDiskSnapshot(int Disk, int Snapshot) : VmChange;
    public sealed record DeleteDiskSnapshot(int Disk, int Snapshot) : VmChange;
    public sealed record ResizeDisk(int Disk, long SizeMebibytes) : VmChange;

    /// <param name="Image">the image that the disk's content becomes</param>
    /// <param name="File">where the host's driver leaves the content on the controller; whole when the change is done</param>
    public sealed record SaveDisk(int Disk, int Image, string File) : VmChange
    {
        /// <summary>Behind the file's name until it is whole.</summary>
        public const string Torn = "~";
    }

    /// <summary>What the VM takes of its host. Null: as it is; the event that begins it names all that the VM has.</summary>
    /// <param name="Cpu">in cores</param>
    public sealed record Resize(decimal? Cpu, int? Vcpu, long? MemoryMebibytes) : VmChange;

    /// <summary>CONTEXT is another one: the running guest's CD is made anew.</summary>
    /// <param name="Template">the VM's TEMPLATE as it shall be</param>
    public sealed record Reconfigure(Template Template) : VmChange;

    /// <summary>The guest executes a command, which goes on when the change is done; <see cref="VirtualMachine.Command"/> has it.</summary>
    /// <param name="Command">null: the last one again, until it is taken on</param>
    /// <param name="Stdin">base64</param>
    /// <param name="Run">of this VM's no other has it, so that asked again it is not executed twice; -1 until it is taken on</param>
    public sealed record Execute(string? Command, string? Stdin, int Run = -1) : VmChange;

    /// <summary>The command that the guest executes is killed.</summary>
    public sealed record CancelExecution : VmChange;

    /// <summary>The id of what the change makes, null when it makes nothing that has one of its own.</summary>
    public int? Made => this switch
    {
        CreateSnapshot c => c.Snapshot,
        CreateDiskSnapshot c => c.Snapshot,
        _ => null,
    };
}

/// <summary>A change that was taken on and not done yet, and the state that the VM goes back to.</summary>
public sealed record OngoingChange(VmChange What, Lifecycle.Phase From);
