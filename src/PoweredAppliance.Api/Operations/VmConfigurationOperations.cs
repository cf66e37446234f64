using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>What a VM is made of, changed after it was made: capacity, configuration, VM group, schedule.</summary>
public sealed class VmConfigurationOperations(Cloud cloud, Authority authority, VmOperations vms)
{
    private Inventory Inventory => cloud.Inventory;

    /// <summary>Returns when the VM is resized where its guest is off, when it is taken on where the guest runs.</summary>
    /// <param name="given">CPU, VCPU and MEMORY; what is left out stays. The host's room is asked in any case: no host gives more than it has.</param>
    public Task<Answer> Resize(Subject who, int id, Template given) => vms.On(who, id, authority.Takes(who, "resize"), vm =>
    {
        var (resize, why) = Resizing.Read(given);
        return (Restrictions.Given(who, "Template", PoolKind.Template, given) ?? why) is { } no
            ? Task.FromResult<Answer>(no)
            : cloud.Resize(vm.Id, resize!, who.Caller());
    });

    /// <inheritdoc cref="VmProtocol.UpdateConfiguration"/>
    public Task<Answer> Update(Subject who, int id, Template given, bool append) => vms.On(who, id, authority.Takes(who, "updateconf"), vm =>
        Restrictions.Given(who, "Template", PoolKind.Template, given, vm.Template) is { } no
            ? Task.FromResult<Answer>(no)
            : cloud.Vm(new VmProtocol.UpdateConfiguration(vm.Id, given, append, who.Caller())));

    public Task<Answer> JoinGroup(Subject who, int id, int groupId, string role) => vms.On(who, id, authority.Takes(who, "vmgroup"), vm =>
    {
        if (Inventory.Find(PoolKind.VmGroup, groupId) is not { } group)
            return Task.FromResult<Answer>(Refusal.NotFound("VM group", groupId));
        if (authority.May(who, Rights.Use, group) is { } why)
            return Task.FromResult<Answer>(why);
        if (role.Length == 0)
            return Task.FromResult<Answer>(Refusal.WrongState("Missing role name in VM Group definition", id));
        return VmGroupRoles.Of(group.Template).Any(r => r.Name == role)
            ? cloud.JoinGroup(vm.Id, group, role, who.Caller())
            : Task.FromResult<Answer>(new Refusal(ErrorCode.Action, $"Role does not exist in VM Group: {group.Name} has no role '{role}'", "role", role, id));
    });

    public Task<Answer> LeaveGroup(Subject who, int id) => vms.On(who, id, authority.Takes(who, "vmgroup"), vm =>
        cloud.Vm(new VmProtocol.SetGroup(vm.Id, null, "", who.Caller())));

    /// <summary>The answer is the id of the entry.</summary>
    /// <param name="entry">that is changed; null: a new one</param>
    public Task<Answer> Schedule(Subject who, int id, int? entry, Template given) => vms.On(who, id, authority.Takes(who, "sched-action"), vm =>
        given.Vector(ScheduleEntry.Name) is { } action
            ? cloud.Vm(new VmProtocol.PutSchedule(vm.Id, entry, action, who.Caller()))
            : Task.FromResult<Answer>(new Refusal(
                entry is null ? ErrorCode.Action : ErrorCode.Internal, "No SCHED_ACTION attribute in template", ScheduleEntry.Name, ObjectId: id)));

    public Task<Answer> Unschedule(Subject who, int id, int entry) => vms.On(who, id, authority.Takes(who, "sched-action"), vm =>
        cloud.Vm(new VmProtocol.DropSchedule(vm.Id, entry, who.Caller())));
}
