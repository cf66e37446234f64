using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Core.Tests.Expressions;

public sealed class RequirementTests
{
    private static readonly Dictionary<string, string[]> Host = new()
    {
        ["NAME"] = ["web-1.example"],
        ["HYPERVISOR"] = ["kvm"],
        ["FREE_CPU"] = ["350"],
        ["LOAD"] = ["-0.5"],
        ["EMPTY"] = [""],
        ["CLUSTERS/ID"] = ["0", "100"],
        ["LABELS"] = ["ssd", "gpu-a"],
        ["CURRENT_VMS"] = ["5", "7"],
    };

    [Theory]
    [InlineData("", true)]
    [InlineData(" \t ", true)]
    [InlineData("HYPERVISOR=kvm", true)]
    [InlineData("HYPERVISOR = \"kvm\"", true)]
    [InlineData("\tHYPERVISOR\t=\tkvm\t", true)]
    [InlineData("HYPERVISOR = KVM", false)]
    [InlineData("HYPERVISOR != kvm", false)]
    [InlineData("HYPERVISOR != xen", true)]
    [InlineData("hypervisor = kvm", false)]
    [InlineData("EMPTY = \"\"", true)]
    [InlineData("EMPTY != \"\"", false)]
    public void A_text_is_equal_or_not(string text, bool holds) => Check(text, holds);

    [Theory]
    [InlineData("FREE_CPU = 350", true)]
    [InlineData("FREE_CPU = 350.0", true)]
    [InlineData("FREE_CPU != 350", false)]
    [InlineData("FREE_CPU > 349", true)]
    [InlineData("FREE_CPU > 350", false)]
    [InlineData("FREE_CPU < 350.5", true)]
    [InlineData("FREE_CPU < 350", false)]
    [InlineData("LOAD>-1", true)]
    [InlineData("LOAD<-0.25", true)]
    [InlineData("LOAD = -0.50", true)]
    [InlineData("FREE_CPU = \"350\"", true)]
    [InlineData("FREE_CPU = \"350.0\"", false)]
    public void Numbers_compare_as_numbers_and_quoted_ones_as_texts(string text, bool holds) => Check(text, holds);

    [Theory]
    [InlineData("NOSUCH = 1", false)]
    [InlineData("NOSUCH != 1", false)]
    [InlineData("NOSUCH > 1", false)]
    [InlineData("NOSUCH = x", false)]
    [InlineData("NOSUCH != x", false)]
    [InlineData("NOSUCH @> x", false)]
    [InlineData("!(NOSUCH = x)", true)]
    [InlineData("NAME > 1", false)]
    [InlineData("NAME != 1", false)]
    [InlineData("EMPTY < 1", false)]
    public void What_is_missing_or_no_number_makes_a_comparison_false(string text, bool holds) => Check(text, holds);

    [Theory]
    [InlineData("NAME = \"web*\"", true)]
    [InlineData("NAME = \"web-?.example\"", true)]
    [InlineData("NAME = \"web-[0-9]*\"", true)]
    [InlineData("NAME = \"web-[!0-9]*\"", false)]
    [InlineData("NAME != \"db*\"", true)]
    [InlineData("NAME = \"web\"", false)]
    [InlineData("LABELS @> \"gpu*\"", true)]
    public void Texts_compare_with_the_wildcards_of_the_shell(string text, bool holds) => Check(text, holds);

    [Theory]
    [InlineData("\"CLUSTERS/ID\" @> 100", true)]
    [InlineData("\"CLUSTERS/ID\" @> 10", false)]
    [InlineData("\"CLUSTERS/ID\" = 100", false)]
    [InlineData("\"CLUSTERS/ID\" = 0", true)]
    [InlineData("LABELS @> ssd", true)]
    [InlineData("LABELS @> hdd", false)]
    public void Contains_looks_at_every_value_and_the_others_at_the_first(string text, bool holds) => Check(text, holds);

    [Theory]
    [InlineData("CURRENT_VMS = 5", true)]
    [InlineData("CURRENT_VMS = 7", true)]
    [InlineData("CURRENT_VMS = 6", false)]
    [InlineData("CURRENT_VMS != 7", false)]
    [InlineData("CURRENT_VMS != 6", true)]
    [InlineData("(CURRENT_VMS != 1) & (CURRENT_VMS != 2)", true)]
    [InlineData("(CURRENT_VMS = 1) | (CURRENT_VMS = 7)", true)]
    [InlineData("CURRENT_VMS @> 7", true)]
    [InlineData("CURRENT_VMS = \"7\"", true)]
    [InlineData("CURRENT_VMS != \"7\"", false)]
    public void The_vms_on_a_host_are_there_or_not(string text, bool holds) => Check(text, holds);

    [Fact]
    public void An_empty_host_does_not_have_the_vm()
    {
        Assert.True(Requirement.Parse("CURRENT_VMS != 5").Holds(_ => []));
        Assert.False(Requirement.Parse("CURRENT_VMS = 5").Holds(_ => []));
    }

