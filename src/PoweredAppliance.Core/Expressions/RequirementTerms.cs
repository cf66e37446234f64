using System.Collections.Immutable;
using System.Globalization;

namespace PoweredAppliance.Core.Expressions;

/// <summary>The values found for a name, the first of which counts; none when there is no such name.</summary>
public delegate IEnumerable<string> Lookup(string name);

/// <summary>A part of a requirement: it is compared and written as what it says, and compiled once into what
/// answers.</summary>
public abstract record RequirementTerm
{
    internal abstract Func<Lookup, bool> Compile();

    /// <summary>Adds what it does, operands before what joins them.</summary>
    internal abstract void AddTo(ImmutableArray<RequirementStep>.Builder steps);
}

/// <summary>A comparison, which is put on a stack, or (null) what is done to the topmost of it.</summary>
public readonly record struct RequirementStep(Comparison? Comparison, RequirementJoin Join);

public enum RequirementJoin
{
    None,
    Not,
    And,
    Or,
}

internal sealed record Always : RequirementTerm
{
    internal override Func<Lookup, bool> Compile() => _ => true;

    internal override void AddTo(ImmutableArray<RequirementStep>.Builder steps)
    {
    }

    public override string ToString() => "";
}

internal sealed record Not(RequirementTerm Term) : RequirementTerm
{
    internal override Func<Lookup, bool> Compile()
    {
        var term = Term.Compile();
        return lookup => !term(lookup);
    }

    internal override void AddTo(ImmutableArray<RequirementStep>.Builder steps)
    {
        Term.AddTo(steps);
        steps.Add(new(null, RequirementJoin.Not));
    }

    public override string ToString() => Term is Not ? $"!{Term}" : $"!({Term})";
}

/// <summary>Terms joined by &amp; and |, which have one precedence and group to the left: so they are a list, whose
/// first sign means nothing.</summary>
internal sealed record Joined(ImmutableArray<(char Sign, RequirementTerm Term)> Terms) : RequirementTerm
{
    internal override Func<Lookup, bool> Compile()
    {
        var terms = Terms.Select(t => (Or: t.Sign == '|', Holds: t.Term.Compile())).ToArray();
        return lookup =>
        {
            var holds = terms[0].Holds(lookup);
            for (var i = 1; i < terms.Length; i++)
                if (holds != terms[i].Or)
                    holds = terms[i].Holds(lookup);
            return holds;
        };
    }

    internal override void AddTo(ImmutableArray<RequirementStep>.Builder steps)
    {
        Terms[0].Term.AddTo(steps);
        foreach (var (sign, term) in Terms.AsSpan()[1..])
        {
            term.AddTo(steps);
            steps.Add(new(null, sign == '|' ? RequirementJoin.Or : RequirementJoin.And));
        }
    }

    public bool Equals(Joined? other) => other is not null && Terms.AsSpan().SequenceEqual(other.Terms.AsSpan());

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var term in Terms)
            hash.Add(term);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Concat(Terms.Select((t, i) =>
        (i == 0 ? "" : $" {t.Sign} ") + (t.Term is Joined or Comparison ? $"({t.Term})" : t.Term.ToString())));
}

public enum ComparisonSign
{
    Equal,
    NotEqual,
    Greater,
    Less,
    Contains,
}

/// <param name="Name">A word or a path.</param>
/// <param name="Sign">Greater and Less are for numbers only.</param>
/// <param name="Number">What it is compared with, or null for a text.</param>
/// <param name="Text">What it is compared with, or null for a number.</param>
public sealed record Comparison(string Name, ComparisonSign Sign, decimal? Number, string? Text) : RequirementTerm
{
    /// <summary>The VMs on the host. It is never missing: where the VM is not, the number -1 is.</summary>
    private const string CurrentVms = "CURRENT_VMS";

    private readonly int _hash = HashCode.Combine(Name, Sign, Number, Text);

    public override int GetHashCode() => _hash;

    public bool Equals(Comparison? other) =>
        other is not null && _hash == other._hash && Sign == other.Sign && Name == other.Name && Number == other.Number && Text == other.Text;

    /// <summary>Whether these values of its name are as it asks, for one who asks of many.</summary>
    public Func<IEnumerable<string>, bool> OfValues()
    {
        var holds = Compile();
        return values => holds(_ => values);
    }

    /// <summary>What it asks of the first value as a number, where that is exact; null: it asks something else.</summary>
    public double? OfNumber { get; } = Name != CurrentVms && Sign is not ComparisonSign.Contains && Number is { } number ? Exact(number) : null;

    /// <summary>The same number; null: it has more digits than a <see cref="double"/>.</summary>
    public static double? Exact(decimal number) => Math.Abs(number) < 1e15m && (decimal)(double)number == number ? (double)number : null;

    /// <summary>A value that counts as a number.</summary>
    public static decimal? ParseNumber(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    internal override void AddTo(ImmutableArray<RequirementStep>.Builder steps) => steps.Add(new(this, RequirementJoin.None));

    internal override Func<Lookup, bool> Compile()
    {
        var (name, sign) = (Name, Sign);
        if (Text is { } text)
        {
            var pattern = new ShellPattern(text);
            if (name == CurrentVms)
                return lookup => lookup(name).Any(pattern.Matches) != (sign is ComparisonSign.NotEqual);
            return sign is ComparisonSign.Contains
                ? lookup => lookup(name).Any(pattern.Matches)
                : lookup => lookup(name).FirstOrDefault() is { } found
                    && pattern.Matches(found) == (sign is ComparisonSign.Equal);
        }

        var number = Number!.Value;
        if (sign is ComparisonSign.Contains)
            return lookup => Numbers(lookup(name)).Contains(number);
        if (name == CurrentVms)
            return lookup => Compare(Numbers(lookup(name)).Contains(number) ? number : -1, sign, number);
        return lookup => lookup(name).FirstOrDefault() is { } found && ParseNumber(found) is { } value
            && Compare(value, sign, number);
    }

    public override string ToString()
    {
        var sign = Sign switch
        {
            ComparisonSign.Equal => "=",
            ComparisonSign.NotEqual => "!=",
            ComparisonSign.Greater => ">",
            ComparisonSign.Less => "<",
            _ => "@>",
        };
        var value = Number is { } number
            ? number.ToString(CultureInfo.InvariantCulture)
            : ExpressionCursor.Written(Text!);
        return $"{ExpressionCursor.Written(Name)} {sign} {value}";
    }

    private static bool Compare(decimal value, ComparisonSign sign, decimal with) => sign switch
    {
        ComparisonSign.Equal => value == with,
        ComparisonSign.NotEqual => value != with,
        ComparisonSign.Greater => value > with,
        _ => value < with,
    };

    private static IEnumerable<decimal> Numbers(IEnumerable<string> texts) =>
        texts.Select(ParseNumber).OfType<decimal>();
}
