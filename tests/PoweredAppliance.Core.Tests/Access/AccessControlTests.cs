using CsCheck;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class AccessControlTests
{
    [Theory]
    [InlineData("oneadmin does anything", "0 9", Rights.Admin, ObjectKinds.Host, "3 - - 000", "", true)]
    [InlineData("so does a member of its group", "5 1,0", Rights.Admin, ObjectKinds.Host, "3 - - 000", "", true)]
    [InlineData("and one whose primary group it is", "5 0", Rights.Create, ObjectKinds.Host, "-1 - - 000", "", true)]
    [InlineData("the owner by the owner's bits", "5 1", Rights.Manage, ObjectKinds.Vm, "3 5 100 600", "", true)]
    [InlineData("the owner not beyond them", "5 1", Rights.Admin, ObjectKinds.Vm, "3 5 100 600", "", false)]
    [InlineData("the owner also by the others' bits", "5 1", Rights.Use, ObjectKinds.Vm, "3 5 100 004", "", true)]
    [InlineData("a member by the group's bits", "5 1,100", Rights.Use, ObjectKinds.Vm, "3 6 100 640", "", true)]
    [InlineData("a member not beyond them", "5 1,100", Rights.Manage, ObjectKinds.Vm, "3 6 100 640", "", false)]
    [InlineData("a stranger by the others' bits", "5 1", Rights.Manage, ObjectKinds.Vm, "3 6 100 602", "", true)]
    [InlineData("a stranger not at all", "5 1", Rights.Use, ObjectKinds.Vm, "3 6 100 660", "", false)]
    [InlineData("nobody creates by an object's bits", "5 1", Rights.Create, ObjectKinds.Vm, "-1 5 1 777", "", false)]
    [InlineData("one creates by a rule", "5 1", Rights.Create, ObjectKinds.Vm, "-1 5 1 000", "@1 VM/* CREATE *", true)]
    [InlineData("a rule for another kind says nothing", "5 1", Rights.Create, ObjectKinds.Net, "-1 5 1 000", "@1 VM/* CREATE *", false)]
    [InlineData("a rule for another group says nothing", "5 1", Rights.Use, ObjectKinds.Vm, "3 - - 000", "@2 VM/* USE *", false)]
    [InlineData("a rule for a second group speaks", "5 1,2", Rights.Use, ObjectKinds.Vm, "3 - - 000", "@2 VM/* USE *", true)]
    [InlineData("a rule for the user speaks", "5 1", Rights.Use, ObjectKinds.Vm, "3 - - 000", "#5 VM/#3 USE *", true)]
    [InlineData("a rule for another object says nothing", "5 1", Rights.Use, ObjectKinds.Vm, "3 - - 000", "#5 VM/#4 USE *", false)]
    [InlineData("a rule for the object's group", "5 1", Rights.Use, ObjectKinds.Vm, "3 6 7 000", "#5 VM/@7 USE *", true)]
    [InlineData("a rule for the object's cluster", "5 1", Rights.Use, ObjectKinds.Host, "3 - - 000 100", "#5 HOST/%100 USE *", true)]
    [InlineData("a rule for another cluster", "5 1", Rights.Use, ObjectKinds.Host, "3 - - 000 100", "#5 HOST/%101 USE *", false)]
    [InlineData("a rule in another zone", "5 1", Rights.Use, ObjectKinds.Host, "3 - - 000", "#5 HOST/* USE #1", false)]
    [InlineData("a right does not imply a lesser one", "5 1", Rights.Use, ObjectKinds.Host, "3 - - 000", "#5 HOST/* MANAGE *", false)]
    public void Access_is_given_by_the_objects_bits_or_by_a_rule(
        string why, string subject, Rights rights, ObjectKinds kind, string target, string rule, bool allowed)
    {
        var rules = rule.Length == 0 ? [] : new[] { AclRule.FromText(0, rule).Rule! };
        var refusal = AccessControl.Authorize(new AccessRequest(Who(subject), rights, What(kind, target)), rules);
        Assert.True(allowed == refusal is null, why);
    }

    [Theory]
    [InlineData(Rights.Manage, ObjectKinds.Vm, 3, "User [5] : Not authorized to perform MANAGE VM [3].")]
    [InlineData(Rights.Create, ObjectKinds.Host, -1, "User [5] : Not authorized to perform CREATE HOST.")]
    [InlineData(Rights.Use, ObjectKinds.MarketplaceApp, 0, "User [5] : Not authorized to perform USE MARKETPLACEAPP [0].")]
    public void A_refusal_names_the_user_the_right_and_the_object(Rights rights, ObjectKinds kind, int id, string text)
    {
        var refusal = AccessControl.Authorize(new AccessRequest(Who("5 1"), rights, new AccessObject(kind, id)), []);
        Assert.Equal(new Refusal(ErrorCode.Authorization, text, ObjectId: id), refusal);
    }

    [Fact]
    public void A_user_of_the_first_day_creates_vms_and_deploys_them_and_no_more()
    {
        bool May(Rights rights, ObjectKinds kind, int id = -1) => AccessControl.Authorize(
            new AccessRequest(Who("5 1"), rights, new AccessObject(kind, id)), AccessControl.DefaultRules()) is null;
        Assert.True(May(Rights.Create, ObjectKinds.Vm) && May(Rights.Create, ObjectKinds.BackupJob));
        Assert.True(May(Rights.Manage, ObjectKinds.Host, 0) && May(Rights.Use, ObjectKinds.Net, 0));
        Assert.True(May(Rights.Use, ObjectKinds.Datastore, 1) && May(Rights.Use, ObjectKinds.Zone, 0));
        Assert.False(May(Rights.Create, ObjectKinds.Host) || May(Rights.Admin, ObjectKinds.Host, 0));
        Assert.False(May(Rights.Manage, ObjectKinds.Datastore, 1) || May(Rights.Create, ObjectKinds.Net));
    }

    [Fact]
    public void It_agrees_with_the_sentence_spelled_out() => AccessGen.Question.Sample(
        q => AccessControl.Authorize(q.Request, q.Rules, q.Zone) is null == NaiveAcl.Allows(q.Request, q.Rules, q.Zone), iter: 20_000);

    [Fact]
    public void A_further_rule_never_takes_a_right_away() => Gen.Select(AccessGen.Question, AccessGen.Rule).Sample((q, rule) =>
        AccessControl.Authorize(q.Request, q.Rules, q.Zone) is not null
        || AccessControl.Authorize(q.Request, q.Rules.Insert(0, rule), q.Zone) is null);

    private static Subject Who(string text)
    {
        var words = text.Split(' ');
        var groups = words[1].Split(',').Select(g => new GroupId(int.Parse(g))).ToArray();
        return new Subject(new UserId(int.Parse(words[0])), groups[0], [.. groups]);
    }

    private static AccessObject What(ObjectKinds kind, string text)
    {
        var words = text.Split(' ');
        return new AccessObject(
            kind,
            int.Parse(words[0]),
            words[1] == "-" ? null : new UserId(int.Parse(words[1])),
            words[2] == "-" ? null : new GroupId(int.Parse(words[2])),
            Permissions.FromOctal(words[3])!.Value,
            [.. words.Skip(4).Select(int.Parse)]);
    }
}
