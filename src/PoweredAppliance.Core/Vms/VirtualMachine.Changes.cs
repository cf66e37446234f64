using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>Changes of devices, disks and snapshots: what is refused, what is taken on, and what stands when it is done or was not to be had.</summary>
public sealed partial record VirtualMachine
{
    /// <summary>OpenNebula's marks on a disk that a change works on.</summary>
    private const string Resizing = "RESIZE", Snapshotting = "DISK_SNAPSHOT_ACTIVE", Saving = "HOTPLUG_SAVE_AS_ACTIVE";

    private const string NotExecuted = "Error executing command";

    /// <summary>TEMPLATE as the host has to make it: with what the change under way brings.</summary>
    public Template Planned => Changing?.What switch
    {
        VmChange.AttachNic attach => WithContext(Template, c => Contextualization.With(c, attach.Nic)),
        VmChange.DetachNic detach => WithContext(Template, c => Contextualization.Without(c, detach.Nic)),
        VmChange.UpdateNic update => Template.Put(update.Nic),
        VmChange.Resize resize => Resized(resize),
        VmChange.Reconfigure reconfigure => Described(reconfigure),
        VmChange.ResizeDisk resize => Template.Put(Template.Disk(resize.Disk)!.With("SIZE", Devices.Text(resize.SizeMebibytes))),
        _ => Template,
    };

    /// <summary>What a NIC lets through is no part of the change and may have become another since it began.</summary>
    private Template Described(VmChange.Reconfigure reconfigure) => reconfigure.Template
        .WithVectors("NIC", Template.Vectors("NIC")).WithVectors(SecurityRules.RuleOfVm, Template.Vectors(SecurityRules.RuleOfVm));

    /// <summary>Where a failed step leads from here; null: it does not fail.</summary>
    private Lifecycle.Phase? AfterFailure => Changing?.From ?? (Moving is { IsGranted: false, From: var from } ? from : Lifecycle.AfterFailure(Lcm));

    /// <summary>Whose name the snapshot has that the change under way reverts to or deletes; null: the VM's own.</summary>
    public SnapshotTaker? TakerOfSnapshot => Changing?.What switch
    {
        VmChange.RevertDiskSnapshot change => Tree(change.Disk).Find(change.Snapshot)?.Of,
        VmChange.DeleteDiskSnapshot change => Tree(change.Disk).Find(change.Snapshot)?.Of,
        _ => null,
    };

    /// <summary>What the persistent images of the VM's disks have to remember of its snapshots.</summary>
    public IEnumerable<(int Image, string Record)> SnapshotRecords => State is VmState.Done
        ? []
        : DiskSnapshots.Where(t => ImageKeeping(t.Disk) >= 0).Select(t => (ImageKeeping(t.Disk), ImageSnapshots.Write(t, Id)));

    /// <summary>The persistent image that the disk's snapshots lie in, -1 when they lie in a file of the VM's own.</summary>
    private int ImageKeeping(int disk) => Template.Disk(disk) is { } on && on["CLONE"] is "NO" ? Devices.Id(on, "IMAGE_ID") : -1;

    public DiskSnapshots Tree(int disk) => DiskSnapshots.FirstOrDefault(t => t.Disk == disk) ?? Vms.DiskSnapshots.Of(disk);

    /// <summary>Why the change cannot be now, null when it can: for those who have to get something for it first.</summary>
    public Refusal? Refuses(VmChange change) => Taken(change).Why;

    private Decision<IEvent> Decide(Change change, DateTimeOffset now)
    {
        if (change.What is VmChange.Resize resize && Lifecycle.During(resize, Phase) is null)
            return DecideAway(resize, change.By, now);
        // A VM that no host has anything of yet is what its template says.
        if (change.What is VmChange.UpdateNic update && State is not (VmState.Active or VmState.Poweroff or VmState.Done) && Template.Nic(Devices.Id(update.Nic, "NIC_ID")) is not null)
            return Of(new Reconfigured(Id, now, Template.Put(update.Nic), update.Word, change.By));
        return Taken(change.What) switch
        {
            (VmChange.AttachDisk attach, null) when change.What is VmChange.AttachDisk { Inherited: { } tree } => Of(
                new ChangeBegun(Id, now, attach, change.By), new SnapshotsInherited(Id, now, tree with { Disk = Devices.Id(attach.Disk, "DISK_ID") })),
            ({ } whole, null) => Of([.. RulesWith(whole, change.By, now), new ChangeBegun(Id, now, whole, change.By), .. AtOnce(whole, now)]),
            (_, { } why) => Decision<IEvent>.No(why),
            _ => Nothing,
        };
    }

    /// <summary>The NICs of a guest that is off are a matter of its template alone: its domain is made anew at its next start.</summary>
    private IEnumerable<IEvent> AtOnce(VmChange change, DateTimeOffset now) =>
        State is VmState.Poweroff && !Imported && change is VmChange.AttachNic or VmChange.DetachNic or VmChange.UpdateNic
            ? [new StepDone(Id, now, Generation, VmStep.Change, null)]
            : [];

