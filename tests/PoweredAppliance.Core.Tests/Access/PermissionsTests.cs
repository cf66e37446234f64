using CsCheck;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class PermissionsTests
{
    [Theory]
    [InlineData(2, 1, "177", true, "um- --- ---")]
    [InlineData(0, 0, "177", true, "um- --- ---")]
    [InlineData(0, 0, "000", true, "uma uma uma")]
    [InlineData(2, 0, "007", true, "uma uma ---")]
    [InlineData(2, 1, "0", true, "um- um- um-")]
    [InlineData(2, 1, "0", false, "um- um- ---")]
    [InlineData(2, 1, "137", true, "um- u-- ---")]
    public void A_new_object_has_all_but_what_the_umask_takes(int owner, int group, string umask, bool others, string expected)
    {
        var mask = Permissions.FromOctal(umask)!.Value;
        Assert.Equal(expected, Permissions.ForNew(new UserId(owner), new GroupId(group), mask, others).ToString());
    }

    [Fact]
    public void The_default_umask_is_177() => Assert.Equal("177", Permissions.DefaultUmask.ToOctal());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("u")]
    [InlineData("-1")]
    [InlineData("1000")]
    [InlineData("00600")]
    public void What_is_not_nine_bits_in_octal_is_nothing(string? text) => Assert.Null(Permissions.FromOctal(text));

    [Fact]
    public void Octal_goes_there_and_back() => Gen.Int[0, 511].Sample(bits =>
        Permissions.FromOctal(new Permissions(bits).ToOctal()) == new Permissions(bits)
        && Permissions.FromOctal("0" + new Permissions(bits).ToOctal()) == new Permissions(bits));

    [Fact]
    public void Ten_bits_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Permissions(512));

    [Fact]
    public void The_bits_have_the_names_of_the_documents()
    {
        Assert.Equal("OWNER_U OWNER_M OWNER_A GROUP_U GROUP_M GROUP_A OTHER_U OTHER_M OTHER_A", string.Join(' ', Permissions.Names));
        var bits = Permissions.FromOctal("421")!.Value;
        Assert.Equal(["OWNER_U", "GROUP_M", "OTHER_A"], Enumerable.Range(0, 9).Where(i => bits[i]).Select(i => Permissions.Names[i]));
    }

    [Fact]
    public void Chmod_sets_clears_and_leaves()
    {
        var before = Permissions.FromOctal("640")!.Value;
        Assert.Equal("564", before.Change([1, 0, 1, -1, 1, -1, 1, 0, -1])?.ToOctal());
        Assert.Equal(before, before.Change([-1, -1, -1, -1, -1, -1, -1, -1, -1]));
        Assert.Null(before.Change([2, 0, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Null(before.Change([0]));
        Assert.True(before.ChangesAdminBits(Permissions.FromOctal("650")!.Value));
        Assert.False(before.ChangesAdminBits(Permissions.FromOctal("060")!.Value));
        Assert.True(before.ChangesOtherBits(Permissions.FromOctal("641")!.Value));
        Assert.False(before.ChangesOtherBits(Permissions.FromOctal("000")!.Value));
    }
}
