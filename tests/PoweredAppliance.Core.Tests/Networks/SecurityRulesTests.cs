using System.Collections.Immutable;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class SecurityRulesTests
{
    private static Template Nics(params string[] nics) => Template.Parse(string.Join('\n', nics.Select(n => $"NIC=[{n}]")));

    private static PooledObject Group(int id, string rules) => new(
        PoolKind.SecurityGroup, id, $"g{id}", Caller.Admin, 384, 0, Template.Parse(rules), ImmutableSortedDictionary<string, string>.Empty);

    [Theory]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=inbound", null)]
    [InlineData("PROTOCOL=UDP,RULE_TYPE=OUTBOUND,RANGE=\"22,53:55,65535\"", null)]
    [InlineData("PROTOCOL=ICMP,RULE_TYPE=INBOUND,ICMP_TYPE=8", null)]
    [InlineData("PROTOCOL=ICMPV6,RULE_TYPE=INBOUND,ICMPV6_TYPE=128", null)]
    [InlineData("PROTOCOL=ALL,RULE_TYPE=INBOUND,IP=10.0.0.1,SIZE=16", null)]
    [InlineData("PROTOCOL=IPSEC,RULE_TYPE=INBOUND,NETWORK_ID=0", null)]
    [InlineData("RULE_TYPE=INBOUND", "PROTOCOL")]
    [InlineData("PROTOCOL=SCTP,RULE_TYPE=INBOUND", "PROTOCOL")]
    [InlineData("PROTOCOL=TCP", "RULE_TYPE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=BOTH", "RULE_TYPE")]
    [InlineData("PROTOCOL=ALL,RULE_TYPE=INBOUND,RANGE=22", "RANGE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=ssh", "RANGE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=\"1:2:3\"", "RANGE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=\"22,\"", "RANGE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=65536", "RANGE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=\"9:8\"", "RANGE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=\"1,2,3,4,5,6,7,8,9,10,11,12,13,14:15\"", null)]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=\"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\"", "RANGE")]
    [InlineData("PROTOCOL=TCP,RULE_TYPE=INBOUND,ICMP_TYPE=8", "ICMP_TYPE")]
    [InlineData("PROTOCOL=ICMP,RULE_TYPE=INBOUND,ICMP_TYPE=ping", "ICMP_TYPE")]
    [InlineData("PROTOCOL=ICMP,RULE_TYPE=INBOUND,ICMPV6_TYPE=1", "ICMPV6_TYPE")]
    [InlineData("PROTOCOL=ALL,RULE_TYPE=INBOUND,IP=10.0.0.1", "SIZE")]
    [InlineData("PROTOCOL=ALL,RULE_TYPE=INBOUND,IP=10.0.0,SIZE=1", "IP")]
    [InlineData("PROTOCOL=ALL,RULE_TYPE=INBOUND,NETWORK_ID=lan", "NETWORK_ID")]
    public void A_rule_is_good_or_names_what_is_wrong(string rule, string? field) =>
        Assert.Equal(field is null ? null : $"RULE/3/{field}", SecurityRules.Wrong(Template.Parse($"RULE=[{rule}]").Vector("RULE")!, 3)?.Field);

    [Fact]
    public void A_VM_carries_the_rules_of_all_groups_of_its_NICs_each_group_once()
    {
        var lan = new Net().Made("BRIDGE=b AR=[TYPE=IP4,IP=10.0.0.1,SIZE=4] AR=[TYPE=IP4,IP=10.0.9.1,SIZE=2]");
        var groups = new[]
        {
            Group(0, "RULE=[PROTOCOL=ALL,RULE_TYPE=OUTBOUND]"),
            Group(100, "RULE=[PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=22,NETWORK_ID=0]\nRULE=[PROTOCOL=ICMP,RULE_TYPE=INBOUND,NETWORK_ID=77]"),
        };
        var vm = Nics("SECURITY_GROUPS=\"0,100\"", "SECURITY_GROUPS=\"100,555\"");
        var rules = SecurityRules.Of(vm.Vectors("NIC"), id => groups.FirstOrDefault(g => g.Id == id), id => id == 0 ? lan : null);
        Assert.Equal(
            ["0 g0 ALL  ", "100 g100 TCP 10.0.0.1 4", "100 g100 TCP 10.0.9.1 2"],
            rules.Select(r => $"{r["SECURITY_GROUP_ID"]} {r["SECURITY_GROUP_NAME"]} {r["PROTOCOL"]} {r["IP"]} {r["SIZE"]}"));
        var made = vm.WithVectors(SecurityRules.RuleOfVm, rules);
        Assert.All(groups, g => Assert.True(SecurityRules.IsUpToDate(made, g.Id, SecurityRules.Of(g, id => id == 0 ? lan : null))));
        Assert.False(SecurityRules.IsUpToDate(made, 0, SecurityRules.Of(Group(0, "RULE=[PROTOCOL=ALL,RULE_TYPE=INBOUND]"), _ => null)));
        Assert.Equal([0, 100, 100, 555], SecurityRules.Groups(vm));
    }
}
