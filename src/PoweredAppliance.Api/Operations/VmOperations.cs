using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>Makes machine ids; outside the pure rooms, so that tests can say which.</summary>
public delegate Guid NewGuid();

/// <summary>
/// What people may do with VMs: existence, then rights, then the deed, in OpenNebula's order of checks. The texts carry no method
/// name; each face adds its own. Every method returns when the deed is stored.
/// </summary>
public sealed class VmOperations(Cloud cloud, Authority authority, NewGuid newGuid)
{
    private Inventory Inventory => cloud.Inventory;

    public Task<Answer> Allocate(Subject who, Template template, bool hold) =>
        (Restrictions.Given(who, "VM Template", PoolKind.Template, template) ?? authority.MayCreateVm(who)) is { } why ? Refused(why) : Create(who, template, null, hold);

    /// <param name="extra">merged over the stored template: given DISKs and NICs replace all of their kind</param>
    public Task<Answer> Instantiate(Subject who, int templateId, string? name, bool hold, Template extra)
    {
        if (Inventory.Find(PoolKind.Template, templateId) is not { } stored)
            return Refused(Refusal.NotFound("virtual machine template", templateId));
        if ((authority.May(who, Rights.Use, stored) ?? Restrictions.Given(who, "User Template", PoolKind.Template, extra, stored.Template)) is { } why)
            return Refused(why);
        var template = stored.Template.Merge(extra).Without("NAME").Set("TEMPLATE_ID", $"{templateId}");
        return Create(who, template, name, hold, prefix: stored.Name);
    }

    /// <summary>How many VMs of a template would fit that the subject may use.</summary>
    public async Task<(Outlook? Outlook, Refusal? Why)> Capacity(Subject who, PooledObject stored, int? cluster) =>
        authority.May(who, Rights.Use, stored) is { } why ? (null, why) : await Capacity(who, stored.Template, cluster);

    /// <inheritdoc cref="Capacity(Subject, PooledObject, int?)"/>
    public async Task<(Outlook? Outlook, Refusal? Why)> Capacity(Subject who, Template template, int? cluster)
    {
        var (whole, why) = WithNetworks(who, template);
        return why is not null ? (null, why) : await cloud.Capacity(whole!, Finder(who), cluster);
    }

    public Task<Answer> Act(Subject who, int id, VmAction action) => On(who, id, authority.Takes(who, Operation(action)), vm => cloud.Vm(new VmProtocol.Act(vm.Id, action, who.Caller())));

    /// <summary>A wild VM becomes one of the subject's. It takes who administers the host: the guest was somebody's.</summary>
    public Task<Answer> Import(Subject who, int hostId, string name)
    {
        if (Inventory.Find(PoolKind.Host, hostId) is not { } host)
            return Refused(Refusal.NotFound("host", hostId));
        return (authority.May(who, Rights.Admin, host) ?? authority.MayCreateVm(who)) is { } why
            ? Refused(why)
            : cloud.ImportWild(hostId, name, who.Caller(), Permitted.New(Inventory, who));
    }

    /// <param name="enforce">refuse at once when the host has no room (it would be refused by the host anyway)</param>
    public Task<Answer> Deploy(Subject who, int id, int hostId, bool enforce) => On(who, id, authority.Takes(who, "deploy"), vm =>
    {
        var (offer, why) = Offer(who, vm, hostId, enforce);
        return why is null ? cloud.Vm(new VmProtocol.Deploy(vm.Id, offer!, who.Caller())) : Refused(why);
    });

    /// <inheritdoc cref="Deploy"/>
    public Task<Answer> Migrate(Subject who, int id, int hostId, MigrationWay way, bool enforce) => On(who, id, authority.Takes(who, "migrate"), vm =>
    {
        var (offer, why) = Offer(who, vm, hostId, enforce && vm.Host?.Host.Value != hostId);
        return why is null ? cloud.Migrate(vm.Id, offer!, way, who.Caller()) : Refused(why);
    });

