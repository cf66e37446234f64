using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>Where a VM group lets a VM be, with its fellows as Inventory has them.</summary>
internal static class GroupAffinity
{
    /// <summary>Fellows count where they are, where they are promised to be, and where they were just offered to be.</summary>
    /// <param name="role">that the VM is in, or is to come into</param>
    /// <param name="offered">null: it was not offered any host</param>
    public static Affinity? Of(Inventory.Inventory inventory, PooledObject group, string role, VmId id, Func<VmId, HostId?> offered)
    {
        var fellows = VmGroupRoles.Of(group.Template).SelectMany(r => inventory.VmsOfRole(group.Id, r.Name).Where(vm => vm != id.Value)
            .Select(vm => (Role: r.Name, Vm: inventory.Vms.Find(new(vm)))));
        return Affinity.Of(group.Id, group.Template, role,
        [
            .. from fellow in fellows
               where fellow.Vm is not null
               let host = fellow.Vm.Host?.Host ?? fellow.Vm.Pledge?.Host ?? offered(fellow.Vm.Id)
               where host is not null
               select new Fellow(fellow.Vm.Id, fellow.Role, host.Value),
        ]);
    }
}
