using PoweredAppliance.Core;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>How a change of a VM lies in the journal: its name, and of the fields those that it has; the rules of <see cref="StoredVm"/> hold.</summary>
internal static class StoredChange
{
    /// <param name="Device">the whole DISK or NIC as OpenNebula text</param>
    /// <param name="Word">history's word of a NIC's update</param>
    internal sealed record ChangeBegunV1(
        int Vm, long At, string Change, int? Disk, int? Nic, int? Snapshot, int? Image, long? SizeMib, string? Name, string? Device, string? File,
        HistoryAction? Word, int Uid, int Gid);

    /// <param name="Vcpu">null: the VM's template says nothing of it</param>
    internal sealed record ResizeBegunV1(int Vm, long At, decimal Cpu, int? Vcpu, long MemoryMib, int Uid, int Gid);
    internal sealed record ReconfigureBegunV1(int Vm, long At, string Template, int Uid, int Gid);

    /// <param name="Stdin">base64</param>
    internal sealed record ExecuteBegunV1(int Vm, long At, string Command, string Stdin, int Run, int Uid, int Gid);

    internal sealed record DiskSnapshotRenamedV1(int Vm, long At, int Disk, int Snapshot, string Name);

    internal static (string Manifest, object Form) Store(VmProtocol.ChangeBegun begun)
    {
        var (vm, at, uid, gid) = (begun.Vm.Value, begun.At.ToUnixTimeMilliseconds(), begun.By.User.Value, begun.By.Group.Value);
        return begun.What switch
        {
            VmChange.Resize c => ("vm/resize-begun/1", new ResizeBegunV1(vm, at, c.Cpu!.Value, c.Vcpu, c.MemoryMebibytes!.Value, uid, gid)),
            VmChange.Reconfigure c => ("vm/reconfigure-begun/1", new ReconfigureBegunV1(vm, at, c.Template.ToText(), uid, gid)),
            VmChange.Execute c => ("vm/execute-begun/1", new ExecuteBegunV1(vm, at, c.Command!, c.Stdin!, c.Run, uid, gid)),
            _ => ("vm/change-begun/1", Of(begun)),
        };
    }

    internal static VmProtocol.ChangeBegun Restore(ResizeBegunV1 c) =>
        new(new(c.Vm), StoredVm.Time(c.At), new VmChange.Resize(c.Cpu, c.Vcpu, c.MemoryMib), StoredVm.By(c.Uid, c.Gid));

    internal static VmProtocol.ChangeBegun Restore(ReconfigureBegunV1 c) =>
        new(new(c.Vm), StoredVm.Time(c.At), new VmChange.Reconfigure(Template.Parse(c.Template)), StoredVm.By(c.Uid, c.Gid));

    internal static VmProtocol.ChangeBegun Restore(ExecuteBegunV1 c) =>
        new(new(c.Vm), StoredVm.Time(c.At), new VmChange.Execute(c.Command, c.Stdin, c.Run), StoredVm.By(c.Uid, c.Gid));

    private static ChangeBegunV1 Of(VmProtocol.ChangeBegun begun)
    {
        var none = new ChangeBegunV1(
            begun.Vm.Value, begun.At.ToUnixTimeMilliseconds(), begun.What.GetType().Name, null, null, null, null, null, null, null, null, null,
            begun.By.User.Value, begun.By.Group.Value);
        return begun.What switch
        {
            VmChange.AttachDisk c => none with { Device = Text(c.Disk) },
            VmChange.DetachDisk c => none with { Disk = c.Disk },
            VmChange.AttachNic c => none with { Device = Text(c.Nic) },
            VmChange.DetachNic c => none with { Nic = c.Nic },
            VmChange.UpdateNic c => none with { Device = Text(c.Nic), Word = c.Word },
            VmChange.CreateSnapshot c => none with { Snapshot = c.Snapshot, Name = c.Name },
            VmChange.RevertSnapshot c => none with { Snapshot = c.Snapshot },
            VmChange.DeleteSnapshot c => none with { Snapshot = c.Snapshot },
            VmChange.CreateDiskSnapshot c => none with { Disk = c.Disk, Snapshot = c.Snapshot, Name = c.Name },
            VmChange.RevertDiskSnapshot c => none with { Disk = c.Disk, Snapshot = c.Snapshot },
            VmChange.DeleteDiskSnapshot c => none with { Disk = c.Disk, Snapshot = c.Snapshot },
            VmChange.ResizeDisk c => none with { Disk = c.Disk, SizeMib = c.SizeMebibytes },
            VmChange.SaveDisk c => none with { Disk = c.Disk, Image = c.Image, File = c.File },
            VmChange.CancelExecution => none,
            _ => throw new ArgumentOutOfRangeException(nameof(begun), begun, "a change without a stored form"),
        };
    }

    internal static VmProtocol.ChangeBegun Restore(ChangeBegunV1 c)
    {
        VmChange what = c.Change switch
        {
            nameof(VmChange.AttachDisk) => new VmChange.AttachDisk(Vector(c.Device!)),
            nameof(VmChange.DetachDisk) => new VmChange.DetachDisk(c.Disk!.Value),
            nameof(VmChange.AttachNic) => new VmChange.AttachNic(Vector(c.Device!)),
            nameof(VmChange.DetachNic) => new VmChange.DetachNic(c.Nic!.Value),
            nameof(VmChange.UpdateNic) => new VmChange.UpdateNic(Vector(c.Device!), c.Word!.Value),
            nameof(VmChange.CreateSnapshot) => new VmChange.CreateSnapshot(c.Snapshot!.Value, c.Name!),
            nameof(VmChange.RevertSnapshot) => new VmChange.RevertSnapshot(c.Snapshot!.Value),
            nameof(VmChange.DeleteSnapshot) => new VmChange.DeleteSnapshot(c.Snapshot!.Value),
            nameof(VmChange.CreateDiskSnapshot) => new VmChange.CreateDiskSnapshot(c.Disk!.Value, c.Snapshot!.Value, c.Name!),
            nameof(VmChange.RevertDiskSnapshot) => new VmChange.RevertDiskSnapshot(c.Disk!.Value, c.Snapshot!.Value),
            nameof(VmChange.DeleteDiskSnapshot) => new VmChange.DeleteDiskSnapshot(c.Disk!.Value, c.Snapshot!.Value),
            nameof(VmChange.ResizeDisk) => new VmChange.ResizeDisk(c.Disk!.Value, c.SizeMib!.Value),
            nameof(VmChange.SaveDisk) => new VmChange.SaveDisk(c.Disk!.Value, c.Image!.Value, c.File!),
            nameof(VmChange.CancelExecution) => new VmChange.CancelExecution(),
            _ => throw new ArgumentOutOfRangeException(nameof(c), c.Change, "a change that this version has never heard of"),
        };
        return new(new(c.Vm), StoredVm.Time(c.At), what, StoredVm.By(c.Uid, c.Gid));
    }

    private static string Text(VectorAttribute device) => Template.Of(device).ToText();

    private static VectorAttribute Vector(string text) => Template.Parse(text).Attributes.OfType<VectorAttribute>().Single();
}