    private (HostOffer? Offer, Refusal? Why) Offer(Subject who, VirtualMachine vm, int hostId, bool enforce)
    {
        if (Inventory.Find(PoolKind.Host, hostId) is not { } host)
            return (null, Refusal.NotFound("host", hostId));
        if (authority.May(who, Rights.Manage, host) is { } why)
            return (null, why);
        if (Inventory.Host(new(hostId)) is not { State: HostState.Monitored or HostState.Disabled } picture)
            return (null, Refusal.WrongState($"Host {host.Name} is not monitored, VM {vm.Id} cannot go there.", vm.Id.Value));
        var (room, free) = (Specification.Room(vm.Template), picture.Usable - picture.Allocated);
        return enforce && (room.CpuPercent > free.CpuPercent || room.MemoryKibibytes > free.MemoryKibibytes)
            ? (null, Refusal.WrongState(
                $"Not enough capacity in host {host.Name}: {free.CpuPercent} % cpu and {free.MemoryKibibytes / 1024} MiB free, "
                + $"{room.CpuPercent} % and {room.MemoryKibibytes / 1024} MiB asked.", vm.Id.Value))
            : (new HostOffer(new(hostId), host.Name, host.FactInt("CLUSTER_ID"), 0, "kvm", "qcow2"), null);
    }

    public Task<Answer> Recover(Subject who, int id, RecoverOperation operation) => operation is RecoverOperation.DeleteDb && !who.IsAdmin
        ? Refused(new(ErrorCode.Authorization, $"User [{who.User}] : Only oneadmin may delete a VM from the database.", ObjectId: id))
        : On(who, id, authority.Takes(who, operation is RecoverOperation.Delete or RecoverOperation.Recreate ? "delete" : "recover"),
            vm => vm.State is VmState.CloningFailure && operation is RecoverOperation.Success or RecoverOperation.Failure
                ? cloud.FillDisks(vm.Id)
                : cloud.Vm(new VmProtocol.Recover(vm.Id, operation, who.Caller())));

    public Task<Answer> Rename(Subject who, int id, string name) => On(who, id, authority.Takes(who, "rename"), vm =>
        Names.Check(null, name) is { } why ? Refused(why) : cloud.Vm(new VmProtocol.Rename(vm.Id, name, who.Caller())));

    public Task<Answer> Update(Subject who, int id, Template given, bool append) => On(who, id, authority.Takes(who, "update"), vm =>
        Restrictions.Updated(who, PoolKind.Template, id, vm.UserTemplate, given, append) is { } why
            ? Refused(why)
            : cloud.Vm(new VmProtocol.UpdateUserTemplate(
                vm.Id, append || who.IsAdmin ? given : RestrictedAttributes.Kept(PoolKind.Template, vm.UserTemplate, given), append, who.Caller())));

    public Task<Answer> Chmod(Subject who, int id, int[] nine) => On(who, id, Rights.Manage, vm =>
        Permitted.Change(who, new(vm.Permissions), nine, id, out var bits) is { } why
            ? Refused(why)
            : authority.May(who, new Permissions(vm.Permissions).ChangesAdminBits(new(bits)) ? Rights.Admin : Rights.Manage, vm) is { } no
                ? Refused(no)
                : cloud.Vm(new VmProtocol.Chmod(vm.Id, bits, who.Caller())));

    public Task<Answer> Chown(Subject who, int id, int user, int group) => On(who, id, user < 0 ? Rights.Manage : Rights.Admin, vm =>
        Permitted.Owner(Inventory, user, group) is { } why
            ? Refused(why)
            : cloud.Vm(new VmProtocol.Chown(vm.Id, user < 0 ? null : new(user), group < 0 ? null : new(group), who.Caller())));

    /// <summary>Takes the right to manage it, locked or not.</summary>
    /// <inheritdoc cref="ObjectLock.Read" path="/summary"/>
    public Task<Answer> Lock(Subject who, int id, int level, bool test) => OnThoughLocked(who, id, vm =>
        ObjectLock.Read(level, id) is (var taken, var wrong) && wrong is null
            ? cloud.Vm(new VmProtocol.Lock(vm.Id, taken, who.User, who.IsAdmin, test))
            : Refused(wrong));

