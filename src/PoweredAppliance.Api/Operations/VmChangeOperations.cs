using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Images;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>Changes of a VM's devices, disks and snapshots: existence, rights, then the deed. Every method returns when the change is taken on.</summary>
public sealed class VmChangeOperations(Cloud cloud, Authority authority, VmOperations vms)
{
    private Inventory Inventory => cloud.Inventory;

    /// <summary>One DISK, of an image that the subject may use or of a SIZE.</summary>
    public Task<Answer> AttachDisk(Subject who, int id, Template given) => On(who, id, "disk-attach", vm =>
    {
        if (given.Vector("DISK") is not { } disk)
            return Refused(Refusal.Bad("DISK", null, "Internal error parsing DISK attribute"));
        if ((Away(vm) ?? Restrictions.Given(who, "DISK", PoolKind.Template, given)) is { } no)
            return Refused(no);
        var (made, why) = Assembly.Disk(disk, 0, vms.Finder(who));
        if ((why ?? Filling(made!, id)) is { } unusable)
            return Refused(unusable);
        return cloud.Holding([.. Images(made!)], LoanPurpose.Disk, () => Change(who, vm, new VmChange.AttachDisk(made!, cloud.SnapshotsOf(made!))));
    });

    public Task<Answer> DetachDisk(Subject who, int id, int disk) => On(who, id, "disk-attach", vm => Change(who, vm, new VmChange.DetachDisk(disk)));

    /// <summary>One NIC; its address is leased before the VM is asked.</summary>
    public Task<Answer> AttachNic(Subject who, int id, Template given) => On(who, id, "nic-attach", vm =>
    {
        if ((Away(vm) ?? Restrictions.Given(who, "NIC", PoolKind.Template, given)) is { } restricted)
            return Refused(restricted);
        var (whole, unchosen) = vms.WithNetworks(who, given);
        if (unchosen is not null)
            return Refused(unchosen);
        if (whole!.Vector("NIC") is not { } nic)
            return Refused(Refusal.Bad("NIC", null, "Wrong NIC definition, attribute is missing"));
        if (nic["NETWORK_ID"] is null && nic["NETWORK"] is null)
            return Refused(Refusal.Bad("NIC", null, "NIC names no network: give NETWORK_ID or NETWORK."));
        var (network, why) = vms.Finder(who)(PoolKind.VirtualNetwork, nic["NETWORK_ID"], nic["NETWORK"], nic["NETWORK_UNAME"]);
        if ((why ?? Assembly.Forbidden(nic, vms.Finder(who))) is { } forbidden)
            return Refused(forbidden);
        return vm.Refuses(new VmChange.AttachNic(nic)) is { } no ? Refused(no) : cloud.AttachNic(vm.Id, nic, network!, who.Caller());
    });

    public Task<Answer> DetachNic(Subject who, int id, int nic) => On(who, id, "nic-attach", vm => Change(who, vm, new VmChange.DetachNic(nic)));

    /// <summary>Everything of a NIC but what it is known by may be changed.</summary>
    /// <param name="append">false: attributes that are not given go</param>
    public Task<Answer> UpdateNic(Subject who, int id, int nicId, Template given, bool append) => On(who, id, "nic-attach", vm =>
    {
        if (vm.Template.Nic(nicId) is not { } nic)
            return Refused(Refusal.WrongState($"VM {id}: NIC {nicId} does not exists", id));
        if (Restrictions.Given(who, "NIC", PoolKind.Template, given) is { } no)
            return Refused(no);
        return given.Vector("NIC") is not { } wanted
            ? Refused(Refusal.WrongState($"Error updating NIC ({nicId}) for VM {id}: Wrong NIC definition, attribute is missing", id))
            : Change(who, vm, new VmChange.UpdateNic(NicUpdate.Of(nic, wanted, append), HistoryAction.NicUpdate));
    });

    public Task<Answer> SecurityGroup(Subject who, int id, int nicId, int group, bool attach) => On(who, id, "sg-attach", vm =>
    {
        var there = Inventory.Find(PoolKind.SecurityGroup, group);
        if (attach && there is null)
            return Refused(Refusal.WrongState($"Could not attach SG {group} to VM, SG does not exist", id));
        if (attach && authority.May(who, Rights.Use, there!) is { } why)
            return Refused(why);
        return cloud.Vm(new VmProtocol.SecureNic(vm.Id, nicId, group, attach, there is null ? [] : cloud.RulesOf(there), who.Caller()));
    });

    public Task<Answer> Snapshot(Subject who, int id, VmChange change) => On(who, id, "snapshot", vm =>
        change is VmChange.CreateSnapshot { Name: { Length: > 0 } name } && Names.Check(null, name) is { } bad ? Refused(bad) : Change(who, vm, change));

    public Task<Answer> Command(Subject who, int id, VmChange change) => On(who, id, "exec", vm => Change(who, vm, change));

    public Task<Answer> DiskSnapshot(Subject who, int id, VmChange change) => On(who, id, "disk-snapshot", vm => Change(who, vm, change));

    public Task<Answer> RenameDiskSnapshot(Subject who, int id, int disk, int snapshot, string name) => On(who, id, "disk-snapshot", vm =>
        cloud.Vm(new VmProtocol.RenameDiskSnapshot(vm.Id, disk, snapshot, name, who.Caller())));

    /// <param name="size">MB</param>
    public Task<Answer> Resize(Subject who, int id, int disk, string size) =>
        !long.TryParse(size, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var mebibytes)
            ? Refused(new(ErrorCode.Action, "Disk SIZE is not a valid integer", "SIZE", size, id))
            : On(who, id, "disk-resize", vm => Change(who, vm, new VmChange.ResizeDisk(disk, mebibytes)));

    private Task<Answer> Change(Subject who, VirtualMachine vm, VmChange change) => cloud.Vm(new VmProtocol.Change(vm.Id, change, who.Caller()));

    /// <summary>Why a device cannot be attached to a VM that was never placed.</summary>
    private static Refusal? Away(VirtualMachine vm) =>
        vm.History.IsEmpty ? Refusal.WrongState("VM is not running in any host", vm.Id.Value) : null;

    /// <summary>A VM waits for its images when it is made, not later.</summary>
    private static Refusal? Filling(VectorAttribute disk, int vm) =>
        ImageDisk.Awaits(disk) ? Refusal.WrongState($"Cannot acquire image {disk["IMAGE_ID"]}, it is locked", vm) : null;

    /// <summary>The image of the disk, if it has one.</summary>
    private static IEnumerable<int> Images(VectorAttribute disk) => disk["IMAGE_ID"] is { Length: > 0 } ? [Devices.Id(disk, "IMAGE_ID")] : [];

    /// <param name="operation">its word among those that levels are set for</param>
    private Task<Answer> On(Subject who, int id, string operation, Func<VirtualMachine, Task<Answer>> act) => vms.On(who, id, authority.Takes(who, operation), act);

    private static Task<Answer> Refused(Refusal why) => Task.FromResult<Answer>(why);
}
