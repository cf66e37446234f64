using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Templates;

public sealed class TemplateTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n ")]
    [InlineData("# nothing but a comment")]
    [InlineData("\uFEFF")]
    public void A_text_without_attributes_is_the_empty_template(string text) =>
        Assert.Equal(Template.Empty, Template.Parse(text));

    [Theory]
    [InlineData("CPU=1")]
    [InlineData("  CPU = 1  ")]
    [InlineData("\n\nCPU\t=\t\"1\"\n")]
    [InlineData("cpu=1\r\n")]
    [InlineData("# a comment\n  # another = one\nCPU=1\n#last")]
    [InlineData("CPU = 1 # of a core\n")]
    public void A_single_attribute_is_a_name_an_equal_sign_and_a_value(string text) =>
        Assert.Equal(Template.Empty.Set("CPU", "1"), Template.Parse(text));

    [Fact]
    public void Names_are_stored_in_upper_case_inside_vectors_too()
    {
        var template = Template.Parse("disk_1=[image_id=3]");
        var vector = Assert.IsType<VectorAttribute>(Assert.Single(template.Attributes));
        Assert.Equal("DISK_1", vector.Name);
        Assert.Equal("IMAGE_ID", Assert.Single(vector.Pairs).Key);
        Assert.Equal("3", vector["Image_Id"]);
    }

    [Theory]
    [InlineData("A=")]
    [InlineData("A=  \n")]
    [InlineData("A=\r\n")]
    [InlineData("A=\"\"")]
    public void Nothing_up_to_the_line_end_is_an_empty_value(string text) => Assert.Equal("", Template.Parse(text)["A"]);

    [Theory]
    [InlineData("A=[]")]
    [InlineData("A=[ ]")]
    [InlineData("A = [\n\n]")]
    public void Brackets_with_nothing_between_them_are_an_empty_vector(string text) =>
        Assert.Empty(Template.Parse(text).Vector("A")!.Pairs);

    [Theory]
    [InlineData("NIC=[IP=1,MAC=2]")]
    [InlineData("NIC = [ IP = 1 , MAC = \"2\" ]")]
    [InlineData("NIC=[\n\n  IP=1\n,\n  MAC=2\n]")]
    [InlineData("NIC=[\n # a comment\n IP=1,\n # another\n MAC=2 ]")]
    [InlineData("NIC=[IP=1, # a comment\n MAC=2 # another\n]")]
    [InlineData("NIC=[\"IP\"=1,\"MAC\" = \"2\"]")]
    [InlineData("NIC=[MAC=2,IP=9,ip=1]")]
    public void A_vector_has_pairs_with_line_ends_allowed_around_them(string text) =>
        Assert.Equal(VectorAttribute.Of("NIC", ("IP", "1"), ("MAC", "2")), Template.Parse(text).Vector("NIC"));

    [Theory]
    [InlineData("A=\"x y\"", "x y")]
    [InlineData("A=\"two\n lines\"", "two\n lines")]
    [InlineData("A=\"a \\\"b\\\" c\"", "a \"b\" c")]
    [InlineData("A=\"C:\\dir\\n\"", "C:\\dir\\n")]
    [InlineData("A=\"\\\\\"\"", "\\\"")]
    [InlineData("A=\"# = [ ] , no signs\"", "# = [ ] , no signs")]
    [InlineData("A=x\"y\"z", "x\"y\"z")]
    [InlineData("A=http://h:1/p?q;\\", "http://h:1/p?q;\\")]
    [InlineData("A=Grüße€", "Grüße€")]
    [InlineData("A=\"😀\"", "😀")]
    public void A_value_is_what_the_quotes_hold_or_a_run_without_blanks_and_signs(string text, string value) =>
        Assert.Equal(value, Template.Parse(text)["A"]);

    [Fact]
    public void Attributes_may_follow_each_other_with_or_without_blanks_between()
    {
        var expected = Template.Parse("A=1\nB=[C=2]\nD=\"3\"\nE=4");
        Assert.Equal(expected, Template.Parse("A=1 B=[C=2]D=\"3\"E=4"));
        Assert.Equal(4, expected.Attributes.Length);
    }

    [Fact]
    public void A_repeated_name_keeps_its_order_and_the_last_single_wins()
    {
        var template = Template.Parse("X=1\nDISK=[ID=b]\nA=0\nX=2\nDISK=[ID=a]");
        Assert.Equal("2", template["x"]);
        Assert.Equal(["b", "a"], template.Vectors("disk").Select(d => d["ID"]));
        Assert.Equal("a", template.Vector("DISK")!["ID"]);
        Assert.Equal(["A", "DISK", "DISK", "X", "X"], template.Attributes.Select(a => a.Name));
    }

    [Theory]
    [InlineData("A", "syntax error, unexpected $end, expecting EQUAL or EQUAL_EMPTY at line 1, columns 2:2")]
    [InlineData("A=1\n  B C=2", "syntax error, unexpected VARIABLE, expecting EQUAL or EQUAL_EMPTY at line 2, columns 5:5")]
    [InlineData("=1", "syntax error, unexpected EQUAL, expecting VARIABLE or $end at line 1, columns 1:1")]
    [InlineData("A=[\"B=1]", "syntax error, unexpected STRING, expecting VARIABLE or CBRACKET at line 1, columns 4:4")]
    [InlineData("A=,", "syntax error, unexpected COMMA, expecting OBRACKET or STRING at line 1, columns 3:3")]
    [InlineData("A==", "syntax error, unexpected EQUAL, expecting OBRACKET or STRING at line 1, columns 3:3")]
    [InlineData("A=[", "syntax error, unexpected $end, expecting VARIABLE or CBRACKET at line 1, columns 4:4")]
    [InlineData("A=[B=1,]", "syntax error, unexpected CBRACKET, expecting VARIABLE at line 1, columns 8:8")]
    [InlineData("A=[B]", "syntax error, unexpected CBRACKET, expecting EQUAL at line 1, columns 5:5")]
    [InlineData("A=[B=]", "syntax error, unexpected CBRACKET, expecting STRING at line 1, columns 6:6")]
    [InlineData("A=[B=\n]", "syntax error, unexpected end of line, expecting STRING at line 1, columns 6:6")]
    [InlineData("A=[B=[C=1]]", "syntax error, unexpected OBRACKET, expecting STRING at line 1, columns 6:6")]
    [InlineData("A=[B=1 CDE=2]", "syntax error, unexpected VARIABLE, expecting COMMA or CBRACKET at line 1, columns 8:10")]
    [InlineData("A=[B=1", "syntax error, unexpected $end, expecting COMMA or CBRACKET at line 1, columns 7:7")]
    [InlineData("\n A=\"x", "syntax error, unexpected $end, expecting the quote that closes the STRING at line 2, columns 4:4")]
    [InlineData("A=\"x\ny]]>\"", "syntax error, unexpected CCDATA at line 2, columns 2:4")]
    [InlineData("A=1]]>", "syntax error, unexpected CCDATA, expecting VARIABLE or $end at line 1, columns 4:4")]
    [InlineData("1A=x", "syntax error, attribute name '1A' starts with a digit at line 1, columns 1:2")]
    [InlineData("A=x\u0001", "syntax error, a value has the character U+0001, which XML cannot carry at line 1, columns 4:4")]
    [InlineData("Ä=1", "syntax error, unexpected $undefined, expecting VARIABLE or $end at line 1, columns 1:1")]
    public void An_error_says_what_was_met_what_was_expected_and_where(string text, string message)
    {
        var error = Assert.Throws<TemplateSyntaxException>(() => Template.Parse(text));
        Assert.Equal("Parse error: " + message, error.Message);
        Assert.EndsWith($"at line {error.Line}, columns {error.Column}:{error.EndColumn}", error.Message);
        Assert.False(Template.TryParse(text, out _, out var said));
        Assert.Equal(error.Message, said);
    }

    [Fact]
    public void A_lone_surrogate_is_refused() =>
        Assert.Throws<TemplateSyntaxException>(() => Template.Parse("A=\"x" + '\uD800' + "y\""));

    [Fact]
    public void Length_and_number_of_attributes_are_bounded()
    {
        Assert.Throws<TemplateSyntaxException>(() => Template.Parse("A=12345", maxLength: 6));
        Assert.Throws<TemplateSyntaxException>(() => Template.Parse("A=[B=1,C=2]", maxAttributes: 2));
        Assert.Single(Template.Parse("A=[B=1,C=2]", maxLength: 11, maxAttributes: 3).Attributes);
    }

    [Fact]
    public void A_hundred_thousand_open_brackets_are_an_error_like_one() =>
        Assert.Throws<TemplateSyntaxException>(() => Template.Parse("A=" + new string('[', 100_000)));
}
