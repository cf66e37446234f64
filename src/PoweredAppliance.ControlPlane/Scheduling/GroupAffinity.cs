using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>Where a VM group lets a VM be, with its fellows as Inventory has them.</summary>
internal static class GroupAffinity
{
    /// <param name="role">that the VM is in, or is to come into</param>
    /// <param name="where">a fellow counts; null: nowhere</param>
    /// <param name="more">fellows of which Inventory does not know</param>
    public static Affinity? Of(
        Inventory.Inventory inventory, PooledObject group, string role, VmId id, Func<VirtualMachine, HostId?> where, IEnumerable<Fellow>? more = null)
    {
        var fellows = VmGroupRoles.Of(group.Template).SelectMany(r => inventory.VmsOfRole(group.Id, r.Name).Where(vm => vm != id.Value)
            .Select(vm => (Role: r.Name, Vm: inventory.Vms.Find(new(vm)))));
        return Affinity.Of(group.Id, group.Template, role,
        [
            .. from fellow in fellows
               where fellow.Vm is not null
               let host = @where(fellow.Vm)
               where host is not null
               select new Fellow(fellow.Vm.Id, fellow.Role, host.Value),
            .. more ?? [],
        ]);
    }

    /// <summary>Where it is or is promised to be.</summary>
    public static HostId? PlaceOf(VirtualMachine vm) => vm.Host?.Host ?? vm.Pledge?.Host;
}
