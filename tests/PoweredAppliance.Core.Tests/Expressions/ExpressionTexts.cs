using CsCheck;

namespace PoweredAppliance.Core.Tests.Expressions;

using Facts = Dictionary<string, string[]>;

/// <summary>A requirement, and what it means when it is read slowly.</summary>
internal sealed record Spelled(string Text, Func<Facts, bool> Means);

/// <summary>A rank, and what it comes to.</summary>
internal sealed record Reckoned(string Text, double Value);

internal static class ExpressionTexts
{
    public const int TooLong = (1024 * 1024) + 1;

    private static readonly string[] Signs = ["=", "!=", ">", "<", "@>"];

    private static readonly Gen<string> Name = Gen.Char['A', 'D'].Select(c => c.ToString());

    private static readonly Gen<string> Blank = Gen.Int[0, 2].Select(n => new string(' ', n));

    private static readonly Gen<Spelled> Comparison = Gen.OneOf(
        Gen.Select(Name, Gen.Int[0, 4], Gen.Int[-2, 2], Blank, (name, sign, number, blank) =>
            new Spelled($"{name}{blank}{Signs[sign]}{blank}{number}", o => Numeric(o, name, sign, number))),
        Gen.Select(Name, Gen.Int[0, 2], Gen.Char['a', 'c'], Blank, (name, sign, letter, blank) =>
            new Spelled($"\"{name}\"{blank}{Signs[sign * sign]}{blank}\"{letter}*\"", o => Textual(o, name, sign, letter))));

    public static readonly Gen<Spelled> Requirement = RequirementOf(depth: 3);

    public static readonly Gen<Reckoned> Rank = RankOf(depth: 3);

    public static readonly Gen<Facts> Object = Gen.Select(
            Name, Gen.OneOf(Gen.Int[-2, 2].Select(i => i.ToString()), Gen.String[Gen.Char["abc"], 0, 2]).Array[0, 3])
        .Array[0, 4]
        .Select(pairs => pairs.GroupBy(p => p.Item1).ToDictionary(g => g.Key, g => g.First().Item2));

    private static Gen<Spelled> RequirementOf(int depth)
    {
        if (depth == 0)
            return Comparison;

        var inner = RequirementOf(depth - 1);
        var item = Gen.OneOf(
            Comparison,
            inner.Select(i => new Spelled($"({i.Text})", i.Means)),
            inner.Select(i => new Spelled($"!({i.Text})", o => !i.Means(o))),
            Comparison.Select(i => new Spelled($"!{i.Text}", o => !i.Means(o))));
        return Gen.Select(item, Gen.Select(Gen.Bool, Blank, item).Array[0, 3], (first, rest) =>
            rest.Aggregate(first, (left, next) => Join(left, next.Item1, next.Item2, next.Item3)));
    }

    private static Spelled Join(Spelled left, bool or, string blank, Spelled right) => or
        ? new Spelled($"{left.Text}{blank}|{blank}{right.Text}", o => left.Means(o) || right.Means(o))
        : new Spelled($"{left.Text}{blank}&{blank}{right.Text}", o => left.Means(o) && right.Means(o));

    private static Gen<Reckoned> RankOf(int depth)
    {
        var number = Gen.Int[0, 9].Select(i => new Reckoned(i.ToString(), i));
        if (depth == 0)
            return number;

        var inner = RankOf(depth - 1);
        var factor = Gen.OneOf(
            number,
            inner.Select(i => new Reckoned($"({i.Text})", i.Value)),
            inner.Select(i => new Reckoned($"-({i.Text})", -i.Value)));
        var product = Chain(factor, (l, r) => new($"{l.Text}*{r.Text}", l.Value * r.Value), (l, r) => new($"{l.Text} / {r.Text}", l.Value / r.Value));
        return Chain(product, (l, r) => new($"{l.Text} + {r.Text}", l.Value + r.Value), (l, r) => new($"{l.Text}-{r.Text}", l.Value - r.Value));
    }

    private static Gen<Reckoned> Chain(
        Gen<Reckoned> item, Func<Reckoned, Reckoned, Reckoned> one, Func<Reckoned, Reckoned, Reckoned> other) =>
        Gen.Select(item, Gen.Select(Gen.Bool, item).Array[0, 2], (first, rest) =>
            rest.Aggregate(first, (left, next) => next.Item1 ? one(left, next.Item2) : other(left, next.Item2)));

    private static bool Numeric(Facts facts, string name, int sign, int number)
    {
        var values = facts.GetValueOrDefault(name, []).Select(v => int.TryParse(v, out var i) ? i : (int?)null).ToList();
        return Signs[sign] switch
        {
            "@>" => values.Contains(number),
            _ when values.FirstOrDefault() is null => false,
            "=" => values[0] == number,
            "!=" => values[0] != number,
            ">" => values[0] > number,
            _ => values[0] < number,
        };
    }

    /// <param name="sign">0 equal, 1 not equal, 2 contains</param>
    private static bool Textual(Facts facts, string name, int sign, char letter)
    {
        var found = facts.GetValueOrDefault(name, []).Select(v => v.StartsWith(letter)).ToList();
        return sign == 2 ? found.Contains(true) : found.Count > 0 && found[0] == (sign == 0);
    }
}
