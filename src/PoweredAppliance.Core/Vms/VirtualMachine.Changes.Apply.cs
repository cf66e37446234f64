using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

public sealed partial record VirtualMachine
{
    private VirtualMachine Apply(ChangeBegun begun)
    {
        var at = begun.At.ToUnixTimeSeconds();
        var during = Lifecycle.During(begun.What, Phase)
            ?? throw new ArgumentException($"VM {Id} is {Phase}, in which {begun.What} does not begin", nameof(begun));
        var vm = (this with { Resched = false }).Marked(begun.What, at) with { Changing = new(begun.What, Phase) };
        if (History is [.. var earlier, { IsOpen: true } open])
            vm = vm with { History = [.. earlier, .. Lifecycle.Turned(open, begun.What, begun.By, Lifecycle.GuestIsUp(Phase), Template, at)] };
        return vm.To(during, begun.At);
    }

    /// <summary>While the change lasts: what is attached is there already, so that its address is taken; the rest has OpenNebula's marks.</summary>
    private VirtualMachine Marked(VmChange change, long at) => change switch
    {
        VmChange.AttachDisk attach => this with
        {
            Template = Template.Put(attach.Disk.With(Devices.Attaching, "YES")),
            NextDisk = Devices.Id(attach.Disk, "DISK_ID") + 1,
        },
        VmChange.DetachDisk detach => WithDisk(detach.Disk, Devices.Attaching),
        VmChange.AttachNic attach => this with
        {
            Template = Template.Put(attach.Nic.With(Devices.Attaching, "YES")),
            NextNic = Devices.Id(attach.Nic, "NIC_ID") + 1,
        },
        VmChange.DetachNic detach => this with { Template = Template.Put(Template.Nic(detach.Nic)!.With(Devices.Attaching, "YES")) },
        VmChange.CreateSnapshot create => this with
        {
            // SYSTEM_DISK_SIZE as OpenNebula counts with VM_SNAPSHOT_FACTOR 0, its default.
            Template = Template.Add(VectorAttribute.Of("SNAPSHOT",
                ("SNAPSHOT_ID", Devices.Text(create.Snapshot)), ("NAME", create.Name), ("TIME", Devices.Text(at)), ("HYPERVISOR_ID", $"snap-{create.Snapshot}"),
                ("SYSTEM_DISK_SIZE", "0"), (Devices.SnapshotAction, "CREATE"))),
            NextSnapshot = create.Snapshot + 1,
        },
        VmChange.RevertSnapshot revert => WithSnapshot(revert.Snapshot, "REVERT"),
        VmChange.DeleteSnapshot delete => WithSnapshot(delete.Snapshot, "DELETE"),
        VmChange.CreateDiskSnapshot create => WithDisk(create.Disk, Snapshotting),
        VmChange.RevertDiskSnapshot revert => WithDisk(revert.Disk, Snapshotting),
        VmChange.DeleteDiskSnapshot delete => WithDisk(delete.Disk, Snapshotting),
        VmChange.ResizeDisk resize => WithDisk(resize.Disk, Resizing),
        VmChange.SaveDisk save => WithDisk(save.Disk, Saving),
        VmChange.Execute execute => this with { Template = GuestCommand.Asked(Template, execute.Command!, execute.Stdin!) },
        _ => this,
    };

