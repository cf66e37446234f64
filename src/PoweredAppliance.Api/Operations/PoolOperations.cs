using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

/// <summary>What people may do with the objects of a pool, whatever their kind: existence, rights, deed.</summary>
public sealed class PoolOperations(Cloud cloud, Authority authority)
{
    /// <param name="of">the template that it is made of, if it is: what comes from there unchanged is not the subject's doing</param>
    public async Task<Answer> Allocate(
        Subject who, PoolKind kind, string name, Template template, IEnumerable<KeyValuePair<string, string>>? facts = null, Template? of = null)
    {
        if ((authority.MayCreate(who, kind) ?? Restrictions.Given(who, Given(kind, of), kind, template, of)) is { } why)
            return why;
        return await cloud.Pool(New(who, kind, name, template, facts)).ConfigureAwait(false);
    }

    /// <summary>Why such an object would be refused now; for those who have to make something else for it first.</summary>
    /// <inheritdoc cref="Allocate" path="/param"/>
    public Refusal? WouldRefuse(Subject who, PoolKind kind, string name, Template template, Template? of = null) => authority.MayCreate(who, kind)
        ?? Restrictions.Given(who, Given(kind, of), kind, template, of)
        ?? new ObjectPool(kind, cloud.Inventory.All(kind), NextId: int.MaxValue).Decide(New(who, kind, name, template, null), DateTimeOffset.UnixEpoch).Refusal;

    private PoolProtocol.Allocate New(Subject who, PoolKind kind, string name, Template template, IEnumerable<KeyValuePair<string, string>>? facts) => new(
        kind, name, who.Caller(), Permitted.New(cloud.Inventory, who), template.Without("NAME"), (facts ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal));

    public Task<Answer> Update(Subject who, PoolKind kind, int id, Template given, bool append) => On(who, kind, id, ToChange(kind), o =>
        (Restrictions.Updated(who, kind, id, o.Template, given, append) ?? Levels(o, given, append)) is { } why
            ? Refused(why)
            : Do(kind, id, new PoolProtocol.Update(kind, id, append || who.IsAdmin ? given : RestrictedAttributes.Kept(kind, o.Template, given), append)));

    /// <summary>Which right an operation on VMs takes is said in words that there are.</summary>
    private static Refusal? Levels(PooledObject o, Template given, bool append) =>
        o.Kind is PoolKind.User or PoolKind.Group ? VmOperationLevels.Wrong(append ? o.Template.Merge(given) : given) : null;

    /// <summary>As OpenNebula calls the template that an object is made of.</summary>
    private static string Given(PoolKind kind, Template? of) => kind switch
    {
        _ when of is not null => "Extra Template",
        PoolKind.Template => "VM Template",
        PoolKind.VirtualNetwork => "VNET Template",
        _ => "Template",
    };

    public Task<Answer> Rename(Subject who, PoolKind kind, int id, string name) =>
        On(who, kind, id, ToChange(kind), _ => Do(kind, id, new PoolProtocol.Rename(kind, id, name)));

    public Task<Answer> Chmod(Subject who, PoolKind kind, int id, int[] nine) => On(who, kind, id, Rights.Manage, o =>
        Permitted.Change(who, new(o.Permissions), nine, id, out var bits) is { } why
            ? Refused(why)
            : new Permissions(o.Permissions).ChangesAdminBits(new(bits)) && authority.May(who, Rights.Admin, o) is { } no
                ? Refused(no)
                : Do(kind, id, new PoolProtocol.Chmod(kind, id, bits)));

    public Task<Answer> Chown(Subject who, PoolKind kind, int id, int user, int group) =>
        On(who, kind, id, user < 0 ? Rights.Manage : Rights.Admin, _ => Permitted.Owner(cloud.Inventory, user, group) is { } why
            ? Refused(why)
            : Do(kind, id, new PoolProtocol.Chown(kind, id, user < 0 ? null : new(user), group < 0 ? null : new(group))));

    public Task<Answer> Delete(Subject who, PoolKind kind, int id) => On(who, kind, id, kind is PoolKind.User or PoolKind.Group ? Rights.Admin : ToChange(kind), _ =>
        Do(kind, id, new PoolProtocol.Delete(kind, id)));

