using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PoweredAppliance.Core.Expressions;

/// <summary>
/// The query of <c>onevm list --search</c> and of the vmpool calls: <c>VM.NAME=web&amp;VM.TEMPLATE.DISK[*].IMAGE=db</c>. Each term is
/// a path of MySQL's JSON functions and what its value contains, all of them must hold; a term without a path looks at the
/// whole object. <c>%</c> and <c>_</c> stand for any text and any character, a backslash makes the next sign itself; case counts.
/// An empty text finds everything.
/// </summary>
public sealed class Search : IEquatable<Search>
{
    private const int MaxTerms = 64;
    private const int MaxLength = 64 * 1024;
    private const int MaxValue = 256;

    private readonly ImmutableArray<SearchTerm> _terms;

    private Search(ImmutableArray<SearchTerm> terms) => _terms = terms;

    /// <summary>What an empty text says.</summary>
    public static Search Everything { get; } = new([]);

    /// <exception cref="ExpressionSyntaxException">It is no query.</exception>
    public static Search Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new ExpressionSyntaxException($"more than {MaxLength} characters", MaxLength + 1);
        var terms = ImmutableArray.CreateBuilder<SearchTerm>();
        for (var start = 0; start <= text.Length;)
        {
            var end = text.IndexOf('&', start) is var next and >= 0 ? next : text.Length;
            if (end > start)
                terms.Add(Term(text, start, end));
            if (terms.Count > MaxTerms)
                throw new ExpressionSyntaxException($"more than {MaxTerms} terms", start + 1);
            start = end + 1;
        }

        return terms.Count == 0 ? Everything : new(terms.DrainToImmutable());
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out Search? search, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (search, error) = (Parse(text), null);
            return true;
        }
        catch (ExpressionSyntaxException e)
        {
            (search, error) = (null, e.Message);
            return false;
        }
    }

    public bool Finds(SearchTree tree)
    {
        foreach (var term in _terms)
            if (!term.Finds(tree))
                return false;
        return true;
    }

    public bool Equals(Search? other) => other is not null && _terms.AsSpan().SequenceEqual(other._terms.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as Search);

    public override int GetHashCode() => _terms.Aggregate(0, HashCode.Combine);

    /// <summary>A text that says the same and parses to an equal query.</summary>
    public override string ToString() => string.Join('&', _terms);

    private static SearchTerm Term(string text, int start, int end)
    {
        var equals = text.IndexOf('=', start, end - start);
        var path = equals > start ? SearchPath.Parse(text, start, equals) : null;
        var value = text[(equals < 0 ? start : equals + 1)..end];
        if (value.Length > MaxValue)
            throw new ExpressionSyntaxException($"a value of more than {MaxValue} characters", end - value.Length + 1);
        return value.Length == 0 && path is null
            ? throw new ExpressionSyntaxException("unexpected end of the term, expecting a value", end + 1)
            : new(path, new LikePattern(value));
    }
}

/// <param name="Path">null: the whole object</param>
internal sealed record SearchTerm(SearchPath? Path, LikePattern Pattern)
{
    public bool Finds(SearchTree tree)
    {
        if (Path is null)
            return Pattern.IsIn(SearchTree.Json([tree], asList: true));
        var found = Path.In(tree).ToList();
        return found.Count > 0 && Pattern.IsIn(Path.FindsMany ? SearchTree.Json(found, asList: true) : found[0].Said);
    }

    public override string ToString() =>
        Path is not null ? $"{Path}={Pattern.Text}" : Pattern.Text.Contains('=', StringComparison.Ordinal) ? $"={Pattern.Text}" : Pattern.Text;
}