    /// <summary>The host has made the change.</summary>
    private VirtualMachine Changed(DateTimeOffset when)
    {
        var (what, from) = Changing!;
        var vm = Unmarked() with { UserTemplate = UserTemplate.Without("ERROR") };
        vm = what switch
        {
            VmChange.DetachDisk detach => vm with
            {
                Template = vm.Template.Drop("DISK", detach.Disk),
                DiskSnapshots = [.. vm.DiskSnapshots.Where(t => t.Disk != detach.Disk)],
            },
            VmChange.AttachNic attach => vm with { Template = WithContext(vm.Template, c => Contextualization.With(c, attach.Nic)) },
            VmChange.DetachNic detach => vm with
            {
                Template = WithContext(SecurityRules.Needed(vm.Template.Drop("NIC", detach.Nic)), c => Contextualization.Without(c, detach.Nic)),
            },
            VmChange.UpdateNic update => vm with { Template = vm.Template.Put(update.Nic) },
            VmChange.CreateSnapshot create => vm.WithActive(create.Snapshot),
            VmChange.RevertSnapshot revert => vm.WithActive(revert.Snapshot),
            VmChange.DeleteSnapshot delete => vm with { Template = vm.Template.Drop("SNAPSHOT", delete.Snapshot) },
            VmChange.CreateDiskSnapshot create => vm.WithTree(vm.Tree(create.Disk).Taken(
                create.Snapshot, create.Name, when.ToUnixTimeSeconds(), (long)Specification.Number(vm.Template.Disk(create.Disk)?["SIZE"], 0))),
            VmChange.RevertDiskSnapshot revert => vm.WithTree(vm.Tree(revert.Disk).Reverted(revert.Snapshot)),
            VmChange.DeleteDiskSnapshot delete => vm.WithTree(vm.Tree(delete.Disk).Without(delete.Snapshot)),
            VmChange.Resize resize => vm with { Template = vm.Resized(resize) },
            VmChange.Reconfigure reconfigure => vm with { Template = vm.Described(reconfigure) },
            VmChange.ResizeDisk resize => vm with
            {
                Template = vm.Template.Put(vm.Template.Disk(resize.Disk)!.With("SIZE", Devices.Text(resize.SizeMebibytes))),
            },
            // Who declared it started has not said as what.
            VmChange.Execute => vm.Command is { IsExecuting: true } ? vm : vm.WithCommand(GuestCommand.Error),
            VmChange.CancelExecution => vm.WithCommand(GuestCommand.Cancelled),
            _ => vm,
        };
        return vm.To(from, when);
    }

    /// <summary>The change will not be: as it was before.</summary>
    private VirtualMachine Unchanged() => Changing?.What switch
    {
        null => this,
        VmChange.AttachDisk attach when Devices.Id(attach.Disk, "DISK_ID") is var id => this with
        {
            Template = Template.Drop("DISK", id),
            DiskSnapshots = [.. DiskSnapshots.Where(t => t.Disk != id)],
        },
        VmChange.AttachNic attach => this with { Template = SecurityRules.Needed(Template.Drop("NIC", Devices.Id(attach.Nic, "NIC_ID"))) },
        VmChange.CreateSnapshot create => this with { Template = Template.Drop("SNAPSHOT", create.Snapshot) },
        VmChange.Execute or VmChange.CancelExecution => WithCommand(GuestCommand.Error),
        _ => Unmarked(),
    };

    private VirtualMachine Unmarked() => this with
    {
        Template = Template
            .WithVectors("DISK", Template.Vectors("DISK").Select(d => d.Without(Devices.Attaching).Without(Resizing).Without(Snapshotting).Without(Saving)))
            .WithVectors("NIC", Template.Vectors("NIC").Select(n => n.Without(Devices.Attaching)))
            .WithVectors("SNAPSHOT", Template.Vectors("SNAPSHOT").Select(s => s.Without(Devices.SnapshotAction))),
    };

    private VirtualMachine WithDisk(int id, string mark) => this with { Template = Template.Put(Template.Disk(id)!.With(mark, "YES")) };

    private VirtualMachine WithSnapshot(int id, string action) =>
        this with { Template = Template.Put(Template.Snapshot(id)!.With(Devices.SnapshotAction, action)) };

    private VirtualMachine WithActive(int snapshot) => this with
    {
        Template = Template.WithVectors("SNAPSHOT", Template.Vectors("SNAPSHOT").Select(s =>
            Devices.Id(s, "SNAPSHOT_ID") == snapshot ? s.With("ACTIVE", "YES") : s.Without("ACTIVE"))),
    };

    /// <summary>The tree in place of its disk's former one; its size is written on the disk as OpenNebula does.</summary>
    private VirtualMachine WithTree(DiskSnapshots tree)
    {
        var vm = this with
        {
            DiskSnapshots = DiskSnapshots.Any(t => t.Disk == tree.Disk)
                ? [.. DiskSnapshots.Select(t => t.Disk == tree.Disk ? tree : t)]
                : DiskSnapshots.Add(tree),
        };
        return Template.Disk(tree.Disk) is { } disk
            ? vm with { Template = Template.Put(disk.With("DISK_SNAPSHOT_TOTAL_SIZE", Devices.Text(tree.Snapshots.Sum(s => s.SizeMebibytes)))) }
            : vm;
    }

    private static Template WithContext(Template template, Func<VectorAttribute, VectorAttribute> change) =>
        template.Vector("CONTEXT") is { } context ? template.WithVectors("CONTEXT", [change(context)]) : template;
}
