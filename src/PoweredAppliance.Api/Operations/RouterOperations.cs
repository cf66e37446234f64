using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>Virtual routers and their VMs.</summary>
public sealed class RouterOperations(Cloud cloud, Authority authority, PoolOperations pools, VmOperations vms)
{
    private const PoolKind Router = PoolKind.VirtualRouter;

    public async Task<Answer> Allocate(Subject who, Template given)
    {
        if (authority.MayCreate(who, Router) is { } no)
            return no;
        var nics = given.Vectors("NIC").ToList();
        return await Lend(who, nics, made => pools.Allocate(who, Router, given["NAME"] ?? "", given.WithVectors("NIC", made))).ConfigureAwait(false);
    }

    /// <summary>n VMs of a template with the router's NICs, all or none; on hold until all are there.</summary>
    /// <param name="template">-1: that of the last time</param>
    public async Task<Answer> Instantiate(Subject who, int id, int count, int template, string name, bool hold, Template extra)
    {
        if (pools.May(who, Router, id, Rights.Manage) is { } no)
            return no;
        var router = cloud.Inventory.Find(Router, id)!;
        if (template == -1 && !int.TryParse(router.Template["TEMPLATE_ID"], CultureInfo.InvariantCulture, out template))
            return new Refusal(ErrorCode.Action, "A template ID was not provided, and the virtual router does not have a default one", ObjectId: id);
        if (cloud.Inventory.Find(PoolKind.Template, template) is not { } stored)
            return Refusal.NotFound("virtual machine template", template);
        if (!string.Equals(stored.Template["VROUTER"], "YES", StringComparison.OrdinalIgnoreCase))
            return new Refusal(ErrorCode.Action, "Only virtual router templates are allowed", "VROUTER", stored.Template["VROUTER"], template);
        var pattern = name.Length > 0 ? name : $"vr-{router.Name}-%i";
        var made = new List<int>();
        for (var i = 0; i < count; i++)
        {
            var called = pattern.Replace("%i", Permitted.Text(i), StringComparison.Ordinal);
            var answer = await vms.Instantiate(who, template, called, hold: true, extra.Merge(VirtualRouters.ForVm(router))).ConfigureAwait(false);
            if (answer.Refusal is { } why)
            {
                foreach (var vm in made)
                    await cloud.Vm(new VmProtocol.Recover(new(vm), RecoverOperation.Delete, who.Caller())).ConfigureAwait(false);
                return why;
            }

            made.Add(answer.Id);
        }

        foreach (var vm in hold ? [] : made)
            await cloud.Vm(new VmProtocol.Act(new(vm), VmAction.Release, who.Caller())).ConfigureAwait(false);
        return await cloud.Pool(new PoolProtocol.Update(Router, id, Template.Empty.Set("TEMPLATE_ID", Permitted.Text(template)), Append: true)).ConfigureAwait(false);
    }

    /// <summary>The record first, then its VMs.</summary>
    public async Task<Answer> Delete(Subject who, int id)
    {
        var left = cloud.Inventory.VmsOfRouter(id);
        var answer = await pools.Delete(who, Router, id).ConfigureAwait(false);
        if (answer.Refusal is not null)
            return answer;
        foreach (var vm in left)
            if ((await cloud.Vm(new VmProtocol.Act(new(vm), VmAction.TerminateHard, who.Caller())).ConfigureAwait(false)).Refusal is not null)
                await cloud.Vm(new VmProtocol.Recover(new(vm), RecoverOperation.Delete, who.Caller())).ConfigureAwait(false);
        return answer;
    }

    /// <summary>The router gets the NIC, and each of its VMs one of its own beside it; none, where one of the VMs could not.</summary>
    public async Task<Answer> AttachNic(Subject who, int id, Template given)
    {
        if (pools.May(who, Router, id, Rights.Manage) is { } no)
            return no;
        if (given.Vectors("NIC_ALIAS").Any())
            return new Refusal(ErrorCode.Action, "Alias can't be attached to virtual router.", "NIC_ALIAS", ObjectId: id);
        if (given.Vectors("NIC").ToList() is not [var nic])
            return new Refusal(ErrorCode.Action, "The template must contain one NIC attribute", "NIC", ObjectId: id);
        if (VmsOf(id).Select(vm => authority.May(who, NicRight(who), vm) ?? vm.Refuses(new VmChange.AttachNic(nic))).FirstOrDefault(why => why is not null) is { } hindered)
            return hindered;
        VectorAttribute? kept = null;
        var answer = await Lend(who, [nic], made =>
        {
            kept = made[0];
            return cloud.Pool(new VirtualRouters.AttachNic(id, kept));
        }).ConfigureAwait(false);
        if (answer.Refusal is not null || cloud.Inventory.Find(Router, id)?.Template.Vectors("NIC").LastOrDefault(n => n.Without("NIC_ID").Equals(kept)) is not { } added)
            return answer;
        var (network, lost) = vms.Finder(who)(PoolKind.VirtualNetwork, added["NETWORK_ID"], null, null);
        if (lost is not null)
            return lost;
        return await OnVms(who, id, vm => cloud.AttachNic(vm.Id, VirtualRouters.ForVm(added), network!, who.Caller(), ofRouter: true)).ConfigureAwait(false);
    }

