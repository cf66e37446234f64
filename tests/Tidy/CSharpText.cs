using System.Text;

namespace Tidy;

/// <summary>Just enough of C#'s lexical grammar to tell code from comments and literals.</summary>
public static class CSharpText
{
    /// <summary>
    /// Comments and the insides of strings and characters become blanks; line breaks and the code in an interpolated
    /// string's holes stay, so that places and lines are the same as before.
    /// </summary>
    public static string CodeOnly(string text)
    {
        var code = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
            at = Code(text, at, code);
        return code.ToString();
    }

    /// <summary>Copies one token or blanks one comment or literal; answers where the next begins.</summary>
    private static int Code(string text, int at, StringBuilder code)
    {
        var c = text[at];
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        if (c == '/' && next == '/')
            return Blank(text, at, End(text, "\n", at), code);
        if (c == '/' && next == '*')
            return Blank(text, at, End(text, "*/", at + 2) is var end && end < text.Length ? end + 2 : end, code);
        if (c == '\'')
            return Blank(text, at, CharEnd(text, at), code);
        if (c is '"' or '$' or '@' && Opens(text, at) is { Quote: >= 0 } opening)
            return Literal(text, at, opening, code);
        code.Append(c);
        return at + 1;
    }

    private readonly record struct Opening(int Quote, int Quotes, int Dollars, bool Verbatim);

    /// <summary>What kind of string begins here; Quote -1: none does.</summary>
    private static Opening Opens(string text, int at)
    {
        var (i, dollars, verbatim) = (at, 0, false);
        for (; i < text.Length && text[i] is '$' or '@'; i++)
        {
            dollars += text[i] == '$' ? 1 : 0;
            verbatim |= text[i] == '@';
        }

        if (i >= text.Length || text[i] != '"')
            return new(-1, 0, 0, false);
        var quotes = 0;
        while (i + quotes < text.Length && text[i + quotes] == '"')
            quotes++;
        return new(i, verbatim || quotes < 3 ? 1 : quotes, dollars, verbatim);
    }

    private static int Literal(string text, int at, Opening o, StringBuilder code)
    {
        var i = Blank(text, at, o.Quote + o.Quotes, code);
        var raw = o.Quotes >= 3;
        while (i < text.Length)
        {
            var c = text[i];
            if (c == '"' && !raw && o.Verbatim && i + 1 < text.Length && text[i + 1] == '"' || c == '\\' && !raw && !o.Verbatim)
            {
                i = Blank(text, i, i + 2, code);
            }
            else if (c == '"' && Run(text, i, '"') >= o.Quotes)
            {
                return Blank(text, i, i + (raw ? Run(text, i, '"') : 1), code);
            }
            else if (c == '{' && o.Dollars > 0)
            {
                var (run, opens) = (Run(text, i, '{'), raw ? o.Dollars : 1);
                if (raw ? run < opens : run % 2 == 0)
                {
                    i = Blank(text, i, i + run, code);
                    continue;
                }

                i = Hole(text, Blank(text, i, i + run, code), code);
            }
            else
            {
                i = Blank(text, i, i + 1, code);
            }
        }

        return i;
    }

    /// <summary>The code of a hole, up to the brace that closes it.</summary>
    private static int Hole(string text, int at, StringBuilder code)
    {
        for (var depth = 0; at < text.Length;)
        {
            if (text[at] == '}' && depth == 0)
                return at;
            depth += text[at] is '{' or '(' or '[' ? 1 : text[at] is '}' or ')' or ']' ? -1 : 0;
            at = Code(text, at, code);
        }

        return at;
    }

    private static int CharEnd(string text, int at)
    {
        var i = at + 1;
        while (i < text.Length && text[i] is not ('\'' or '\n'))
            i += text[i] == '\\' ? 2 : 1;
        return i + 1;
    }

    private static int Run(string text, int at, char c)
    {
        var run = 0;
        while (at + run < text.Length && text[at + run] == c)
            run++;
        return run;
    }

    private static int End(string text, string what, int from) =>
        text.IndexOf(what, Math.Min(from, text.Length), StringComparison.Ordinal) is var end and >= 0 ? end : text.Length;

    private static int Blank(string text, int from, int to, StringBuilder code)
    {
        to = Math.Min(to, text.Length);
        for (var i = from; i < to; i++)
            code.Append(text[i] is '\n' or '\r' ? text[i] : ' ');
        return to;
    }
}
