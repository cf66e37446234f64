using Microsoft.Extensions.Logging;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>
/// Brings VMs to the rules that their security groups have now. What a VM carries says whether it is up to date, so an update that a
/// controller left half done is finished by whoever looks next, and a VM that was made meanwhile is not missed.
/// </summary>
public sealed class SecurityUpdates(Cloud cloud, ControlPlaneSettings settings, TimeProvider time, ILogger<SecurityUpdates> log)
{
    private const string Groups = "securitygroup";

    /// <summary>Changes that come together are looked at together.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);

    /// <summary>As OpenNebula: VMs are told anew, whether or not they are up to date.</summary>
    /// <param name="recover">only those whose host has not taken the rules</param>
    public async Task<Answer> Commit(int group, bool recover, Caller by)
    {
        if (cloud.Inventory.Find(PoolKind.SecurityGroup, group) is not { } there)
            return Refusal.NotFound(ObjectPool.Word(PoolKind.SecurityGroup), group);
        var rules = cloud.RulesOf(there);
        foreach (var id in cloud.Inventory.VmsOfSecurityGroup(group))
            if (!recover || cloud.Inventory.Vms.Find(new(id)) is { Filters: not FilterState.Current })
                if ((await cloud.Vm(new VmProtocol.SetRules(new(id), group, rules, Again: true, by)).ConfigureAwait(false)).Refusal is { } why)
                    return why;
        return Answer.Of(group);
    }

    public async Task Run(CancellationToken stop)
    {
        await foreach (var round in Rounds.Of(cloud.Inventory.Changes, Gather, settings.ReadEvery, time, stop).ConfigureAwait(false))
            await Look(round, stop).ConfigureAwait(false);
    }

    private async Task Look(Round round, CancellationToken stop)
    {
        foreach (var group in cloud.Inventory.All(PoolKind.SecurityGroup).Values.Where(g => round.Has(Groups, g.Id)))
        {
            var rules = cloud.RulesOf(group);
            foreach (var id in cloud.Inventory.VmsOfSecurityGroup(group.Id))
                if (cloud.Inventory.Vms.Find(new(id)) is { } vm && !SecurityRules.IsUpToDate(vm.Template, group.Id, rules))
                    await Update(new(vm.Id, group.Id, rules, Again: false, Caller.Nobody), stop).ConfigureAwait(false);
        }
    }

    /// <summary>A VM that cannot be told keeps no other waiting.</summary>
    private async Task Update(VmProtocol.SetRules rules, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            if ((await cloud.Vm(rules).ConfigureAwait(false)).Refusal is { } why)
                log.LogWarning("VM {Vm} keeps older rules of security group {Group}: {Why}", rules.Vm, rules.Group, why);
        }
        catch (TimeoutException e)
        {
            log.LogWarning("VM {Vm} has older rules of security group {Group}, which is looked at again: {Why}", rules.Vm, rules.Group, e.Message);
        }
    }
}
