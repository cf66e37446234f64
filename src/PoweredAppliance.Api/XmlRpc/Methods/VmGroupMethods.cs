using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vmgroup.*; what VMs rely on stays as it is while they do.</summary>
internal sealed class VmGroupMethods(PoolMethods shared, PoolOperations pools, Inventory inventory) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vmgroup.allocate"] = c => shared.Allocate(c, PoolKind.VmGroup),
        ["one.vmgroup.delete"] = Delete,
        ["one.vmgroup.update"] = Update,
        ["one.vmgroup.roleadd"] = c => Role(c, 2, role => Change(c, null, role)),
        ["one.vmgroup.roledelete"] = DeleteRole,
        ["one.vmgroup.roleupdate"] = c => Role(c, 3, role => VmsOf(c.Id, c.Int(2)).Count > 0
            ? No($"VMGroup {c.Id} Role {c.Int(2)} has VMs, unable to update", c.Id)
            : Change(c, c.Int(2), role)),
    };

    private Task<Reply> Delete(Call call)
    {
        if (shared.Find(call, PoolKind.VmGroup, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        return Vms(call.Id) is > 0 and var vms
            ? No($"Cannot delete vm group {call.Id}: it has {vms} VMs.", call.Id)
            : Reply.Of(pools.Delete(call.Who, PoolKind.VmGroup, call.Id));
    }

    private Task<Reply> Update(Call call)
    {
        var (given, append, why) = shared.Updating(call, PoolKind.VmGroup);
        if (why is not null)
            return Task.FromResult<Reply>(why);
        return Vms(call.Id) is > 0 and var vms
            ? Task.FromResult<Reply>(new Refusal(ErrorCode.Internal, $"Cannot update template. VM Group has {vms} VMs", ObjectId: call.Id))
            : Reply.Of(pools.Update(call.Who, PoolKind.VmGroup, call.Id, given!, append));
    }

    private Task<Reply> DeleteRole(Call call)
    {
        if (shared.Find(call, PoolKind.VmGroup, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        return VmsOf(call.Id, call.Int(2)).Count > 0
            ? No($"Unable to delete role {call.Int(2)}, the role has assigned VMs", call.Id)
            : Change(call, call.Int(2), null);
    }

    private Task<Reply> Role(Call call, int parameter, Func<VectorAttribute, Task<Reply>> act)
    {
        if (shared.Find(call, PoolKind.VmGroup, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        var (template, why) = call.Template(parameter);
        if (why is not null)
            return Task.FromResult<Reply>(why with { Code = ErrorCode.Action });
        return template!.Vector(VmGroupRoles.Role) is { } role ? act(role) : No("No ROLE attribute in template", call.Id);
    }

    private Task<Reply> Change(Call call, int? role, VectorAttribute? given) => Reply.Of(pools.Change(call.Who, new ChangeRole(call.Id, role, given)));

    private int Vms(int group) => inventory.Find(PoolKind.VmGroup, group) is { } found
        ? VmGroupRoles.Of(found.Template).Sum(r => VmsOf(group, r.Id).Count)
        : 0;

    private IReadOnlyList<int> VmsOf(int group, int role) => inventory.Find(PoolKind.VmGroup, group) is { } found
        && VmGroupRoles.Of(found.Template).FirstOrDefault(r => r.Id == role) is { Name: not null } there
            ? inventory.VmsOfRole(group, there.Name)
            : [];

    private static Task<Reply> No(string text, int id) => Task.FromResult<Reply>(new Refusal(ErrorCode.Action, text, ObjectId: id));
}