    /// <summary>The router loses the NIC, and each of its VMs the one that came of it.</summary>
    public async Task<Answer> DetachNic(Subject who, int id, int nic)
    {
        if (pools.May(who, Router, id, Rights.Manage) is { } no)
            return no;
        if (VmsOf(id).Where(vm => Of(vm) is not null).Select(vm => authority.May(who, NicRight(who), vm) ?? vm.Refuses(Detach(vm))).FirstOrDefault(why => why is not null) is { } hindered)
            return hindered;
        var answer = await cloud.Pool(new VirtualRouters.DetachNic(id, nic)).ConfigureAwait(false);
        return answer.Refusal is not null ? answer : await OnVms(who, id, vm => Of(vm) is null
            ? Task.FromResult(Answer.Of(vm.Id.Value))
            : cloud.Vm(new VmProtocol.Change(vm.Id, Detach(vm), who.Caller()))).ConfigureAwait(false);

        VectorAttribute? Of(VirtualMachine vm) => VirtualRouters.NicOf(vm.Template, nic);

        VmChange.DetachNic Detach(VirtualMachine vm) => new(Devices.Id(Of(vm)!, "NIC_ID"));
    }

    /// <summary>Its VMs have the router's permissions.</summary>
    public async Task<Answer> Chmod(Subject who, int id, int[] nine)
    {
        var answer = await pools.Chmod(who, Router, id, nine).ConfigureAwait(false);
        return answer.Refusal is null ? await OnVms(who, id, vm => vms.Chmod(who, vm.Id.Value, nine)).ConfigureAwait(false) : answer;
    }

    /// <summary>What one of the VMs refuses keeps it from no other, and is said in the end.</summary>
    private async Task<Answer> OnVms(Subject who, int id, Func<VirtualMachine, Task<Answer>> act)
    {
        Answer answer = Answer.Of(id);
        foreach (var vm in VmsOf(id))
            if ((await vms.On(who, vm.Id.Value, Rights.Use, act).ConfigureAwait(false)).Refusal is { } why)
                answer = why;
        return answer;
    }

    private IEnumerable<VirtualMachine> VmsOf(int router) =>
        cloud.Inventory.VmsOfRouter(router).Select(vm => cloud.Inventory.Vms.Find(new(vm))).OfType<VirtualMachine>();

    private Rights NicRight(Subject who) => authority.Takes(who, "nic-attach");

    /// <summary>Looks for the networks, takes the floating addresses and stores who has them.</summary>
    private async Task<Answer> Lend(Subject who, IReadOnlyList<VectorAttribute> nics, Func<IReadOnlyList<VectorAttribute>, Task<Answer>> store)
    {
        var on = new List<(VectorAttribute Nic, PooledObject Network)>();
        foreach (var nic in nics)
        {
            if (string.Equals(nic["NETWORK_MODE"], "AUTO", StringComparison.OrdinalIgnoreCase))
                return new Refusal(ErrorCode.Internal, "Virtual Router is incompatible with auto mode", "NIC/NETWORK_MODE", nic["NETWORK_MODE"]);
            var (network, why) = vms.Finder(who)(PoolKind.VirtualNetwork, nic["NETWORK_ID"], nic["NETWORK"], nic["NETWORK_UNAME"]);
            if (why is not null)
                return why;
            on.Add((nic, network!));
        }

        var wishes = on.Select(n => VirtualRouters.Wish(n.Nic, n.Network)).ToList();
        return await cloud.LendAddresses([.. wishes.OfType<LeaseWish>()], leases =>
        {
            var next = 0;
            return store([.. on.Select((n, i) => VirtualRouters.Nic(n.Nic, n.Network, wishes[i] is null ? null : leases[next++]))]);
        }).ConfigureAwait(false);
    }
}
