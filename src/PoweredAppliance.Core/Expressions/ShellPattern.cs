namespace PoweredAppliance.Core.Expressions;

/// <summary>A pattern as fnmatch(3) without flags understands it: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a]</c>,
/// <c>[[:digit:]]</c>, and a backslash before what is meant as itself. Matching takes at most the product of the two
/// lengths.</summary>
internal sealed class ShellPattern(string pattern)
{
    private readonly bool _plain = pattern.AsSpan().IndexOfAny("*?[\\") < 0;

    public bool Matches(string text)
    {
        if (_plain)
            return text == pattern;

        var (p, t) = (0, 0);
        var (star, resume) = (-1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, resume) = (p++, t);
            else if (p < pattern.Length && One(p, text[t]) is var next and > 0)
                (p, t) = (next, t + 1);
            else if (star >= 0)
                (p, t) = (star + 1, ++resume);
            else
                return false;
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    /// <summary>Where the pattern goes on when its element at that place matches the character, else 0.</summary>
    private int One(int p, char c) => pattern[p] switch
    {
        '?' => p + 1,
        '[' when Bracket(p + 1, c) is (var end, var matches) and not (0, _) => matches ? end : 0,
        '\\' when p + 1 < pattern.Length => pattern[p + 1] == c ? p + 2 : 0,
        '\\' => 0,
        var literal => literal == c ? p + 1 : 0,
    };

    /// <summary>The end of the bracket expression that begins at that place and whether it has the character; (0,
    /// false) when it has no end, and its bracket then stands for itself.</summary>
    private (int End, bool Matches) Bracket(int p, char c)
    {
        var negated = p < pattern.Length && pattern[p] is '!' or '^';
        if (negated)
            p++;

        var found = false;
        for (var first = true; p < pattern.Length && (first || pattern[p] != ']'); first = false)
        {
            if (pattern[p] == '[' && p + 1 < pattern.Length && pattern[p + 1] == ':'
                && pattern.IndexOf(":]", p + 2, StringComparison.Ordinal) is var close and >= 0
                && IsClass(pattern.AsSpan(p + 2, close - p - 2), c) is { } isOne)
            {
                found |= isOne;
                p = close + 2;
                continue;
            }

            var low = Literal(ref p);
            var high = low;
            if (p + 1 < pattern.Length && pattern[p] == '-' && pattern[p + 1] != ']')
            {
                p++;
                high = Literal(ref p);
            }

            found |= low <= c && c <= high;
        }

        return p < pattern.Length ? (p + 1, found != negated) : (0, false);
    }

    private char Literal(ref int p)
    {
        if (pattern[p] == '\\' && p + 1 < pattern.Length)
            p++;
        return pattern[p++];
    }

    /// <summary>Null for a class that does not exist. As in the C locale: ASCII alone.</summary>
    private static bool? IsClass(ReadOnlySpan<char> name, char c) => name switch
    {
        "alnum" => char.IsAsciiLetterOrDigit(c),
        "alpha" => char.IsAsciiLetter(c),
        "blank" => c is ' ' or '\t',
        "cntrl" => c is < ' ' or '\u007F',
        "digit" => char.IsAsciiDigit(c),
        "graph" => c is > ' ' and < '\u007F',
        "lower" => char.IsAsciiLetterLower(c),
        "print" => c is >= ' ' and < '\u007F',
        "punct" => c is > ' ' and < '\u007F' && !char.IsAsciiLetterOrDigit(c),
        "space" => c is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper(c),
        "xdigit" => char.IsAsciiHexDigit(c),
        _ => null,
    };
}