    private Decision<IEvent> Decide(RenameDiskSnapshot rename, DateTimeOffset now) => Tree(rename.Disk).Find(rename.Snapshot) switch
    {
        _ when Template.Disk(rename.Disk) is null => Decision<IEvent>.No(Refusal.WrongState("VM disk does not exist", Id.Value)),
        null => Decision<IEvent>.No(Refusal.WrongState("Snapshot does not exist", Id.Value)),
        { Name: var name } when name == rename.Name => Nothing,
        _ => Of(new DiskSnapshotRenamed(Id, now, rename.Disk, rename.Snapshot, rename.Name)),
    };

    /// <summary>The change with its ids, or why it cannot be; neither where it is so already.</summary>
    private (VmChange? Whole, Refusal? Why) Taken(VmChange change)
    {
        if (Lifecycle.During(change, Phase) is null)
            return No(WrongState(change));
        switch (change)
        {
            case VmChange.AttachDisk attach:
                return Taken(attach);
            case VmChange.DetachDisk { Disk: var id }:
                return Template.Disk(id) is null ? No($"Disk {id} does not exist") : (change, null);
            case VmChange.AttachNic attach:
                var nic = Math.Max(NextNic, Template.HighestId("NIC") + 1);
                return (attach with
                {
                    Nic = attach.Nic
                        .With("NIC_ID", Devices.Text(nic)).With("NAME", Specification.Text(attach.Nic["NAME"]) ?? $"NIC{nic}")
                        .With("TARGET", Specification.Text(attach.Nic["TARGET"]) ?? $"one-{Id}-{nic}")
                        .With("MAC", Specification.Text(attach.Nic["MAC"]) ?? LentNic.OwnMac(Id, nic)),
                }, null);
            case VmChange.DetachNic { Nic: var id }:
                return Template.Nic(id) is null ? No($"Could not detach NIC with NIC_ID {id}, it does not exist.") : (change, null);
            case VmChange.UpdateNic { Nic: var changed }:
                return Template.Nic(Devices.Id(changed, "NIC_ID")) is null
                    ? No($"Error updating NIC ({changed["NIC_ID"]}) for VM {Id}: NIC does not exist") : (change, null);
            case VmChange.CreateSnapshot { Name: var name }:
                var next = Math.Max(NextSnapshot, Template.HighestId("SNAPSHOT") + 1);
                return (new VmChange.CreateSnapshot(next, name.Length > 0 ? name : $"snapshot-{next}"), null);
            case VmChange.RevertSnapshot { Snapshot: var id }:
                return Template.Snapshot(id) is null ? No($"Could not revert VM {Id} to snapshot {id}, it does not exist.") : (change, null);
            case VmChange.DeleteSnapshot { Snapshot: var id }:
                return Template.Snapshot(id) is null ? No($"Could not delete snapshot {id} for VM {Id}, it does not exist.") : (change, null);
            case VmChange.CreateDiskSnapshot create:
                return NoSnapshots(create.Disk) is { } none
                    ? No(none) : (create with { Snapshot = Tree(create.Disk).Next }, null);
            case VmChange.RevertDiskSnapshot { Disk: var disk, Snapshot: var id }:
                return Tree(disk).Find(id) is null ? No($"Disk id ({disk}) or snapshot id ({id}) is not valid.") : (change, null);
            case VmChange.DeleteDiskSnapshot { Disk: var disk, Snapshot: var id }:
                return Template.Disk(disk) is null ? No("VM disk does not exist") : Tree(disk).WhyKept(id) is { } kept ? No(kept) : (change, null);
            case VmChange.ResizeDisk resize:
                return NoResize(resize) is { } not ? No(not) : (change, null);
            case VmChange.Resize resize:
                return Taken(resize);
            case VmChange.Reconfigure:
                return (change, null);
            case VmChange.Execute execute:
                return Taken(execute);
            case VmChange.CancelExecution:
                return Command is { IsExecuting: true } ? (change, null) : No("Could not cancel command, there is no command being executed");
            case VmChange.SaveDisk { Disk: var id }:
                return Template.Disk(id) is null ? No("Cannot use DISK. VM disk does not exist") : (change, null);
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "a change this version has never heard of");
        }
    }

    private (VmChange? Whole, Refusal? Why) Taken(VmChange.AttachDisk attach)
    {
        var context = Template.Vector("CONTEXT");
        var taken = Template.Vectors("DISK").Select(d => d["TARGET"]).Append(context?["TARGET"]).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (attach.Disk["TARGET"] is { Length: > 0 } wanted && taken.Contains(wanted))
            return No($"Target {wanted} is already in use.");
        var highest = Math.Max(Template.HighestId("DISK"), context is null ? -1 : Devices.Id(context, "DISK_ID"));
        return (new VmChange.AttachDisk(Assembly.Placed(attach.Disk, Math.Max(NextDisk, highest + 1), taken)), null);
    }

    private string? NoSnapshots(int id) => Template.Disk(id) switch
    {
        null => "VM disk does not exist",
        { } disk when disk["IMAGE_ID"] is null => "Cannot make snapshots on volatile disks",
        { } disk when disk["TYPE"] is "CDROM" || Specification.Yes(disk["READONLY"]) => "Cannot make snapshots on readonly disks",
        { } disk when disk["CLONE"] is "NO" && disk["FORMAT"] is not "qcow2" =>
            $"Cannot make snapshots on disk {id}: it is a persistent image of format {disk["FORMAT"]}, snapshots take qcow2",
        _ => null,
    };

    private string? NoResize(VmChange.ResizeDisk resize) => Template.Disk(resize.Disk) switch
    {
        null => "VM disk does not exist",
        { } disk when disk["TYPE"] is "CDROM" => "Cannot resize a CDROM",
        { } disk when resize.SizeMebibytes <= Specification.Number(disk["SIZE"], 0) => "New disk size has to be greater than current one",
        _ when resize.SizeMebibytes > Assembly.MaxMebibytes => $"Disk SIZE has to be at most {Assembly.MaxMebibytes} MB",
        _ => null,
    };

    private (VmChange? Whole, Refusal? Why) No(string why) => (null, Refusal.WrongState(why, Id.Value));

    private string WrongState(VmChange change) => change switch
    {
        VmChange.AttachDisk => $"Could not attach a new disk to VM {Id}, wrong state {Phase}.",
        VmChange.DetachDisk => $"Could not detach disk from VM {Id}, wrong state {Phase}.",
        VmChange.AttachNic => $"Could not add a new NIC to VM {Id}, wrong state {Phase}.",
        VmChange.DetachNic => $"Could not detach NIC from VM {Id}, wrong state {Phase}.",
        VmChange.UpdateNic { Word: HistoryAction.NicUpdate } update => $"Error updating NIC ({update.Nic["NIC_ID"]}) for VM {Id}: Wrong state {Phase}",
        VmChange.UpdateNic => $"VM {Id} is in wrong state {Phase}",
        VmChange.RevertSnapshot revert => $"Could not revert VM {Id} to snapshot {revert.Snapshot}, wrong state {Phase}.",
        VmChange.DeleteSnapshot delete => $"Could not delete snapshot {delete.Snapshot} for VM {Id}, wrong state {Phase}.",
        VmChange.RevertDiskSnapshot => $"Could not revert to disk snapshot for VM {Id}, wrong state {Phase}.",
        VmChange.DeleteDiskSnapshot => $"Could not delete disk snapshot from VM {Id}, wrong state {Phase}.",
        VmChange.Resize => $"Cannot resize a VM in state {Phase}",
        VmChange.Reconfigure => $"configuration cannot be updated in state {Phase}",
        VmChange.ResizeDisk => $"Could not resize disk for VM {Id}, wrong state {Phase}.",
        VmChange.SaveDisk => "VM has to be RUNNING, POWEROFF or SUSPENDED to save disks.",
        VmChange.Execute => "Could not execute command, VM must be in running",
        VmChange.CancelExecution => "Could not cancel command, VM must be in running",
        _ => $"Could not create a new snapshot for VM {Id}, wrong state {Phase}.",
    };

    /// <summary>What could not be done, for USER_TEMPLATE/ERROR.</summary>
    private static string Failure(VmChange change) => change switch
    {
        VmChange.AttachDisk attach => $"Error attaching disk {attach.Disk["DISK_ID"]}",
        VmChange.DetachDisk detach => $"Error detaching disk {detach.Disk}",
        VmChange.AttachNic attach => $"Error attaching NIC {attach.Nic["NIC_ID"]}",
        VmChange.DetachNic detach => $"Error detaching NIC {detach.Nic}",
        VmChange.UpdateNic update => $"Error updating NIC {update.Nic["NIC_ID"]}",
        VmChange.CreateSnapshot create => $"Error creating snapshot {create.Snapshot}",
        VmChange.RevertSnapshot revert => $"Error reverting to snapshot {revert.Snapshot}",
        VmChange.DeleteSnapshot delete => $"Error deleting snapshot {delete.Snapshot}",
        VmChange.CreateDiskSnapshot create => $"Error creating snapshot {create.Snapshot} of disk {create.Disk}",
        VmChange.RevertDiskSnapshot revert => $"Error reverting disk {revert.Disk} to snapshot {revert.Snapshot}",
        VmChange.DeleteDiskSnapshot delete => $"Error deleting snapshot {delete.Snapshot} of disk {delete.Disk}",
        VmChange.Resize => "Error resizing VM",
        VmChange.Reconfigure => "Error updating the context",
        VmChange.ResizeDisk resize => $"Error resizing disk {resize.Disk}",
        VmChange.SaveDisk save => $"Error saving disk {save.Disk}",
        VmChange.Execute => NotExecuted,
        VmChange.CancelExecution => "Error cancelling command",
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "a change this version has never heard of"),
    };
}
