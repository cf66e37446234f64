using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vm.*</summary>
internal sealed class VmMethods(VmOperations vms, Cloud cloud, Inventory inventory, Authority authority, Documents documents) : IMethods
{
    /// <summary>Words of one.vm.action that are no action of people but a recovery (OpenNebula's internal names).</summary>
    private static readonly Dictionary<string, RecoverOperation> Recoveries = new(StringComparer.Ordinal)
    {
        ["delete"] = RecoverOperation.Delete,
        ["delete-recreate"] = RecoverOperation.Recreate,
    };

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vm.action"] = Action,
        ["one.vm.allocate"] = Allocate,
        ["one.vm.chmod"] = c => Reply.Of(vms.Chmod(c.Who, c.Id, c.Nine)),
        ["one.vm.chown"] = c => Reply.Of(vms.Chown(c.Who, c.Id, c.Int(2), c.Int(3))),
        ["one.vm.deploy"] = Deploy,
        ["one.vm.info"] = Info,
        ["one.vm.lock"] = c => Reply.Of(vms.Lock(c.Who, c.Id, c.Int(2), c.Bool(3))),
        ["one.vm.migrate"] = Migrate,
        ["one.vm.monitoring"] = c => Task.FromResult(
            vms.Read(c.Who, c.Id) is ({ } vm, null) ? documents.Monitoring([vm], age: null) : (Reply)vms.Read(c.Who, c.Id).Why!),
        ["one.vm.recover"] = Recover,
        ["one.vm.rename"] = c => Reply.Of(vms.Rename(c.Who, c.Id, c.Text(2))),
        ["one.vm.unlock"] = c => Reply.Of(vms.Unlock(c.Who, c.Id)),
        ["one.vm.update"] = Update,
    };

    private Task<Reply> Info(Call call) => Task.FromResult(vms.Read(call.Who, call.Id) is ({ } vm, null)
        ? call.Bool(2) && call.Who.IsAdmin ? documents.Once(cloud.Opened(vm)) : documents.Vm(vm)
        : (Reply)vms.Read(call.Who, call.Id).Why!);

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null ? Reply.Of(vms.Allocate(call.Who, template!, call.Bool(2))) : Task.FromResult<Reply>(why);
    }

    private Task<Reply> Action(Call call)
    {
        var (name, id) = (call.Text(1), call.Int(2));
        if (Recoveries.TryGetValue(name, out var operation))
            return Reply.Of(vms.Recover(call.Who, id, operation));
        return StateNames.TryAction(name, out var action)
            ? Reply.Of(vms.Act(call.Who, id, action))
            : Task.FromResult<Reply>(new Refusal(ErrorCode.Action, $"Action \"{name}\" is not supported", "action", name, id));
    }

    private Task<Reply> Deploy(Call call) => WrongStore(call, call.Int(4)) is { } why
        ? Task.FromResult<Reply>(why)
        : Reply.Of(vms.Deploy(call.Who, call.Id, call.Int(2), call.Bool(3)));

    /// <summary>A migration_type that there is not saves, as in OpenNebula.</summary>
    private Task<Reply> Migrate(Call call)
    {
        var way = call.Bool(3) ? MigrationWay.Live : call.Int(6) is (1 or 2) and var type ? (MigrationWay)type : MigrationWay.Save;
        return WrongStore(call, call.Int(5)) is { } why
            ? Task.FromResult<Reply>(why)
            : Reply.Of(vms.Migrate(call.Who, call.Id, call.Int(2), way, call.Bool(4)));
    }

    /// <summary>There is one system datastore on each host, so the datastore of choice is -1 or it.</summary>
    private Refusal? WrongStore(Call call, int store) => store is -1 or 0 || inventory.Vms.Find(new(call.Id)) is null
        ? null
        : inventory.Find(Core.Pools.PoolKind.Datastore, store) is null
            ? Refusal.NotFound("datastore", store)
            : new Refusal(ErrorCode.Action, $"Datastore {store} is no system datastore.", "ds_id", $"{store}", call.Id);

    private Task<Reply> Recover(Call call) => call.Int(2) is var number && Enum.IsDefined((RecoverOperation)number)
        ? Reply.Of(vms.Recover(call.Who, call.Id, (RecoverOperation)number))
        : Task.FromResult<Reply>(new Refusal(ErrorCode.Action, $"Wrong recovery operation code {number}", "operation", $"{number}", call.Id));

    private Task<Reply> Update(Call call)
    {
        if (Missing(call, authority.Takes(call.Who, "update")) is { } missing)
            return Task.FromResult<Reply>(missing);
        var (append, wrong) = call.Append(3);
        var (template, why) = call.Template(2);
        return (wrong ?? why) is { } no
            ? Task.FromResult<Reply>(no)
            : Reply.Of(vms.Update(call.Who, call.Id, template!, append));
    }

    private Refusal? Missing(Call call, Rights right) => inventory.Vms.Find(new(call.Id)) is { } vm
        ? authority.May(call.Who, right, vm)
        : Refusal.NotFound("virtual machine", call.Id);
}
