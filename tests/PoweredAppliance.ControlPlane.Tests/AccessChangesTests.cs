using System.Collections.Immutable;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class AccessChangesTests
{
    private static readonly ImmutableSortedDictionary<string, string> NoFacts = ImmutableSortedDictionary<string, string>.Empty;

    private static async Task<int> Make(Site site, PoolKind kind, string name, int? id = null, params (string Fact, string Value)[] facts)
    {
        var answer = await site.Cloud.Pool(new PoolProtocol.Allocate(
            kind, name, Caller.Admin, 0, Template.Empty, facts.ToImmutableSortedDictionary(f => f.Fact, f => f.Value), id));
        Assert.Null(answer.Refusal);
        return answer.Id;
    }

    private static async Task<(Site Site, AccessChanges Access, int Group)> Founded()
    {
        var site = await Site.Start(hosts: 0);
        await Make(site, PoolKind.Vdc, "default", 0, ("CLUSTERS", "0:-10"));
        var access = new AccessChanges(site.Cloud);
        var group = await access.MakeGroup(new(PoolKind.Group, "web", Caller.Admin, 0, Template.Empty, NoFacts));
        Assert.Null(group.Refusal);
        return (site, access, group.Id);
    }

    private static string[] Rules(Site site) =>
        [.. site.Inventory.All(PoolKind.Acl).Values.Select(o => $"{AclRule.Of(o)}").Order(StringComparer.Ordinal)];

    private static EditList Into(PoolKind kind, int id, string fact, string element) => new(kind, id, fact, [element], [], Refusal.WrongState("there", id));

    private static async Task<AccessChanges> Restarted(Site site)
    {
        await site.Down();
        await site.Up();
        var access = new AccessChanges(site.Cloud);
        await access.Resume();
        return access;
    }

    [Fact]
    public async Task A_group_that_is_made_is_in_the_first_VDC_with_its_rules_and_leaves_nothing_when_it_goes()
    {
        var (site, access, group) = await Founded();
        await using var _ = site;
        Assert.Equal([$"@{group} DATASTORE/* USE #0", $"@{group} HOST/* MANAGE #0", $"@{group} NET/* USE #0"], Rules(site));
        Assert.Null((await access.Remove(PoolKind.Group, group)).Refusal);
        Assert.Empty(Rules(site));
        Assert.Null(site.Inventory.Find(PoolKind.Vdc, 0)!.Fact("GROUPS"));
        Assert.Null(site.Inventory.Find(PoolKind.Group, group));
        Assert.NotNull((await access.Remove(PoolKind.Vdc, 0)).Refusal);
    }

    [Fact]
    public async Task What_a_controller_left_half_done_is_finished_by_the_next_start()
    {
        var (site, _, group) = await Founded();
        await using var __ = site;
        var vdc = await Make(site, PoolKind.Vdc, "half");
        await site.Cloud.Pool(Into(PoolKind.Vdc, vdc, "GROUPS", $"{group}"));
        await site.Cloud.Pool(Into(PoolKind.Vdc, vdc, "HOSTS", "0:7"));
        var joining = await Make(site, PoolKind.Group, "joining", null, (AccessChanges.Joining, "1"));
        var leaving = await Make(site, PoolKind.Group, "leaving", null, (AccessChanges.Leaving, "1"));
        await site.Cloud.Pool(Into(PoolKind.Vdc, 0, "GROUPS", $"{leaving}"));
        await Restarted(site);
        Assert.Contains($"@{group} HOST/#7 MANAGE #0", Rules(site));
        Assert.Contains($"@{joining} HOST/* MANAGE #0", Rules(site));
        Assert.Null(site.Inventory.Find(PoolKind.Group, leaving));
        Assert.DoesNotContain(Rules(site), r => r.StartsWith($"@{leaving} ", StringComparison.Ordinal));
        Assert.Equal($"{group},{joining}", site.Inventory.Find(PoolKind.Vdc, 0)!.Fact("GROUPS"));
    }

    [Fact]
    public async Task A_rule_that_was_deleted_by_hand_stays_away_and_one_that_two_VDCs_give_stays_while_one_does()
    {
        var (site, access, group) = await Founded();
        await using var _ = site;
        var host = site.Inventory.All(PoolKind.Acl).Values.Single(o => $"{AclRule.Of(o)}".Contains("HOST", StringComparison.Ordinal));
        await site.Cloud.Pool(new PoolProtocol.Delete(PoolKind.Acl, host.Id));
        access = await Restarted(site);
        Assert.Equal(2, Rules(site).Length);

        var vdc = await Make(site, PoolKind.Vdc, "second");
        Assert.Null((await access.Change(Into(PoolKind.Vdc, vdc, "VNETS", "0:-10"))).Refusal);
        Assert.Null((await access.Change(Into(PoolKind.Vdc, vdc, "GROUPS", $"{group}"))).Refusal);
        Assert.Equal(2, Rules(site).Length);
        Assert.Null((await access.Remove(PoolKind.Vdc, vdc)).Refusal);
        Assert.Contains($"@{group} NET/* USE #0", Rules(site));
    }
}
