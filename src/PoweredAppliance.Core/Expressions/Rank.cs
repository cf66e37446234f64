using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PoweredAppliance.Core.Expressions;

/// <summary>SCHED_RANK and its kin: numbers and names under <c>+ - * /</c> with their usual precedence, a minus in
/// front, and parentheses. A name that is missing or no number counts 0; an empty text is 0.</summary>
public sealed class Rank : IEquatable<Rank>
{
    private readonly RankTerm _term;
    private readonly int _hash;

    private Rank(RankTerm term) =>
        (_term, _hash, Reverses) = (term, term.GetHashCode(), term is RankTerm.Negated negated ? new Rank(negated.Term) : null);

    /// <summary>What an empty text says.</summary>
    public static Rank Zero { get; } = new(new RankTerm.Nothing());

    /// <exception cref="ExpressionSyntaxException">It is no rank.</exception>
    public static Rank Parse(string text)
    {
        var cursor = new ExpressionCursor(text);
        if (cursor.AtEnd)
            return Zero;
        var term = Sum(cursor, 0);
        return cursor.AtEnd ? new Rank(term) : throw cursor.Unexpected("+, -, * or /");
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out Rank? rank, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (rank, error) = (Parse(text), null);
            return true;
        }
        catch (ExpressionSyntaxException e)
        {
            (rank, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Cut to an integer, toward 0. Dividing by 0 makes it as great (or, below 0, as small) as can be, so that
    /// <c>FREE_CPU / RUNNING_VMS</c> prefers an empty host; 0 / 0 is 0.</summary>
    public long Evaluate(Lookup lookup) => Evaluate(name =>
        double.TryParse(lookup(name).FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : 0);

    /// <summary>The same of numbers: 0 where the name is missing.</summary>
    public long Evaluate(Func<string, double> numbers)
    {
        var value = _term.Evaluate(numbers);
        return double.IsNaN(value) ? 0
            : value >= long.MaxValue ? long.MaxValue
            : value <= long.MinValue ? long.MinValue
            : (long)value;
    }

    /// <summary>What ranks as this does, the other way about; null: it has no minus in front.</summary>
    public Rank? Reverses { get; }

    /// <summary>The names whose values it is made of, each once.</summary>
    public ImmutableArray<string> Names() => [.. _term.Names().Distinct()];

    public bool Equals(Rank? other) => other is not null && _hash == other._hash && _term.Equals(other._term);

    public override bool Equals(object? obj) => Equals(obj as Rank);

    public override int GetHashCode() => _hash;

    /// <summary>A text that says the same and parses to an equal rank.</summary>
    public override string ToString() => _term.ToString()!;

    private static RankTerm Sum(ExpressionCursor cursor, int depth) =>
        Joined(cursor, depth, '+', '-', Product);

    private static RankTerm Product(ExpressionCursor cursor, int depth) =>
        Joined(cursor, depth, '*', '/', Factor);

    private static RankTerm Joined(
        ExpressionCursor cursor, int depth, char sign, char inverse, Func<ExpressionCursor, int, RankTerm> operand)
    {
        var first = operand(cursor, depth);
        if (cursor.Next != sign && cursor.Next != inverse)
            return first;

        var terms = ImmutableArray.CreateBuilder<(char, RankTerm)>();
        terms.Add((sign, first));
        while (cursor.Next is var next && (next == sign || next == inverse))
        {
            cursor.Take(next.ToString());
            terms.Add((next, operand(cursor, depth)));
        }

        return new RankTerm.Joined(sign, terms.DrainToImmutable());
    }

    private static RankTerm Factor(ExpressionCursor cursor, int depth)
    {
        if (depth > ExpressionCursor.MaxDepth)
            throw cursor.TooDeep();
        if (cursor.Take("-"))
            return new RankTerm.Negated(Factor(cursor, depth + 1));
        if (cursor.Take("("))
        {
            var inner = Sum(cursor, depth + 1);
            return cursor.Take(")") ? inner : throw cursor.Unexpected("+, -, *, / or )");
        }

        if (cursor.TakeNumber(signed: false) is { } number)
            return new RankTerm.Number(number);
        return cursor.TakeName() is { Length: > 0 } name
            ? new RankTerm.Name(name)
            : throw cursor.Unexpected("a number, a name, - or (");
    }
}

internal abstract record RankTerm
{
    public abstract double Evaluate(Func<string, double> numbers);

    public virtual IEnumerable<string> Names() => [];

    internal sealed record Nothing : RankTerm
    {
        public override double Evaluate(Func<string, double> numbers) => 0;

        public override string ToString() => "";
    }

    internal sealed record Number(decimal Value) : RankTerm
    {
        public override double Evaluate(Func<string, double> numbers) => (double)Value;

        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    internal sealed record Name(string Text) : RankTerm
    {
        public override double Evaluate(Func<string, double> numbers) => numbers(Text);

        public override IEnumerable<string> Names() => [Text];

        public override string ToString() => ExpressionCursor.Written(Text);
    }

    internal sealed record Negated(RankTerm Term) : RankTerm
    {
        public override double Evaluate(Func<string, double> numbers) => -Term.Evaluate(numbers);

        public override IEnumerable<string> Names() => Term.Names();

        public override string ToString() => Term is Joined ? $"-({Term})" : $"-{Term}";
    }

    /// <summary>A sum (sign +, with - for what is taken off) or a product (sign *, with /), from left to
    /// right.</summary>
    internal sealed record Joined(char Sign, ImmutableArray<(char Sign, RankTerm Term)> Terms) : RankTerm
    {
        public override double Evaluate(Func<string, double> numbers)
        {
            var value = Terms[0].Term.Evaluate(numbers);
            foreach (var (sign, term) in Terms.AsSpan()[1..])
                value = sign switch
                {
                    '+' => value + term.Evaluate(numbers),
                    '-' => value - term.Evaluate(numbers),
                    '*' => value * term.Evaluate(numbers),
                    _ => value / term.Evaluate(numbers),
                };
            return value;
        }

        public override IEnumerable<string> Names() => Terms.SelectMany(t => t.Term.Names());

        public bool Equals(Joined? other) =>
            other is not null && Sign == other.Sign && Terms.AsSpan().SequenceEqual(other.Terms.AsSpan());

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Sign);
            foreach (var term in Terms)
                hash.Add(term);
            return hash.ToHashCode();
        }

        public override string ToString() =>
            string.Concat(Terms.Select((t, i) => (i == 0 ? "" : $" {t.Sign} ") + Written(t.Term)));

        private string Written(RankTerm term) =>
            term is Joined inner && (Sign, inner.Sign) is not ('+', '*') ? $"({term})" : $"{term}";
    }
}
