using CsCheck;
using PoweredAppliance.Core.Expressions;
using static PoweredAppliance.Core.Expressions.SearchTree;

namespace PoweredAppliance.Core.Tests.Expressions;

public sealed class SearchTests
{
    private static readonly string[] Tokens =
        ["VM", ".", "NAME", "*", "**", "[", "]", "0", " to ", "last", "-", "1", "=", "&", "%", "_", "\\", "\"", "web", " "];

    private static readonly SearchTree Vm = Object(("VM", Object(
        ("ID", new Text("7")), ("NAME", new Text("web-01")),
        ("TEMPLATE", Object(
            ("CPU", new Text("0.5")), ("DISK", new List([Object(("IMAGE", new Text("debian")), ("SIZE", new Text("16"))), Object(("IMAGE", new Text("db1")))])),
            ("OS", Object(("ARCH", new Text("x86_64")))))),
        ("USER_TEMPLATE", Object(("LABEL", new Text("50% of \"all\"")))))));

    [Theory]
    [InlineData("", true)]
    [InlineData("&&", true)]
    [InlineData("VM.NAME=web", true)]
    [InlineData("VM.NAME=eb-0", true)]
    [InlineData("VM.NAME=WEB", false)]
    [InlineData("VM.NAME=web&VM.ID=7", true)]
    [InlineData("VM.NAME=web&VM.ID=8", false)]
    [InlineData("VM.TEMPLATE.DISK[*].IMAGE=db1", true)]
    [InlineData("VM.TEMPLATE.DISK[*].IMAGE=db2", false)]
    [InlineData("VM.TEMPLATE.DISK[0].IMAGE=db1", false)]
    [InlineData("VM.TEMPLATE.DISK[1].IMAGE=db1", true)]
    [InlineData("VM.TEMPLATE.DISK[last].IMAGE=db1", true)]
    [InlineData("VM.TEMPLATE.DISK[last-1].IMAGE=deb", true)]
    [InlineData("VM.TEMPLATE.DISK[0 to 1].IMAGE=db1", true)]
    [InlineData("VM.TEMPLATE.DISK[1 to last].IMAGE=deb", false)]
    [InlineData("VM.TEMPLATE.DISK[5].IMAGE=", false)]
    [InlineData("VM.TEMPLATE.OS[0].ARCH=x86", true)]
    [InlineData("VM.TEMPLATE.OS[*].ARCH=x86", false)]
    [InlineData("VM.TEMPLATE.OS.ARCH=x86_64", true)]
    [InlineData("VM.TEMPLATE.*=x86", true)]
    [InlineData("VM**.IMAGE=db1", true)]
    [InlineData("VM**.SIZE=17", false)]
    [InlineData("VM.\"NAME\"=web", true)]
    [InlineData("VM.NAME=", true)]
    [InlineData("VM.NICK=", false)]
    [InlineData("$.VM.NAME=web", false)]
    [InlineData("VM.TEMPLATE.DISK[1]={\"IMAGE\": \"db1\"}", true)]
    [InlineData("db1", true)]
    [InlineData("\"IMAGE\": \"db1\"", true)]
    [InlineData("db9", false)]
    [InlineData("VM.NAME=w%1", true)]
    [InlineData("VM.NAME=w_b", true)]
    [InlineData("VM.NAME=1%w", false)]
    [InlineData("VM.USER_TEMPLATE.LABEL=50\\% of", true)]
    [InlineData("VM.NAME=e\\%", false)]
    public void A_VM_is_found_by_what_its_values_contain(string query, bool found) => Assert.Equal(found, Search.Parse(query).Finds(Vm));

    [Theory]
    [InlineData("VM..NAME=a", 4, "unexpected '.', expecting a name or *")]
    [InlineData("VM.NAME=a&VM[x]=b", 14, "unexpected 'x', expecting a number, last or *")]
    [InlineData("VM.DISK[1=a", 10, "unexpected end of the path, expecting ] or to")]
    [InlineData("VM NAME=a", 4, "unexpected 'N', expecting ., [ or **")]
    [InlineData("VM**=a", 5, "unexpected end of the path, expecting a name or a place behind **")]
    [InlineData("a&=", 4, "unexpected end of the term, expecting a value")]
    [InlineData("VM.\"=a", 4, "a name without its closing quote")]
    [InlineData("VM[99999999999]=a", 4, "a number that is too large")]
    public void What_cannot_be_read_is_told_with_its_column(string query, int column, string reason)
    {
        var error = Assert.Throws<ExpressionSyntaxException>(() => Search.Parse(query));
        Assert.Equal((column, $"syntax error, {reason} at column {column}"), (error.Column, error.Message));
    }

    [Fact]
    public void What_can_be_read_is_written_so_that_it_reads_the_same() =>
        Gen.Int[0, Tokens.Length - 1].Array[0, 14].Select(picked => string.Concat(picked.Select(i => Tokens[i]))).Sample(text =>
            {
                if (!Search.TryParse(text, out var search, out _))
                    return;
                Assert.Equal(search, Search.Parse(search.ToString()));
                search.Finds(Vm);
            }, iter: 20_000);

    [Fact]
    public void A_text_contains_what_a_naive_matcher_finds() =>
        Gen.Select(Gen.String[Gen.Char["ab%_\\"], 0, 7], Gen.String[Gen.Char["ab%_"], 0, 9]).Sample((pattern, text) =>
            Assert.Equal(Naive($"%{pattern}", text), Search.Parse($"A={pattern}").Finds(Object(("A", new Text(text))))), iter: 20_000);

    private static bool Naive(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text) => pattern switch
    {
        [] => true,
        ['%', .. var rest] => Naive(rest, text) || (text.Length > 0 && Naive(pattern, text[1..])),
        ['_', .. var rest] => text.Length > 0 && Naive(rest, text[1..]),
        ['\\', var sign, .. var rest] => text.Length > 0 && text[0] == sign && Naive(rest, text[1..]),
        [var sign, .. var rest] => text.Length > 0 && text[0] == sign && Naive(rest, text[1..]),
    };

    private static Members Object(params (string, SearchTree)[] members) => new(members);
}
