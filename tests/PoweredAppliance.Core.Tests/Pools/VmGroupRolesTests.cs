using CsCheck;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Pools;

public sealed class VmGroupRolesTests
{
    private const string Three = "ROLE=[NAME=a] ROLE=[NAME=b,POLICY=ANTI_AFFINED] ROLE=[NAME=c,POLICY=affined] ";

    private static string? Why(string template) => VmGroupRoles.ForNew(Template.Parse(template)).Why?.Text;

    private static Template Made(string template) => VmGroupRoles.ForNew(Template.Parse(template)).Made!;

    private static VectorAttribute Role(string text) => Template.Parse(text).Vector("ROLE")!;

    [Theory]
    [InlineData("", null)]
    [InlineData("AFFINED=\"a, c\"", null)]
    [InlineData("AFFINED=\"a,c\" ANTI_AFFINED=\"b\"", null)]
    [InlineData("AFFINED=\"a,d\"", "Some roles used in AFFINED attribute (a,d) are not defined")]
    [InlineData("ANTI_AFFINED=\"d\"", "Some roles used in ANTI_AFFINED attribute (d) are not defined")]
    [InlineData("AFFINED=\"a,c\" AFFINED=\"c , a\"", "Duplicated AFFINED rule (c , a) detected.")]
    [InlineData("AFFINED=\"a,b\"", "Role b is in an AFFINED rule but the role policy is ANTI_AFFINED")]
    [InlineData("AFFINED=\"a,c\" ANTI_AFFINED=\"c,b\"", "Roles defined in AFFINED and ANTI_AFFINED rules: c")]
    [InlineData("ROLE=[NAME=a]", "Role already exists")]
    [InlineData("ROLE=[POLICY=NONE]", "Missing NAME in VM group role")]
    [InlineData("ROLE=[NAME=d,POLICY=NEAR]", "POLICY of role d must be NONE, AFFINED or ANTI_AFFINED, it is 'NEAR'")]
    public void Rules_name_roles_that_there_are_and_none_is_against_another(string rules, string? why) => Assert.Equal(why, Why(Three + rules));

    [Fact]
    public void Roles_are_numbered_in_their_order_and_what_a_client_numbered_is_nothing() =>
        Assert.Equal([(0, "a"), (1, "b")], VmGroupRoles.Of(Made("ROLE=[NAME=a,ID=7,VMS=\"1,2\"] ROLE=[NAME=b]")).Select(r => (r.Id, r.Name)));

    [Fact]
    public void There_are_32_roles_at_most()
    {
        Assert.Null(Why(string.Concat(Enumerable.Range(0, 32).Select(i => $"ROLE=[NAME=r{i}] "))));
        Assert.Equal("Maximum number of roles in a VM Group reached", Why(string.Concat(Enumerable.Range(0, 33).Select(i => $"ROLE=[NAME=r{i}] "))));
    }

    [Fact]
    public void However_roles_come_and_go_ids_and_names_stay_their_own() => Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 6], Gen.Int[0, 5]).Array[0, 40].Sample(story =>
    {
        var group = Made("ROLE=[NAME=r0]");
        foreach (var (verb, id, name) in story)
        {
            var before = VmGroupRoles.Of(group).ToDictionary(r => r.Id, r => r.Name);
            var (next, why) = verb switch
            {
                0 => VmGroupRoles.Change(group, 1, null, Role($"ROLE=[NAME=r{name}]")),
                1 => VmGroupRoles.Change(group, 1, id, Role($"ROLE=[NAME=r{name},ID=99,VMS=3]")),
                _ => VmGroupRoles.Change(group, 1, id, null),
            };
            Assert.Equal(next is null, why is not null);
            group = next ?? group;
            var after = VmGroupRoles.Of(group).ToList();
            Assert.Equal(after.Count, after.Select(r => r.Id).Distinct().Count());
            Assert.Equal(after.Count, after.Select(r => r.Name).Distinct().Count());
            Assert.All(after, r => Assert.True(r.Role["VMS"] is null && (r.Id != id || verb != 1 || why is not null || r.Name == $"r{name}")));
            Assert.All(before.Where(r => r.Key != id), r => Assert.Contains(after, a => a.Id == r.Key && a.Name == r.Value));
        }
    });

    [Fact]
    public void A_role_that_a_rule_names_does_not_go_and_an_update_leaves_the_roles()
    {
        var group = Made(Three + "AFFINED=\"a,c\"");
        Assert.Contains("are not defined", VmGroupRoles.Change(group, 1, 0, null).Why!.Text, StringComparison.Ordinal);
        Assert.Equal("Unable to delete role 9, the role doesn't exists", VmGroupRoles.Change(group, 1, 9, null).Why!.Text);
        var (updated, why) = VmGroupRoles.Updated(group, Template.Parse("ROLE=[NAME=z] COLOR=blue"));
        Assert.Null(why);
        Assert.Equal(["a", "b", "c"], VmGroupRoles.Of(updated!).Select(r => r.Name));
        Assert.Null(updated!["AFFINED"]);
    }
}
