using CsCheck;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Core.Tests.Expressions;

public sealed class ExpressionLaws(ITestOutputHelper output)
{
    private static readonly string[] Pieces =
    [
        "A", "b_1", "\"C/D\"", "CURRENT_VMS", "=", "!=", ">", "<", "@>", "@", "&", "|", "!", "(", ")", "+", "-", "*", "/", "1", "-2",
        "3.5", ".", "\"", "\"*\"", "\"[a\"", " ", "\t", "\n", "\0", "é", "\uD800", "A = 1", "(B > 2)", "99999999999999999999999999999",
    ];

    [Fact]
    public void A_requirement_means_what_it_means_read_slowly() => Gen.Select(ExpressionTexts.Requirement, ExpressionTexts.Object)
        .Sample((r, o) => Requirement.Parse(r.Text).Holds(name => o.GetValueOrDefault(name, [])) == r.Means(o), iter: 20_000);

    [Fact]
    public void A_requirement_written_and_read_is_equal_and_means_the_same() => Gen.Select(ExpressionTexts.Requirement, ExpressionTexts.Object)
        .Sample((r, o) =>
        {
            var once = Requirement.Parse(r.Text);
            var twice = Requirement.Parse(once.ToString());
            return once.Equals(twice) && once.GetHashCode() == twice.GetHashCode() && once.ToString() == twice.ToString()
                && twice.Holds(name => o.GetValueOrDefault(name, [])) == r.Means(o);
        }, iter: 20_000);

    [Fact]
    public void A_rank_is_what_it_is_reckoned_slowly() => ExpressionTexts.Rank.Sample(
        r =>
        {
            var rank = Rank.Parse(r.Text);
            var again = Rank.Parse(rank.ToString());
            var expected = double.IsNaN(r.Value) ? 0 : (long)Math.Clamp(r.Value, -9e18, 9e18);
            return rank.Equals(again) && rank.GetHashCode() == again.GetHashCode()
                && Math.Clamp(again.Evaluate(_ => []), (long)-9e18, (long)9e18) == expected;
        }, iter: 20_000);

    /// <summary>What is exponential in its input takes far longer for some of these.</summary>
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(5);

    [Fact]
    public void Any_text_is_an_expression_that_reads_back_or_an_error_with_a_place()
    {
        var inputs = int.Parse(Environment.GetEnvironmentVariable("FUZZ_INPUTS") ?? "200000");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"FUZZ_SEED={seed} FUZZ_INPUTS={inputs}");
        var random = new Random(seed);
        var (requirements, ranks) = (0, 0);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < inputs; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var (where, read) = ($"seed {seed}, input {i}", (IsRequirement: false, IsRank: false));
            var took = Quickness.Of(Bar, () => read = Read(text, where));
            requirements += read.IsRequirement ? 1 : 0;
            ranks += read.IsRank ? 1 : 0;
            slowest = took > slowest ? took : slowest;
        }

        output.WriteLine($"{requirements} requirements, {ranks} ranks, the slowest took {slowest.TotalMilliseconds:F1} ms");
        Assert.True(requirements > inputs / 200 && ranks > inputs / 200);
        Assert.True(slowest < Bar, $"seed {seed}: one input took {slowest}");
    }

    private static (bool IsRequirement, bool IsRank) Read(string text, string where)
    {
        try
        {
            var isRequirement = Requirement.TryParse(text, out var requirement, out var error);
            if (isRequirement)
            {
                requirement!.Holds(name => [name, "1"]);
                Assert.Equal(requirement, Requirement.Parse(requirement.ToString()));
            }
            else
                Assert.Matches("^syntax error, .+ at column [0-9]+$", error);

            var isRank = Rank.TryParse(text, out var rank, out error);
            if (isRank)
            {
                rank!.Evaluate(name => [name, "1"]);
                Assert.Equal(rank, Rank.Parse(rank.ToString()));
            }
            else
                Assert.Matches("^syntax error, .+ at column [0-9]+$", error);
            return (isRequirement, isRank);
        }
        catch (Exception e)
        {
            Assert.Fail($"{where}: \"{text}\"\n{e}");
            return default;
        }
    }
}
