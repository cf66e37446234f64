using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.secgroup.* beyond what all kinds share.</summary>
internal sealed class SecurityGroupMethods(PoolMethods shared, PoolOperations pools, SecurityUpdates updates, Inventory inventory) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.secgroup.allocate"] = c => shared.Allocate(c, PoolKind.SecurityGroup),
        ["one.secgroup.commit"] = Commit,
        ["one.secgroup.delete"] = Delete,
    };

    private Task<Reply> Commit(Call call) => shared.Find(call, PoolKind.SecurityGroup, Rights.Manage).Why is { } why
        ? Task.FromResult<Reply>(why)
        : Reply.Of(updates.Commit(call.Id, call.Bool(2), call.Who.Caller()));

    private Task<Reply> Delete(Call call)
    {
        if (shared.Find(call, PoolKind.SecurityGroup, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        var text = call.Id == 0
            ? "The default security group (ID 0) cannot be deleted."
            : inventory.VmsOfSecurityGroup(call.Id).Count > 0 ? "The security group has VMs using it" : null;
        return text is null
            ? Reply.Of(pools.Delete(call.Who, PoolKind.SecurityGroup, call.Id))
            : Task.FromResult<Reply>(new Refusal(ErrorCode.Action, text, ObjectId: call.Id));
    }
}
