using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vm.*: disks and what is kept of them.</summary>
internal sealed class VmDiskMethods(VmChangeOperations changes, VmSaveOperations saves) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vm.attach"] = c => c.WithTemplate(2, t => changes.AttachDisk(c.Who, c.Id, t)),
        ["one.vm.detach"] = c => Reply.Of(changes.DetachDisk(c.Who, c.Id, c.Int(2))),
        ["one.vm.diskresize"] = c => Reply.Of(changes.Resize(c.Who, c.Id, c.Int(2), c.Text(3))),
        ["one.vm.disksaveas"] = c => Reply.Of(saves.SaveDisk(c.Who, c.Id, c.Int(2), c.Text(3), c.Text(4), c.Int(5))),
        ["one.vm.disksnapshotcreate"] = c => Reply.Of(changes.DiskSnapshot(c.Who, c.Id, new VmChange.CreateDiskSnapshot(c.Int(2), -1, c.Text(3)))),
        ["one.vm.disksnapshotdelete"] = c => Reply.Of(changes.DiskSnapshot(c.Who, c.Id, new VmChange.DeleteDiskSnapshot(c.Int(2), c.Int(3)))),
        ["one.vm.disksnapshotrename"] = c => Reply.Of(changes.RenameDiskSnapshot(c.Who, c.Id, c.Int(2), c.Int(3), c.Text(4))),
        ["one.vm.disksnapshotrevert"] = c => Reply.Of(changes.DiskSnapshot(c.Who, c.Id, new VmChange.RevertDiskSnapshot(c.Int(2), c.Int(3)))),
        ["one.vm.snapshotcreate"] = c => Reply.Of(changes.Snapshot(c.Who, c.Id, new VmChange.CreateSnapshot(-1, c.Text(2)))),
        ["one.vm.snapshotdelete"] = c => Reply.Of(changes.Snapshot(c.Who, c.Id, new VmChange.DeleteSnapshot(c.Int(2)))),
        ["one.vm.snapshotrevert"] = c => Reply.Of(changes.Snapshot(c.Who, c.Id, new VmChange.RevertSnapshot(c.Int(2)))),
    };
}
