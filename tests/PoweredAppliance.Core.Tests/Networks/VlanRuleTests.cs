using CsCheck;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class VlanRuleTests
{
    private static Template Rules(string text) => VlanRules.Read(Template.Parse(text)).Rules!;

    [Theory]
    [InlineData("RULE=[SCOPE=VLAN_ID]", "Missing ID in rule.")]
    [InlineData("RULE=[ID=\"1-2-3\",SCOPE=VLAN_ID]", "Invalid ID specification.")]
    [InlineData("RULE=[ID=\"1,,2\",SCOPE=VLAN_ID]", "Invalid ID specification.")]
    [InlineData("RULE=[ID=\"-1\",SCOPE=VLAN_ID]", "Invalid ID specification.")]
    [InlineData("RULE=[ID=5,SCOPE=NOSUCH]", "Wrong SCOPE in rule.")]
    [InlineData("RULE=[ID=5]", "Wrong SCOPE in rule.")]
    [InlineData("RULE=[ID=5,SCOPE=ANY,VNTEMPLATE=x]", "Invalid VNTEMPLATE specification.")]
    public void What_is_no_rule_is_refused(string text, string why)
    {
        var refusal = VlanRules.Read(Template.Parse(text)).Why!;
        Assert.Equal((ErrorCode.Action, why), (refusal.Code, refusal.Text));
    }

    [Theory]
    [InlineData("VLAN_ID=150", -1, null)]
    [InlineData("VLAN_ID=201", -1, "User is not authorized to use the requested VLAN_ID")]
    [InlineData("VLAN_ID=5-6", -1, "Invalid VLAN_ID specification.")]
    [InlineData("OUTER_VLAN_ID=150", -1, "User is not authorized to use the requested OUTER_VLAN_ID")]
    [InlineData("CVLANS=\"150,199\"", -1, "User is not authorized to use the requested CVLAN")]
    [InlineData("CVLANS=\"12,10-14\"", 3, null)]
    [InlineData("CVLANS=\"12,10-15\"", 3, "User is not authorized to use the requested CVLAN")]
    [InlineData("CVLANS=12", 4, "User is not authorized to use the requested CVLAN")]
    [InlineData("AR=[VLAN_ID=300]", -1, "User is not authorized to use the requested VLAN_ID")]
    [InlineData("VN_MAD=bridge", -1, null)]
    [InlineData("AUTOMATIC_VLAN_ID=YES", -1, null)]
    [InlineData("AUTOMATIC_VLAN_ID=YES", 3, "Automatic selection of VLAN ID cannot be used with VLAN rules scoped to the VN Template")]
    public void A_network_takes_the_VLANs_that_the_rules_of_one_group_name(string network, int networkTemplate, string? why)
    {
        var rules = Rules("RULE=[ID=\"200-100\",SCOPE=vlan_id] RULE=[ID=\"10-14\",SCOPE=ANY,VNTEMPLATE=\"3\"]");
        Assert.Equal(why, VlanRules.Denies([Template.Empty, rules], Template.Parse(network), networkTemplate));
    }

    [Fact]
    public void Without_rules_no_VLAN_is_anybodys_and_more_rules_never_take_one_away() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[0, 40]).Sample((vlan, first, last) =>
        {
            var asked = Template.Parse($"VLAN_ID={vlan}");
            Assert.NotNull(VlanRules.Denies([Template.Empty], asked, -1));
            var rule = Rules($"RULE=[ID=\"{first}-{last}\",SCOPE=ANY]");
            Assert.Equal(vlan >= Math.Min(first, last) && vlan <= Math.Max(first, last), VlanRules.Denies([rule], asked, -1) is null);
            Assert.True(VlanRules.Denies([rule], asked, -1) is not null || VlanRules.Denies([rule, Rules("RULE=[ID=7,SCOPE=ANY]")], asked, -1) is null);
        }, iter: 500);
}
