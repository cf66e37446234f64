using Akka.Actor;
using PoweredAppliance.ControlPlane.Quotas;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>
/// Limits hold for whatever a command brings about: the rules say what the object would become, and what that costs beyond what it
/// costs now has to be promised before the command is given. So no command has a check of its own, and none can lack it. A limit holds
/// for what is asked after it was set; what was on its way then is counted when it is there.
/// </summary>
public sealed partial class Cloud
{
    /// <summary>Lets an object become what costs more, if its owner's limits let it.</summary>
    /// <param name="asked">null: nobody is limited, or it costs no more</param>
    private async Task<Answer> Within((QuotaObject What, Charge After)? asked, Func<Task<Answer>> act)
    {
        if (asked is not var (what, after))
            return await act().ConfigureAwait(false);
        var reply = await Ask<object>(new QuotaProtocol.Reserve(what, after)).ConfigureAwait(false);
        return reply is QuotaProtocol.Refused refused
            ? refused.Why
            : await Settling(act, _ => new QuotaProtocol.Settle(((QuotaProtocol.Reserved)reply).Ticket)).ConfigureAwait(false);
    }

    /// <summary>By the VM as it shows; the partition has the last word, since it may be another already.</summary>
    private Weighed Weigh(VmProtocol.ICommand command)
    {
        var vm = inventory.Vms.Find(command.Vm);
        Caller? owner = command switch
        {
            VmProtocol.Create create => create.Owner,
            VmProtocol.Chown chown when vm is not null => new(chown.User ?? vm.Owner.User, chown.Group ?? vm.Owner.Group),
            _ => vm?.Owner,
        };
        if (owner is not { } payer || !inventory.IsLimited(payer))
            return new(command, owner, null);
        var decision = VirtualMachine.Decide(vm, command, time.GetUtcNow());
        return new(
            command, null, decision.Events.Aggregate(vm, VirtualMachine.Apply) is { } next && Charge.Of(next, inventory.Usages.Generic) is { } after
                && QuotaBook.Grows(vm is null ? null : Charge.Of(vm, inventory.Usages.Generic), after) ? after : null);
    }

    private (QuotaObject What, Charge After)? CostOf(PoolProtocol.ICommand command)
    {
        if (command.Kind is not (PoolKind.Image or PoolKind.VirtualNetwork))
            return null;
        var decision = new ObjectPool(command.Kind, inventory.All(command.Kind), NextId: int.MaxValue).Decide(command, time.GetUtcNow());
        if (decision.Events is not [.., PoolProtocol.Put { Object: var next }] || !inventory.IsLimited(next.Owner))
            return null;
        var before = inventory.Find(command.Kind, next.Id);
        var what = before is null ? QuotaObject.Made(next.Kind, next.Owner.User, next.Name) : QuotaObject.Of(next);
        return Charge.Of(next) is { } after && QuotaBook.Grows(before is null ? null : Charge.Of(before), after) ? (what, after) : null;
    }
}