    [Theory]
    [InlineData("T | F & F", false)]
    [InlineData("T | (F & F)", true)]
    [InlineData("F & F | T", true)]
    [InlineData("F & (F | T)", false)]
    [InlineData("!T | T", true)]
    [InlineData("!(T | T)", false)]
    [InlineData("T & !F | F", true)]
    [InlineData("F | !F & F", false)]
    [InlineData("!!T", true)]
    [InlineData("!!!T&T", false)]
    [InlineData("((T))", true)]
    public void And_or_and_not_have_one_precedence_and_group_to_the_left(string text, bool holds)
    {
        var full = text.Replace("T", "HYPERVISOR = kvm").Replace("F", "HYPERVISOR = xen");
        Check(full, holds);
    }

    [Theory]
    [InlineData("!(PIN_POLICY = PINNED)", true)]
    [InlineData("(CLUSTER_ID = 0 | CLUSTER_ID = 100) & !(PIN_POLICY = PINNED)", false)]
    [InlineData("(\"CLUSTERS/ID\" @> 0 | \"CLUSTERS/ID\" @> 1)", true)]
    [InlineData("!(PIN_POLICY = PINNED) & (KVM_CPU_FEATURES = \"*avx*\")", false)]
    public void Automatic_requirements_are_such_expressions(string text, bool holds) => Check(text, holds);

    [Theory]
    [InlineData("=", "unexpected '=', expecting a name, ! or ( at column 1")]
    [InlineData("A", "unexpected end, expecting =, !=, >, < or @> at column 2")]
    [InlineData("A == 1", "unexpected '=', expecting a number, a word or a string at column 4")]
    [InlineData("A >= 1", "unexpected '=', expecting a number at column 4")]
    [InlineData("A <= 1", "unexpected '=', expecting a number at column 4")]
    [InlineData("A > x", "unexpected x, expecting a number at column 5")]
    [InlineData("A > \"1\"", "unexpected string, expecting a number at column 5")]
    [InlineData("A = 1 B = 2", "unexpected B, expecting & or | at column 7")]
    [InlineData("A = 1 && B = 2", "unexpected '&', expecting a name, ! or ( at column 8")]
    [InlineData("A = 1 || B = 2", "unexpected '|', expecting a name, ! or ( at column 8")]
    [InlineData("A = 1 &", "unexpected end, expecting a name, ! or ( at column 8")]
    [InlineData("(A = 1", "unexpected end, expecting &, | or ) at column 7")]
    [InlineData("A = 1)", "unexpected ')', expecting & or | at column 6")]
    [InlineData("()", "unexpected ')', expecting a name, ! or ( at column 2")]
    [InlineData("A ! = 1", "unexpected '!', expecting =, !=, >, < or @> at column 3")]
    [InlineData("A = 1.", "unexpected '.', expecting & or | at column 6")]
    [InlineData("A = 3GHz", "unexpected GHz, expecting & or | at column 6")]
    [InlineData("A = web*", "unexpected '*', expecting & or | at column 8")]
    [InlineData("_A = 1", "unexpected '_', expecting a name, ! or ( at column 1")]
    [InlineData("5 = A", "unexpected 5, expecting a name, ! or ( at column 1")]
    [InlineData("A = 1\n& B = 2", "unexpected line end, expecting & or | at column 6")]
    [InlineData("\nA = 1", "unexpected line end, expecting a name, ! or ( at column 1")]
    [InlineData("A = \"x", "a string without its closing quote at column 5")]
    [InlineData("A = \"x\ny\"", "a string without its closing quote at column 5")]
    [InlineData("\"\" = 1", "unexpected '=', expecting a name that is not empty before it at column 4")]
    [InlineData("A = 1\0", "unexpected U+0000, expecting & or | at column 6")]
    [InlineData("A = 99999999999999999999999999999999", "a number that is too large at column 5")]
    public void An_error_says_what_was_met_what_was_expected_and_where(string text, string message)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => Requirement.Parse(text));
        Assert.Equal("syntax error, " + message, error.Message);
        Assert.EndsWith($"at column {error.Column}", error.Message);
        Assert.False(Requirement.TryParse(text, out _, out var said));
        Assert.Equal(error.Message, said);
    }

    [Fact]
    public void Depth_is_bounded_and_length_is_not_depth()
    {
        Check(new string('(', 100) + "HYPERVISOR = kvm" + new string(')', 100), true);
        Assert.Throws<ExpressionSyntaxException>(() => Requirement.Parse(new string('(', 100_000)));
        Assert.Throws<ExpressionSyntaxException>(() => Requirement.Parse(new string('!', 100_000)));
        Assert.Throws<ExpressionSyntaxException>(() => Requirement.Parse(new string(' ', ExpressionTexts.TooLong)));
        Check(string.Join(" & ", Enumerable.Range(100, 20_000).Select(i => $"(CURRENT_VMS != {i})")), true);
    }

    [Fact]
    public void A_pattern_of_many_stars_does_not_take_for_ever()
    {
        var pattern = Requirement.Parse($"A = \"{string.Concat(Enumerable.Repeat("*a", 1000))}b\"");
        Assert.False(pattern.Holds(_ => [new string('a', 10_000)]));
    }

    private static void Check(string text, bool holds)
    {
        var requirement = Requirement.Parse(text);
        Assert.Equal(holds, requirement.Holds(name => Host.GetValueOrDefault(name, [])));
        Assert.Equal(requirement, Requirement.Parse(requirement.ToString()));
        Assert.Equal(holds, Requirement.Parse(requirement.ToString()).Holds(name => Host.GetValueOrDefault(name, [])));
    }
}
