using System.Globalization;
using System.Text.RegularExpressions;

namespace PoweredAppliance.Core.Expressions;

/// <summary>A place in the text of an expression. Between the parts there may be blanks, but no line ends.</summary>
internal sealed partial class ExpressionCursor
{
    public const int MaxLength = 1024 * 1024;

    /// <summary>Of parentheses and signs inside each other.</summary>
    public const int MaxDepth = 100;

    private readonly string _text;
    private int _at;

    public ExpressionCursor(string text)
    {
        _text = text;
        if (text.Length > MaxLength)
            throw new ExpressionSyntaxException($"more than {MaxLength} characters", MaxLength + 1);
    }

    /// <summary>The next character that is no blank, NUL at the end.</summary>
    public char Next
    {
        get
        {
            while (_at < _text.Length && _text[_at] is ' ' or '\t')
                _at++;
            return _at < _text.Length ? _text[_at] : '\0';
        }
    }

    public bool AtEnd => Next == '\0' && _at >= _text.Length;

    public static bool IsWord(string text) => Word().Match(text).Length == text.Length && text.Length > 0;

    /// <summary>A name as it is written in an expression.</summary>
    public static string Written(string name) => IsWord(name) ? name : $"\"{name}\"";

    /// <summary>Passes the sign when it comes next.</summary>
    public bool Take(string sign)
    {
        if (Next == '\0' || string.CompareOrdinal(_text, _at, sign, 0, sign.Length) != 0)
            return false;
        _at += sign.Length;
        return true;
    }

    /// <summary>Letters, digits and '_' with a letter in front, or anything in quotes; null when neither comes
    /// next.</summary>
    public string? TakeName() => Next == '"' ? Quoted() : Taken(Word());

    /// <summary>Digits, perhaps with a dot and more of them.</summary>
    public decimal? TakeNumber(bool signed)
    {
        _ = Next;
        var start = _at;
        if (Taken(signed ? Signed() : Unsigned()) is not { } digits)
            return null;
        return decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ExpressionSyntaxException("a number that is too large", start + 1);
    }

    public ExpressionSyntaxException Unexpected(string expected)
    {
        var met = Next switch
        {
            '\0' when AtEnd => "end",
            '\n' or '\r' => "line end",
            '"' => "string",
            _ when Word().Match(_text, _at) is { Success: true, Value: var word } => Shortened(word),
            _ when Unsigned().Match(_text, _at) is { Success: true, Value: var number } => Shortened(number),
            var sign when char.IsControl(sign) || char.IsSurrogate(sign) => $"U+{(int)sign:X4}",
            var sign => $"'{sign}'",
        };
        return new ExpressionSyntaxException($"unexpected {met}, expecting {expected}", _at + 1);
    }

    public ExpressionSyntaxException TooDeep() => new($"nested deeper than {MaxDepth}", _at + 1);

    private string Quoted()
    {
        var end = _text.AsSpan(_at + 1).IndexOfAny('"', '\n', '\r');
        if (end < 0 || _text[_at + 1 + end] != '"')
            throw new ExpressionSyntaxException("a string without its closing quote", _at + 1);
        var inner = _text.Substring(_at + 1, end);
        _at += end + 2;
        return inner;
    }

    private string? Taken(Regex regex)
    {
        if (regex.Match(_text, _at) is not { Success: true, Value: var value })
            return null;
        _at += value.Length;
        return value;
    }

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "...";

    [GeneratedRegex(@"\G[A-Za-z][A-Za-z0-9_]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\G[0-9]+(\.[0-9]+)?")]
    private static partial Regex Unsigned();

    [GeneratedRegex(@"\G-?[0-9]+(\.[0-9]+)?")]
    private static partial Regex Signed();
}
