using CsCheck;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class DerivedRulesTests
{
    private static IEnumerable<string> Of(PoolKind kind, int id, params (string Fact, string Value)[] facts) =>
        DerivedRules.Of(kind, id, fact => facts.FirstOrDefault(f => f.Fact == fact).Value).Select(r => r.ToString());

    [Fact]
    public void The_first_VDC_gives_the_rules_of_a_fresh_daemon() => Assert.Equal(
        AccessControl.DefaultRules().Skip(3).Select(r => r.ToString()), Of(PoolKind.Vdc, 0, ("GROUPS", "1"), ("CLUSTERS", "0:-10")));

    [Fact]
    public void A_VDC_gives_each_of_its_groups_each_of_its_resources() => Assert.Equal(
    [
        "@100 HOST/%5 MANAGE #0", "@100 NET/%5 USE #0", "@100 DATASTORE/%5 USE #0", "@100 HOST/#2 MANAGE #0", "@100 DATASTORE/* USE #1", "@100 NET/#7 USE #0",
        "@101 HOST/%5 MANAGE #0", "@101 NET/%5 USE #0", "@101 DATASTORE/%5 USE #0", "@101 HOST/#2 MANAGE #0", "@101 DATASTORE/* USE #1", "@101 NET/#7 USE #0",
    ], Of(PoolKind.Vdc, 3, ("GROUPS", "100,101"), ("CLUSTERS", "0:5"), ("HOSTS", "0:2"), ("DATASTORES", "1:-10"), ("VNETS", "0:7")));

    [Fact]
    public void An_administrator_of_a_group_gets_OpenNebulas_four_rules() => Assert.Equal(
    [
        "#5 USER/@100 USE+MANAGE+ADMIN+CREATE *", "#5 VM+NET+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VROUTER+VMGROUP+BACKUPJOB/@100 USE+MANAGE *",
        "#5 VROUTER/* CREATE *", "#5 GROUP/#100 MANAGE *",
    ], Of(PoolKind.Group, 100, ("ADMINS", "5")));

    [Fact]
    public void Rules_are_rewritten_by_what_they_say_all_at_once()
    {
        var rules = AccessControl.DefaultRules();
        var pool = rules.Aggregate(ObjectPool.Empty(PoolKind.Acl), (p, r) => p.Apply(new PoolProtocol.Put(
            PoolKind.Acl, default, new(PoolKind.Acl, r.Id, "rule", Caller.Admin, 0, 0, Core.Templates.Template.Empty, r.ToFacts()))));
        var made = AclRule.FromText(-1, "@100 HOST/* MANAGE #0").Rule!;
        var decision = pool.Decide(new PoolProtocol.Rewrite(Drop: [rules[3] with { Id = -1 }, made], Make: [rules[4] with { Id = -1 }, made]), default);
        Assert.Equal([typeof(PoolProtocol.Dropped), typeof(PoolProtocol.Put)], decision.Events.Select(e => e.GetType()));
        var after = decision.Events.Aggregate(pool, (p, e) => p.Apply(e));
        Assert.Equal([0, 1, 2, 4, 5, 6], after.Objects.Keys);
        Assert.Equal(made with { Id = 6 }, AclRule.Of(after.Objects[6]));
        Assert.Empty(after.Decide(new PoolProtocol.Rewrite(Drop: [rules[3]], Make: [made]), default).Events);
        Assert.Equal("Rule @1 NET/* USE #0 already exists", after.Decide(new PoolProtocol.Allocate(
            PoolKind.Acl, "rule", Caller.Admin, 0, Core.Templates.Template.Empty, rules[4].ToFacts()), default).Refusal?.Text);
    }

    [Fact]
    public void Access_is_what_reading_permissions_rules_VDCs_and_administrators_says()
    {
        var answers = (Yes: 0, No: 0);
        Gen.Int.Sample(seed =>
        {
            var run = new AclRun(seed);
            Assert.Null(run.FirstDifference(questions: 500));
            answers = (answers.Yes + run.Answers.Yes, answers.No + run.Answers.No);
        }, iter: 40, threads: 1);
        Assert.True(answers is { Yes: > 2000, No: > 2000 }, $"{answers} is no test of both answers");
    }
}
