using System.Buffers;
using System.Globalization;
using System.Text;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// Writes the elements of OpenNebula's documents straight to UTF-8: no declaration, no blanks between elements. Text is escaped,
/// template values are CDATA sections. What XML 1.0 has no character for becomes U+FFFD; what is written ends in the given
/// writer at <see cref="Flush"/> or <see cref="Dispose"/>.
/// </summary>
public sealed class DocumentWriter(IBufferWriter<byte> to) : IDisposable
{
    private const int Room = 16 * 1024;
    private const int MostBytesOfAChar = 3;

    private static readonly char[] NotXml = [.. Enumerable.Range(0, 0x20).Where(c => c is not ('\t' or '\n' or '\r')).Select(c => (char)c), '\uFFFE', '\uFFFF'];

    /// <summary>A bare carriage return would reach the reader as a line feed.</summary>
    private static readonly SearchValues<char> SpecialInText = SearchValues.Create([.. NotXml, '<', '>', '&', '\r']);
    private static readonly SearchValues<char> SpecialInCData = SearchValues.Create([.. NotXml, ']', '\r']);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Room);
    private int _filled;

    public void Open(string name)
    {
        Raw("<"u8);
        Ascii(name);
        Raw(">"u8);
    }

    public void Close(string name)
    {
        Raw("</"u8);
        Ascii(name);
        Raw(">"u8);
    }

    /// <summary><c>&lt;NAME/&gt;</c></summary>
    public void Empty(string name)
    {
        Raw("<"u8);
        Ascii(name);
        Raw("/>"u8);
    }

    public void Text(string name, string? value)
    {
        Open(name);
        Escaped(value);
        Close(name);
    }

    public void Number(string name, long value)
    {
        Open(name);
        Digits(value);
        Close(name);
    }

    public void CData(string name, string? value)
    {
        Open(name);
        Section(value);
        Close(name);
    }

    public void CData(string name, long value)
    {
        Open(name);
        Raw("<![CDATA["u8);
        Digits(value);
        Raw("]]>"u8);
        Close(name);
    }

    public void CData(string name, decimal value) => CData(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>&lt;NAME&gt;&lt;ID&gt;3&lt;/ID&gt;...&lt;/NAME&gt;</c></summary>
    public void Ids(string name, IEnumerable<int> ids)
    {
        Open(name);
        foreach (var id in ids)
            Number("ID", id);
        Close(name);
    }

    /// <summary>Attributes sorted by name, each value a CDATA section.</summary>
    /// <param name="schedule">what is scheduled; as OpenNebula's schema has it, it stands behind the rest and has an order of its own</param>
    /// <param name="parent">whose it is</param>
    /// <param name="kind">VM or BACKUPJOB</param>
    public void Template(string name, Template template, IEnumerable<VectorAttribute> schedule, int parent, string kind)
    {
        Open(name);
        Attributes(template);
        foreach (var entry in schedule)
        {
            Open(entry.Name);
            Text("ID", entry["ID"]);
            Number("PARENT_ID", parent);
            Text("TYPE", kind);
            foreach (var field in (ReadOnlySpan<string>)["ACTION", "ARGS", "TIME", "REPEAT", "DAYS", "END_TYPE", "END_VALUE", "DONE", "MESSAGE", "WARNING"])
                Text(field, entry[field]);
            Close(entry.Name);
        }

        Close(name);
    }

    /// <summary>Attributes sorted by name, each value a CDATA section.</summary>
    public void Template(string name, Template template)
    {
        Open(name);
        Attributes(template);
        Close(name);
    }

    private void Attributes(Template template)
    {
        foreach (var attribute in template.Attributes)
            if (attribute is VectorAttribute vector)
                Vector(vector);
            else
                CData(attribute.Name, ((SingleAttribute)attribute).Value);
    }

    public void Vector(VectorAttribute vector)
    {
        Open(vector.Name);
        foreach (var (key, value) in vector.Pairs)
            CData(key, value);
        Close(vector.Name);
    }

    /// <summary>Passes on what was written so far.</summary>
    public void Flush()
    {
        if (_filled > 0)
            to.Write(_buffer.AsSpan(0, _filled));
        _filled = 0;
    }

    public void Dispose()
    {
        if (_buffer.Length == 0)
            return;
        Flush();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Escaped(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAny(SpecialInText); at >= 0; at = text.IndexOfAny(SpecialInText))
        {
            Utf8(text[..at]);
            Raw(text[at] switch
            {
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '&' => "&amp;"u8,
                '\r' => "&#13;"u8,
                _ => "\uFFFD"u8,
            });
            text = text[(at + 1)..];
        }

        Utf8(text);
    }

    private void Section(ReadOnlySpan<char> text)
    {
        Raw("<![CDATA["u8);
        for (var at = text.IndexOfAny(SpecialInCData); at >= 0; at = text.IndexOfAny(SpecialInCData))
        {
            Utf8(text[..at]);
            var rest = text[at..];
            if (rest is [']', ']', '>', ..])
                Raw("]]]]><![CDATA["u8);
            else if (rest[0] is ']')
                Raw("]"u8);
            else if (rest[0] is '\r')
                Raw("]]>&#13;<![CDATA["u8);
            else
                Raw("\uFFFD"u8);
            text = rest is [']', ']', '>', ..] ? rest[2..] : rest[1..];
        }

        Utf8(text);
        Raw("]]>"u8);
    }

    private void Digits(long value)
    {
        Reserve(20);
        value.TryFormat(_buffer.AsSpan(_filled), out var written, default, CultureInfo.InvariantCulture);
        _filled += written;
    }

    private void Ascii(string name)
    {
        Reserve(name.Length);
        _filled += Encoding.ASCII.GetBytes(name, _buffer.AsSpan(_filled));
    }

    private void Utf8(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var part = text[..Math.Min(text.Length, Room / 2 / MostBytesOfAChar)];
            // Half a pair at the cut would be taken for a lone surrogate.
            if (part.Length < text.Length && char.IsHighSurrogate(part[^1]))
                part = part[..^1];
            Reserve(part.Length * MostBytesOfAChar);
            _filled += Encoding.UTF8.GetBytes(part, _buffer.AsSpan(_filled));
            text = text[part.Length..];
        }
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_filled));
        _filled += bytes.Length;
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _filled < bytes)
            Flush();
    }
}