    public Task<Answer> Unlock(Subject who, int id) => OnThoughLocked(who, id, vm => cloud.Vm(new VmProtocol.Unlock(vm.Id, who.User, who.IsAdmin)));

    /// <summary>The VM, if it is there and the subject may use it.</summary>
    public (VirtualMachine? Vm, Refusal? Why) Read(Subject who, int id) => Inventory.Vms.Find(new(id)) is not { } vm
        ? (null, Refusal.NotFound("virtual machine", id))
        : authority.MayThoughLocked(who, Rights.Use, vm) is { } why ? (null, why) : (vm, null);

    private Task<Answer> Create(Subject who, Template template, string? name, bool hold, string prefix = "one")
    {
        var (whole, why) = WithNetworks(who, template);
        return why is not null
            ? Refused(why)
            : cloud.CreateVm(whole!.Without("IMPORTED").Without(GuestCommand.Name), name, prefix, who.Caller(), Permitted.New(Inventory, who), hold, Finder(who), newGuid());
    }

    /// <summary>NICs that leave the choice of their network get one that the subject may use.</summary>
    internal (Template? Template, Refusal? Why) WithNetworks(Subject who, Template given) => AutoNetwork.Choose(given, () =>
        from network in Inventory.All(PoolKind.VirtualNetwork).Values
        where authority.May(who, Rights.Use, network) is null
        let ranges = Leases.Of(Inventory, network)
        select new AutoNetwork.Candidate(network, ranges.Sum(r => r.Lent.Count), ranges.Sum(r => (long)r.Range.Size)));

    /// <summary>Finds by id or by name and owner what the subject may use. Of an image the clusters of its datastore are known too.</summary>
    internal Assembly.Find Finder(Subject who) => (kind, id, name, ownerName) =>
    {
        var word = ObjectPool.Word(kind);
        var pool = Inventory.All(kind);
        PooledObject? found;
        if (id is { Length: > 0 })
        {
            found = int.TryParse(id, out var number) ? pool.GetValueOrDefault(number) : null;
            if (found is null)
                return (null, new(ErrorCode.NoExists, $"Error getting {word} [{id}].", $"{word.ToUpperInvariant()}_ID", id));
        }
        else
        {
            var owner = ownerName is { Length: > 0 } ? Inventory.All(PoolKind.User).Values.FirstOrDefault(u => u.Name == ownerName)?.Id ?? -1 : who.User.Value;
            found = pool.Values.FirstOrDefault(o => o.Name == name && o.Owner.User.Value == owner);
            if (found is null)
                return (null, new(ErrorCode.NoExists, $"User {owner} does not own a {word} with name {name}.", word.ToUpperInvariant(), name));
        }

        if (authority.May(who, Rights.Use, found) is { } why)
            return (null, why);
        return (kind is PoolKind.Image && Inventory.Find(PoolKind.Datastore, found.FactInt("DATASTORE_ID"))?.Fact("CLUSTER_IDS") is { } clusters
            ? found.With("CLUSTER_IDS", clusters)
            : found, null);
    };

    private Task<Answer> OnThoughLocked(Subject who, int id, Func<VirtualMachine, Task<Answer>> act) =>
        Inventory.Vms.Find(new(id)) is not { } vm
            ? Refused(Refusal.NotFound("virtual machine", id))
            : authority.MayThoughLocked(who, Rights.Manage, vm) is { } why ? Refused(why) : act(vm);

    /// <summary>Does it with the VM, if it is there and the subject has the right.</summary>
    internal Task<Answer> On(Subject who, int id, Rights right, Func<VirtualMachine, Task<Answer>> act) =>
        Inventory.Vms.Find(new(id)) is not { } vm
            ? Refused(Refusal.NotFound("virtual machine", id))
            : authority.May(who, right, vm) is { } why ? Refused(why) : act(vm);

    /// <summary>The action's word among the operations that levels are set for.</summary>
    private static string Operation(VmAction action) => action is VmAction.Unresched
        ? StateNames.Of(VmAction.Resched)
        : StateNames.Of(action).Replace("-hard", "", StringComparison.Ordinal);

    private static Task<Answer> Refused(Refusal why) => Task.FromResult<Answer>(why);
}
