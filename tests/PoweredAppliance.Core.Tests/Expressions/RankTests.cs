using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Core.Tests.Expressions;

public sealed class RankTests
{
    private static readonly Dictionary<string, string[]> Host = new()
    {
        ["FREE_CPU"] = ["350"],
        ["RUNNING_VMS"] = ["4"],
        ["LOAD"] = ["-0.5"],
        ["NAME"] = ["web-1"],
        ["ZERO"] = ["0"],
        ["TEMPLATE/PRIORITY"] = ["9"],
        ["HUGE"] = ["1e300"],
        ["ENDLESS"] = ["Infinity"],
    };

    [Theory]
    [InlineData("", 0)]
    [InlineData("  ", 0)]
    [InlineData("7", 7)]
    [InlineData("1.9", 1)]
    [InlineData("-1.9", -1)]
    [InlineData("FREE_CPU", 350)]
    [InlineData("- RUNNING_VMS", -4)]
    [InlineData("\"TEMPLATE/PRIORITY\" * 2", 18)]
    [InlineData("NOSUCH", 0)]
    [InlineData("NAME", 0)]
    [InlineData("ENDLESS", 0)]
    [InlineData("LOAD * 10", -5)]
    [InlineData("2 + 3 * 4", 14)]
    [InlineData("(2 + 3) * 4", 20)]
    [InlineData("20 - 5 - 3", 12)]
    [InlineData("20 - (5 - 3)", 18)]
    [InlineData("100 / 10 / 5", 2)]
    [InlineData("100 / (10 / 5)", 50)]
    [InlineData("7 / 2 * 2", 7)]
    [InlineData("-2 * -3", 6)]
    [InlineData("1--1", 2)]
    [InlineData("-(2 + 3)", -5)]
    [InlineData("FREE_CPU*2-RUNNING_VMS/2", 698)]
    [InlineData("FREE_CPU / ZERO", long.MaxValue)]
    [InlineData("-FREE_CPU / ZERO", long.MinValue)]
    [InlineData("ZERO / ZERO", 0)]
    [InlineData("HUGE * HUGE", long.MaxValue)]
    public void A_rank_is_arithmetic_cut_to_an_integer(string text, long value)
    {
        var rank = Rank.Parse(text);
        Assert.Equal(value, rank.Evaluate(name => Host.GetValueOrDefault(name, [])));
        Assert.Equal(rank, Rank.Parse(rank.ToString()));
    }

    [Theory]
    [InlineData("+", "unexpected '+', expecting a number, a name, - or ( at column 1")]
    [InlineData("1 +", "unexpected end, expecting a number, a name, - or ( at column 4")]
    [InlineData("1 2", "unexpected 2, expecting +, -, * or / at column 3")]
    [InlineData("(1", "unexpected end, expecting +, -, *, / or ) at column 3")]
    [InlineData("1)", "unexpected ')', expecting +, -, * or / at column 2")]
    [InlineData("A % B", "unexpected '%', expecting +, -, * or / at column 3")]
    [InlineData("A\n+ B", "unexpected line end, expecting +, -, * or / at column 2")]
    [InlineData("\"A", "a string without its closing quote at column 1")]
    public void An_error_says_what_was_met_what_was_expected_and_where(string text, string message)
    {
        Assert.False(Rank.TryParse(text, out _, out var error));
        Assert.Equal("syntax error, " + message, error);
    }

    [Fact]
    public void Depth_is_bounded_and_length_is_not_depth()
    {
        Assert.Throws<ExpressionSyntaxException>(() => Rank.Parse(new string('(', 100_000)));
        Assert.Throws<ExpressionSyntaxException>(() => Rank.Parse(new string('-', 100_000)));
        Assert.Equal(50_000, Rank.Parse(string.Join('+', Enumerable.Repeat("1", 50_000))).Evaluate(_ => []));
    }
}