    /// <summary>A change by a rule of the object's kind.</summary>
    public Task<Answer> Change(Subject who, PoolProtocol.Change change, Rights right = Rights.Manage) =>
        On(who, change.Kind, change.Id, right, _ => cloud.Pool(change));

    /// <summary>The appliance's own knowledge of the object, where a call sets it.</summary>
    public Task<Answer> SetFact(Subject who, PoolKind kind, int id, Rights right, string fact, string value) => On(who, kind, id, right, _ =>
        cloud.Pool(new PoolProtocol.SetFacts(kind, id, ImmutableSortedDictionary<string, string>.Empty.Add(fact, value))));

    /// <summary>A new object with the template of another; names must differ.</summary>
    public Task<Answer> Clone(Subject who, PoolKind kind, int id, string name) =>
        On(who, kind, id, Rights.Use, o => Allocate(who, kind, name, o.Template, o.Facts.Remove(PooledObject.LockFact), o.Template));

    /// <summary>Takes the right to manage it, locked or not.</summary>
    /// <inheritdoc cref="ObjectLock.Read" path="/summary"/>
    public Task<Answer> Lock(Subject who, PoolKind kind, int id, int level, bool test) => OnThoughLocked(who, kind, id, _ =>
        ObjectLock.Read(level, id) is (var taken, var wrong) && wrong is null
            ? cloud.Pool(new PoolProtocol.Lock(kind, id, taken, who.User, who.IsAdmin, test))
            : Refused(wrong));

    public Task<Answer> Unlock(Subject who, PoolKind kind, int id) => OnThoughLocked(who, kind, id, _ =>
        cloud.Pool(new PoolProtocol.Unlock(kind, id, who.User, who.IsAdmin)));

    /// <summary>The object, if it is there and the subject may use it.</summary>
    public (PooledObject? Object, Refusal? Why) Read(Subject who, PoolKind kind, int id) => cloud.Inventory.Find(kind, id) is not { } o
        ? (null, Refusal.NotFound(ObjectPool.Word(kind), id))
        : authority.MayThoughLocked(who, Rights.Use, o) is { } why ? (null, why) : (o, null);

    /// <summary>The infrastructure is the administrators': by OpenNebula's default rules every user has MANAGE on the hosts, to deploy there.</summary>
    private static Rights ToChange(PoolKind kind) => kind is PoolKind.Host or PoolKind.Cluster or PoolKind.Zone or PoolKind.Vdc or PoolKind.Acl or PoolKind.Hook
        ? Rights.Admin
        : Rights.Manage;

    /// <summary>Null: it is there and the subject has this right on it.</summary>
    public Refusal? May(Subject who, PoolKind kind, int id, Rights right) =>
        cloud.Inventory.Find(kind, id) is not { } o ? Refusal.NotFound(ObjectPool.Word(kind), id) : authority.May(who, right, o);

    private Task<Answer> OnThoughLocked(Subject who, PoolKind kind, int id, Func<PooledObject, Task<Answer>> act) =>
        cloud.Inventory.Find(kind, id) is not { } o
            ? Refused(Refusal.NotFound(ObjectPool.Word(kind), id))
            : authority.MayThoughLocked(who, Rights.Manage, o) is { } why ? Refused(why) : act(o);

    private Task<Answer> On(Subject who, PoolKind kind, int id, Rights right, Func<PooledObject, Task<Answer>> act) =>
        cloud.Inventory.Find(kind, id) is not { } o
            ? Refused(Refusal.NotFound(ObjectPool.Word(kind), id))
            : authority.May(who, right, o) is { } why ? Refused(why) : act(o);

    /// <summary>What changes a host's record changes its actor's settings too.</summary>
    private Task<Answer> Do(PoolKind kind, int id, PoolProtocol.ICommand command) => kind is PoolKind.Host
        ? command is PoolProtocol.Delete ? cloud.RemoveHost(id) : cloud.ChangeHost(command, id)
        : cloud.Pool(command);

    private static Task<Answer> Refused(Refusal why) => Task.FromResult<Answer>(why);
}
