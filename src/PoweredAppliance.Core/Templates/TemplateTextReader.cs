namespace PoweredAppliance.Core.Templates;

/// <summary>Reads the text form in one pass, without recursion. Errors name what was met and what could have stood
/// there in the words of OpenNebula's own parser (VARIABLE, EQUAL, STRING, ...), since people search for
/// them.</summary>
internal sealed class TemplateTextReader(string text, int maxAttributes)
{
    private readonly List<TemplateAttribute> _read = [];
    private int _at;
    private int _count;

    public List<TemplateAttribute> Read()
    {
        if (text is ['\uFEFF', ..])
            _at = 1;
        while (true)
        {
            SkipLines();
            if (_at >= text.Length)
                return _read;

            var name = Name("VARIABLE or $end");
            Expect('=', "EQUAL or EQUAL_EMPTY");
            SkipBlanks();
            if (_at >= text.Length || IsLineEnd(_at))
                _read.Add(new SingleAttribute(name, ""));
            else if (text[_at] == '[')
                _read.Add(Vector(name));
            else
                _read.Add(new SingleAttribute(name, Value("OBRACKET or STRING")));
        }
    }

    private VectorAttribute Vector(string name)
    {
        var pairs = new List<(string, string)>();
        _at++;
        SkipLines();
        if (_at < text.Length && text[_at] == ']')
        {
            _at++;
            return VectorAttribute.Of(name);
        }

        var expected = "VARIABLE or CBRACKET";
        while (true)
        {
            SkipLines();
            var key = Name(expected);
            Expect('=', "EQUAL");
            SkipBlanks();
            pairs.Add((key, Value("STRING")));
            SkipLines();
            if (_at >= text.Length || text[_at] is not (',' or ']'))
                throw Unexpected("COMMA or CBRACKET");
            if (text[_at++] == ']')
                return VectorAttribute.Of(name, pairs);
            expected = "VARIABLE";
        }
    }

    private string Name(string expected)
    {
        // OpenNebula's parser passes over the quotes of "NAME"=...; some of its tools write them.
        var quoted = _at < text.Length && text[_at] == '"';
        var start = quoted ? _at + 1 : _at;
        var end = start;
        while (end < text.Length && TemplateWords.IsNameChar(text[end]))
            end++;
        if (end == start || (quoted && (end == text.Length || text[end] != '"')))
            throw Unexpected(expected);

        var name = text[start..end];
        _at = quoted ? end + 1 : end;
        if (TemplateWords.WrongInName(name) is { } wrong)
            throw Error(start, end, $"syntax error, {wrong}");
        if (++_count > maxAttributes)
            throw Error(start, end, $"more than {maxAttributes} attributes");
        return name;
    }

    private string Value(string expected)
    {
        if (_at < text.Length && text[_at] == '"')
            return Quoted();

        var start = _at;
        while (_at < text.Length && IsBare(text[_at]))
            _at++;
        return _at == start ? throw Unexpected(expected) : Checked(text[start.._at], start);
    }

    /// <summary>A backslash means something only before a quote; anywhere else it is itself.</summary>
    private string Quoted()
    {
        var start = _at++;
        var escapes = false;
        for (; _at < text.Length; _at++)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] == '"')
            {
                escapes = true;
                _at++;
            }
            else if (text[_at] == '"')
            {
                var raw = Checked(text[(start + 1).._at++], start + 1);
                return escapes ? raw.Replace("\\\"", "\"", StringComparison.Ordinal) : raw;
            }
        }

        throw Error(start, start + 1, "syntax error, unexpected $end, expecting the quote that closes the STRING");
    }

    private string Checked(string raw, int start) => TemplateWords.WrongInValue(raw) switch
    {
        null => raw,
        { } wrong when raw.AsSpan(wrong.At).StartsWith(TemplateWords.CDataEnd) =>
            throw Error(start + wrong.At, start + wrong.At + 3, "syntax error, unexpected CCDATA"),
        { } wrong => throw Error(start + wrong.At, start + wrong.At + 1, $"syntax error, {wrong.Reason}"),
    };

    private void Expect(char sign, string expected)
    {
        SkipBlanks();
        if (_at >= text.Length || text[_at] != sign)
            throw Unexpected(expected);
        _at++;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
            _at++;
    }

    /// <summary>Blanks, line ends, and comments: from a '#' outside of a value to the end of its line.</summary>
    private void SkipLines()
    {
        for (; _at < text.Length; _at++)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r')
                continue;
            if (text[_at] != '#')
                return;
            var end = text.IndexOf('\n', _at);
            _at = end < 0 ? text.Length - 1 : end;
        }
    }

    private bool IsLineEnd(int at) =>
        text[at] == '\n' || (text[at] == '\r' && (at + 1 == text.Length || text[at + 1] == '\n'));

    private static bool IsBare(char c) =>
        c is not (' ' or '\t' or '\r' or '\n' or '=' or '#' or ',' or '[' or ']');

    private TemplateSyntaxException Unexpected(string expected)
    {
        var end = _at;
        while (end < text.Length && TemplateWords.IsNameChar(text[end]))
            end++;
        var token = _at >= text.Length ? "$end" : text[_at] switch
        {
            '=' => "EQUAL",
            ',' => "COMMA",
            '[' => "OBRACKET",
            ']' when text.AsSpan(_at).StartsWith(TemplateWords.CDataEnd) => "CCDATA",
            ']' => "CBRACKET",
            '"' => "STRING",
            '\n' or '\r' => "end of line",
            _ when end > _at => "VARIABLE",
            _ => "$undefined",
        };
        return Error(_at, Math.Max(end, _at + 1), $"syntax error, unexpected {token}, expecting {expected}");
    }

    private TemplateSyntaxException Error(int start, int end, string reason) =>
        TemplateSyntaxException.At(text, start, end, reason);
}
