using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>
/// Changes of VDCs, groups and users that other records follow: the ACL rules that come of them, and who belongs to what. One at a
/// time. Each begins with a record that says what is under way, so <see cref="Resume"/> finishes what a controller left half done;
/// rules that somebody deleted by hand are not made again.
/// </summary>
public sealed class AccessChanges(Cloud cloud)
{
    /// <summary>Facts: what the rules were made of last; the group is not in its first VDC yet; the object is being removed.</summary>
    public const string Granted = "GRANTED", Joining = "JOINING", Leaving = "LEAVING";

    private const int FirstVdc = 0;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>A change of what a VDC holds or who administers a group.</summary>
    public Task<Answer> Change(EditList edit) => InTurn(async () =>
    {
        var answer = await cloud.Pool(edit).ConfigureAwait(false);
        if (answer.Refusal is null)
            await Follow(edit.Kind, edit.Id).ConfigureAwait(false);
        return answer;
    });

    /// <summary>A new group is in VDC 0, which lets it use the zone's hosts, networks and datastores; or it is not made.</summary>
    public Task<Answer> MakeGroup(PoolProtocol.Allocate group) => InTurn(async () =>
    {
        var answer = await cloud.Pool(group with { Facts = group.Facts.SetItem(Joining, "1") }).ConfigureAwait(false);
        return answer.Refusal is null ? await Join(answer.Id).ConfigureAwait(false) : answer;
    });

    /// <summary>A VDC, group or user goes, and with it the rules that speak of it.</summary>
    public Task<Answer> Remove(PoolKind kind, int id) => InTurn(async () =>
    {
        if (cloud.Inventory.Find(kind, id) is { } o && ObjectPool.OfSystem(o) is { } why)
            return why;
        var left = await Set(kind, id, [(Leaving, "1"), .. DerivedRules.Facts(kind).Select(f => (f, ""))]).ConfigureAwait(false);
        return left.Refusal is null ? await Leave(kind, id).ConfigureAwait(false) : left;
    });

    /// <summary>Finishes what was begun before.</summary>
    public Task Resume() => InTurn(async () =>
    {
        foreach (var group in cloud.Inventory.All(PoolKind.Group).Values.Where(g => g.Fact(Joining) is not null))
            await Join(group.Id).ConfigureAwait(false);
        foreach (var kind in new[] { PoolKind.Vdc, PoolKind.Group, PoolKind.User })
            foreach (var o in cloud.Inventory.All(kind).Values)
                if (o.Fact(Leaving) is not null)
                    await Leave(kind, o.Id).ConfigureAwait(false);
                else
                    await Follow(kind, o.Id).ConfigureAwait(false);
        return default;
    });

    private async Task<Answer> Join(int group)
    {
        if (cloud.Inventory.Find(PoolKind.Vdc, FirstVdc) is { } vdc && !DerivedRules.Elements(vdc.Fact("GROUPS")).Contains($"{group}"))
        {
            var joined = await cloud.Pool(List(PoolKind.Vdc, FirstVdc, "GROUPS", put: $"{group}")).ConfigureAwait(false);
            if (joined.Refusal is { } why)
            {
                await cloud.Pool(new PoolProtocol.Delete(PoolKind.Group, group)).ConfigureAwait(false);
                return why;
            }
        }

        await Follow(PoolKind.Vdc, FirstVdc).ConfigureAwait(false);
        return await Set(PoolKind.Group, group, [(Joining, "")]).ConfigureAwait(false);
    }

    private async Task<Answer> Leave(PoolKind kind, int id)
    {
        var (holders, list) = kind switch { PoolKind.Group => (PoolKind.Vdc, "GROUPS"), PoolKind.User => (PoolKind.Group, "ADMINS"), _ => (kind, "") };
        foreach (var holder in cloud.Inventory.All(holders).Values.Where(h => DerivedRules.Elements(h.Fact(list)).Contains($"{id}")))
        {
            await cloud.Pool(List(holders, holder.Id, list, drop: $"{id}")).ConfigureAwait(false);
            await Follow(holders, holder.Id).ConfigureAwait(false);
        }

        await Follow(kind, id).ConfigureAwait(false);
        var about = Rules().Where(r => r.SpeaksOf(kind, id)).ToImmutableArray();
        if (!about.IsEmpty)
            await cloud.Pool(new PoolProtocol.Rewrite(Drop: about, Make: [])).ConfigureAwait(false);
        return await cloud.Pool(new PoolProtocol.Delete(kind, id)).ConfigureAwait(false);
    }

    /// <summary>Brings the rules that come of the object from what they were made of to what it says now, all at once.</summary>
    private async Task Follow(PoolKind kind, int id)
    {
        if (DerivedRules.Facts(kind) is not { Count: > 0 } facts || cloud.Inventory.Find(kind, id) is not { } o)
            return;
        var (before, now) = (o.Fact(Granted) ?? "", string.Join(';', facts.Select(o.Fact)));
        if (now.Trim(';').Length == 0)
            now = "";
        if (before == now)
            return;
        var were = Read(before).ToList();
        var are = Read(now).ToList();
        var others = new[] { PoolKind.Vdc, PoolKind.Group }.SelectMany(k => cloud.Inventory.All(k).Values)
            .Where(other => other.Kind != kind || other.Id != id).SelectMany(other => DerivedRules.Of(other.Kind, other.Id, other.Fact));
        await cloud.Pool(new PoolProtocol.Rewrite(Drop: [.. were.Except(are).Except(others)], Make: [.. are.Except(were)])).ConfigureAwait(false);
        await Set(kind, id, [(Granted, now)]).ConfigureAwait(false);

        IEnumerable<AclRule> Read(string text)
        {
            var values = text.Split(';');
            return DerivedRules.Of(kind, id, fact => values.ElementAtOrDefault(facts.ToList().IndexOf(fact)));
        }
    }

    private IEnumerable<AclRule> Rules() => cloud.Inventory.All(PoolKind.Acl).Values.Select(AclRule.Of).OfType<AclRule>();

    private Task<Answer> Set(PoolKind kind, int id, IEnumerable<(string Fact, string Value)> facts) => cloud.Pool(new PoolProtocol.SetFacts(
        kind, id, facts.ToImmutableSortedDictionary(f => f.Fact, f => f.Value, StringComparer.Ordinal)));

    private static EditList List(PoolKind kind, int id, string fact, string? put = null, string? drop = null) => new(
        kind, id, fact, put is null ? [] : [put], drop is null ? [] : [drop], Refusal.WrongState($"{fact} of {ObjectPool.Word(kind)} {id} has changed.", id));

    private async Task<Answer> InTurn(Func<Task<Answer>> act)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            return await act().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
