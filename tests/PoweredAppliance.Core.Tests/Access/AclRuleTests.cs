using CsCheck;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class AclRuleTests
{
    public static TheoryData<int, string, string, string, string, string> Observed => new()
    {
        { 0, "200000001", "121429400000000", "8", "400000000", "@1 VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VMGROUP+BACKUPJOB/* CREATE *" },
        { 1, "400000000", "800400000000", "1", "400000000", "* ZONE/* USE *" },
        { 2, "400000000", "18000400000000", "1", "400000000", "* MARKETPLACE+MARKETPLACEAPP/* USE *" },
        { 3, "200000001", "2400000000", "2", "100000000", "@1 HOST/* MANAGE #0" },
        { 4, "200000001", "4400000000", "1", "100000000", "@1 NET/* USE #0" },
        { 5, "200000001", "100400000000", "1", "100000000", "@1 DATASTORE/* USE #0" },
    };

    [Theory]
    [MemberData(nameof(Observed))]
    public void The_first_rules_are_those_of_a_fresh_daemon(
        int id, string user, string resource, string rights, string zone, string text)
    {
        var rule = AccessControl.DefaultRules()[id];
        Assert.Equal((id, user, resource, rights, zone), (rule.Id, rule.UserHex, rule.ResourceHex, rule.RightsHex, rule.ZoneHex));
        Assert.Equal(text, rule.ToString());
        Assert.Equal(rule, AclRule.FromHex(id, user, resource, rights, zone).Rule);
        Assert.Equal(rule, AclRule.FromText(id, text).Rule);
    }

    [Fact]
    public void They_are_shown_by_whom_then_by_id() =>
        Assert.Equal([0, 3, 4, 5, 1, 2], AclRule.InOrder(AccessControl.DefaultRules()).Select(r => r.Id));

    [Theory]
    [InlineData("#5 HOST/#0 MANAGE #0", "100000005", "2100000000", "2")]
    [InlineData("@100 NET/@100 USE", "200000064", "4200000064", "1")]
    [InlineData("* DATASTORE/%100 USE+ADMIN *", "400000000", "100800000064", "5")]
    [InlineData("  #5   vm/*  use+manage+admin+create  ", "100000005", "1400000000", "f")]
    public void Text_and_hexadecimal_say_the_same(string text, string user, string resource, string rights)
    {
        var (rule, wrong) = AclRule.FromText(7, text, thisZone: 0);
        Assert.Null(wrong);
        Assert.Equal((user, resource, rights), (rule!.UserHex, rule.ResourceHex, rule.RightsHex));
    }

    [Theory]
    [InlineData("", "Malformed rule")]
    [InlineData("#1 VM/*", "Malformed rule")]
    [InlineData("#1 VM/* USE * extra", "Malformed rule")]
    [InlineData("1 VM/* USE", "Malformed user")]
    [InlineData("%1 VM/* USE", "Malformed user")]
    [InlineData("#-1 VM/* USE", "Malformed user")]
    [InlineData("#4294967296 VM/* USE", "Malformed user")]
    [InlineData("#1 VM USE", "Malformed resource")]
    [InlineData("#1 /* USE", "Malformed resource")]
    [InlineData("#1 PONY/* USE", "Malformed resource")]
    [InlineData("#1 VM/7 USE", "Malformed resource")]
    [InlineData("#1 VM/* LOOK", "Malformed rights")]
    [InlineData("#1 VM/* USE+", "Malformed rights")]
    [InlineData("#1 VM/* USE @1", "Malformed zone")]
    public void A_wrong_part_is_named(string text, string wrong)
    {
        var (rule, why) = AclRule.FromText(0, text);
        Assert.Null(rule);
        Assert.StartsWith(wrong, why);
    }

    [Theory]
    [InlineData("", "1400000000", "1", "400000000", "user")]
    [InlineData("5", "1400000000", "1", "400000000", "user")]
    [InlineData("300000001", "1400000000", "1", "400000000", "user")]
    [InlineData("400000001", "1400000000", "1", "400000000", "user")]
    [InlineData("fffffffffffffffff", "1400000000", "1", "400000000", "user")]
    [InlineData("400000000", "400000000", "1", "400000000", "resource")]
    [InlineData("400000000", "1000000000", "1", "400000000", "resource")]
    [InlineData("400000000", "8000001400000000", "1", "400000000", "resource")]
    [InlineData("400000000", "1400000000", "0", "400000000", "rights")]
    [InlineData("400000000", "1400000000", "10", "400000000", "rights")]
    [InlineData("400000000", "1400000000", "1", "0", "zone")]
    [InlineData("400000000", "1400000000", "1", "200000000", "zone")]
    public void A_wrong_hexadecimal_part_is_named(string user, string resource, string rights, string zone, string wrong)
    {
        var (rule, why) = AclRule.FromHex(0, user, resource, rights, zone);
        Assert.Null(rule);
        Assert.StartsWith($"Malformed {wrong} ", why);
    }

    [Fact]
    public void Every_rule_reads_back_from_both_forms() => AccessGen.Rule.Sample(rule =>
        AclRule.FromText(rule.Id, rule.ToString()).Rule == rule
        && AclRule.FromHex(rule.Id, rule.UserHex, "0x" + rule.ResourceHex, rule.RightsHex, rule.ZoneHex).Rule == rule);

    [Fact]
    public void A_second_rule_that_says_the_same_is_known_by_it()
    {
        var rule = AccessControl.DefaultRules()[3];
        Assert.True(rule.SaysTheSame(rule with { Id = 9 }));
        Assert.False(rule.SaysTheSame(rule with { Rights = Rights.Admin }));
    }
}
