using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PoweredAppliance.Core.Expressions;

/// <summary>SCHED_REQUIREMENTS and its kin, compiled: comparisons like <c>FREE_CPU &gt; 50</c>, <c>NAME = "web*"</c> or
/// <c>"CLUSTERS/ID" @&gt; 3</c> under <c>&amp;</c>, <c>|</c> and <c>!</c>. As in OpenNebula those three have one
/// precedence and group to the left (<c>a | b &amp; c</c> is <c>(a | b) &amp; c</c>), a name that is missing makes its
/// comparison false, even <c>!=</c>, and so does a value that is no number where a number is asked for. Nothing is
/// required by an empty text.</summary>
public sealed class Requirement : IEquatable<Requirement>
{
    private readonly RequirementTerm _term;
    private readonly Func<Lookup, bool> _holds;

    private readonly int _hash;

    private Requirement(RequirementTerm term)
    {
        (_term, _holds, _hash) = (term, term.Compile(), term.GetHashCode());
        var steps = ImmutableArray.CreateBuilder<RequirementStep>();
        term.AddTo(steps);
        Steps = steps.DrainToImmutable();
    }

    /// <summary>What an empty text says.</summary>
    public static Requirement None { get; } = new(new Always());

    /// <exception cref="ExpressionSyntaxException">It is no requirement.</exception>
    public static Requirement Parse(string text)
    {
        var cursor = new ExpressionCursor(text);
        if (cursor.AtEnd)
            return None;
        var term = Joined(cursor, 0);
        return cursor.AtEnd ? new Requirement(term) : throw cursor.Unexpected("& or |");
    }

    public static bool TryParse(
        string text, [NotNullWhen(true)] out Requirement? requirement, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (requirement, error) = (Parse(text), null);
            return true;
        }
        catch (ExpressionSyntaxException e)
        {
            (requirement, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>What it asks, in the order in which a stack answers it; nothing where everything will do.</summary>
    public ImmutableArray<RequirementStep> Steps { get; }

    /// <summary>That both hold.</summary>
    public static Requirement Both(Requirement one, Requirement other) =>
        one.Equals(None) ? other : other.Equals(None) ? one : new(new Joined([('&', one._term), ('&', other._term)]));

    /// <summary>The lookup is asked for names as they are written, CURRENT_VMS among them: for that it gives the ids of
    /// the VMs on the host and of those given to it in this cycle.</summary>
    public bool Holds(Lookup lookup) => _holds(lookup);

    public bool Equals(Requirement? other) => other is not null && _hash == other._hash && _term.Equals(other._term);

    public override bool Equals(object? obj) => Equals(obj as Requirement);

    public override int GetHashCode() => _hash;

    /// <summary>A text that says the same and parses to an equal requirement.</summary>
    public override string ToString() => _term.ToString();

    private static RequirementTerm Joined(ExpressionCursor cursor, int depth)
    {
        var first = Term(cursor, depth);
        if (cursor.Next is not ('&' or '|'))
            return first;

        // A group in front says no more than its terms do without the parentheses.
        var terms = ImmutableArray.CreateBuilder<(char, RequirementTerm)>();
        if (first is Joined group)
            terms.AddRange(group.Terms);
        else
            terms.Add(('&', first));
        while (cursor.Next is '&' or '|')
        {
            var sign = cursor.Next;
            cursor.Take(sign.ToString());
            terms.Add((sign, Term(cursor, depth)));
        }

        return new Joined(terms.DrainToImmutable());
    }

    private static RequirementTerm Term(ExpressionCursor cursor, int depth)
    {
        if (depth > ExpressionCursor.MaxDepth)
            throw cursor.TooDeep();
        if (cursor.Take("!"))
            return new Not(Term(cursor, depth + 1));
        if (!cursor.Take("("))
            return Comparison(cursor);

        var inner = Joined(cursor, depth + 1);
        return cursor.Take(")") ? inner : throw cursor.Unexpected("&, | or )");
    }

    private static Comparison Comparison(ExpressionCursor cursor)
    {
        if (cursor.TakeName() is not { } name)
            throw cursor.Unexpected("a name, ! or (");
        if (name.Length == 0)
            throw cursor.Unexpected("a name that is not empty before it");

        var sign = cursor.Take("=") ? ComparisonSign.Equal
            : cursor.Take("!=") ? ComparisonSign.NotEqual
            : cursor.Take("@>") ? ComparisonSign.Contains
            : cursor.Take(">") ? ComparisonSign.Greater
            : cursor.Take("<") ? ComparisonSign.Less
            : throw cursor.Unexpected("=, !=, >, < or @>");
        if (cursor.TakeNumber(signed: true) is { } number)
            return new Comparison(name, sign, number, null);
        if (sign is ComparisonSign.Greater or ComparisonSign.Less)
            throw cursor.Unexpected("a number");
        var text = cursor.TakeName() ?? throw cursor.Unexpected("a number, a word or a string");
        return new Comparison(name, sign, null, text);
    }
}
