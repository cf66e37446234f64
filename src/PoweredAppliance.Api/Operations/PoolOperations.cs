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
    public async Task<Answer> Allocate(Subject who, PoolKind kind, string name, Template template, IEnumerable<KeyValuePair<string, string>>? facts = null)
    {
        if (authority.MayCreate(who, kind) is { } why)
            return why;
        return await cloud.Pool(new PoolProtocol.Allocate(
            kind, name, who.Caller(), Permitted.New(cloud.Inventory, who), template.Without("NAME"),
            (facts ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal))).ConfigureAwait(false);
    }

    public Task<Answer> Update(Subject who, PoolKind kind, int id, Template given, bool append) =>
        On(who, kind, id, ToChange(kind), _ => Do(kind, id, new PoolProtocol.Update(kind, id, given, append)));

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

    /// <summary>A new object with the template of another; names must differ.</summary>
    public Task<Answer> Clone(Subject who, PoolKind kind, int id, string name) =>
        On(who, kind, id, Rights.Use, o => Allocate(who, kind, name, o.Template, o.Facts));

    /// <summary>The object, if it is there and the subject may use it.</summary>
    public (PooledObject? Object, Refusal? Why) Read(Subject who, PoolKind kind, int id) => cloud.Inventory.Find(kind, id) is not { } o
        ? (null, Refusal.NotFound(ObjectPool.Word(kind), id))
        : authority.May(who, Rights.Use, o) is { } why ? (null, why) : (o, null);

    /// <summary>The infrastructure is the administrators': by OpenNebula's default rules every user has MANAGE on the hosts, to deploy there.</summary>
    private static Rights ToChange(PoolKind kind) => kind is PoolKind.Host or PoolKind.Cluster or PoolKind.Zone or PoolKind.Vdc or PoolKind.Acl or PoolKind.Hook
        ? Rights.Admin
        : Rights.Manage;

    /// <summary>Null: it is there and the subject has this right on it.</summary>
    public Refusal? May(Subject who, PoolKind kind, int id, Rights right) =>
        cloud.Inventory.Find(kind, id) is not { } o ? Refusal.NotFound(ObjectPool.Word(kind), id) : authority.May(who, right, o);

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
