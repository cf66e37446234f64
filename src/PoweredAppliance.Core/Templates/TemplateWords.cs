using System.Buffers;
using System.Text;
using System.Xml;

namespace PoweredAppliance.Core.Templates;

/// <summary>What a name and a value may be made of. A template lives in two forms, and what one of them cannot carry is
/// refused at the door rather than changed on the way out.</summary>
internal static class TemplateWords
{
    public const string CDataEnd = "]]>";

    private static readonly SearchValues<char> NameChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Everything below a blank (tab and line ends among them), surrogates and the two non-characters: only a
    /// value with one of these has to be looked at one character at a time.</summary>
    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0xD800, 0x800)).Select(c => (char)c), '\uFFFE', '\uFFFF']);

    public static bool IsNameChar(char c) => NameChars.Contains(c);

    /// <summary>The name in upper case.</summary>
    public static string Name(string name) =>
        WrongInName(name) is { } wrong ? throw new ArgumentException(wrong, nameof(name)) : name.ToUpperInvariant();

    public static bool IsUpperName(string name) => WrongInName(name) is null && !name.AsSpan().ContainsAnyInRange('a', 'z');

    public static string Value(string value) =>
        WrongInValue(value) is { } wrong ? throw new ArgumentException(wrong.Reason, nameof(value)) : value;

    public static string Carried(string words)
    {
        if (WrongInValue(words) is null)
            return words;
        var carried = new StringBuilder(words.Length);
        foreach (var rune in words.EnumerateRunes())
            carried.Append(rune.Value is (>= 0x20 or '\t' or '\n' or '\r') and not (0xFFFE or 0xFFFF) ? rune.ToString() : "\uFFFD");
        return carried.Replace(CDataEnd, "]] >").ToString();
    }

    /// <summary>Why this cannot be a name, or null. A digit in front is refused although the text form could read it:
    /// the XML form has no such element name.</summary>
    public static string? WrongInName(string? name) => name switch
    {
        null or "" => "an attribute name is empty",
        _ when name.AsSpan().ContainsAnyExcept(NameChars) =>
            $"attribute name '{Excerpt(name)}' has other characters than letters, digits and '_'",
        _ when char.IsAsciiDigit(name[0]) => $"attribute name '{Excerpt(name)}' starts with a digit",
        _ => null,
    };

    /// <summary>Why and where this cannot be a value, or null.</summary>
    public static (int At, string Reason)? WrongInValue(string? value)
    {
        if (value is null)
            return (0, "a value is null");

        var end = value.IndexOf(CDataEnd, StringComparison.Ordinal);
        var bad = value.AsSpan().ContainsAny(Suspects) ? NotXml(value) : -1;
        if (bad >= 0 && (end < 0 || bad < end))
            return (bad, $"a value has the character U+{(int)value[bad]:X4}, which XML cannot carry");
        return end >= 0 ? (end, $"a value has '{CDataEnd}'") : null;
    }

    /// <summary>Index of the first character that is no character of XML 1.0 (lone surrogates included), -1 for
    /// none.</summary>
    public static int NotXml(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
                continue;
            if (i + 1 >= text.Length || !XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                return i;
            i++;
        }

        return -1;
    }

    private static string Excerpt(string text) => text.Length <= 40 ? text : $"{text.AsSpan(0, 40)}...";
}
