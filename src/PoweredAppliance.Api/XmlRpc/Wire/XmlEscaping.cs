using System.Buffers;

namespace PoweredAppliance.Api.XmlRpc.Wire;

/// <summary>Takes UTF-8 and passes it on as the content of an XML element, in one pass. What XML 1.0 has no character
/// for becomes U+FFFD. Give the writer to whoever makes a document, and the document arrives escaped.</summary>
public sealed class XmlEscaping(IBufferWriter<byte> to) : IBufferWriter<byte>, IDisposable
{
    private const byte LeadOfFfff = 0xEF;

    /// <summary>The bytes that cannot simply be copied: markup, a carriage return (readers of XML turn it into a line
    /// feed), what XML 1.0 does not have, and the first byte of U+FFFE and U+FFFF, which many other characters
    /// share. Of '>' only one behind "]]" is markup; leaving the others makes documents a sixth shorter.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create(
    [
        (byte)'<', (byte)'&', (byte)']', LeadOfFfff,
        .. Enumerable.Range(0, 0x20).Where(b => b is not ('\t' or '\n')).Select(b => (byte)b),
    ]);

    private byte[] _scratch = [];
    private int _ofFfff;
    private int _brackets;

    public void Advance(int count) => Write(_scratch.AsSpan(0, count));

    public Memory<byte> GetMemory(int sizeHint = 0) => Scratch(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => Scratch(sizeHint);

    public void Dispose()
    {
        if (_scratch.Length > 0)
            ArrayPool<byte>.Shared.Return(_scratch);
        _scratch = [];
    }

    public void Write(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            if (_ofFfff > 0)
            {
                Continue(utf8[0]);
                utf8 = utf8[1..];
                continue;
            }

            if (_brackets > 0)
            {
                Behind(_brackets, ref utf8);
                continue;
            }

            var plain = utf8.IndexOfAny(Special);
            if (plain < 0)
            {
                to.Write(utf8);
                return;
            }

            to.Write(utf8[..plain]);
            var special = utf8[plain];
            utf8 = utf8[(plain + 1)..];
            if (special == LeadOfFfff)
                _ofFfff = 1;
            else if (special == (byte)']')
                Bracket();
            else
                to.Write(Escaped(special));
        }
    }

    private void Bracket()
    {
        to.Write("]"u8);
        _brackets++;
    }

    /// <summary>Behind so many closing brackets, which may have come in another piece.</summary>
    private void Behind(int brackets, ref ReadOnlySpan<byte> utf8)
    {
        if (utf8[0] == (byte)']')
        {
            Bracket();
            utf8 = utf8[1..];
            return;
        }

        _brackets = 0;
        if (brackets < 2 || utf8[0] != (byte)'>')
            return;
        to.Write("&gt;"u8);
        utf8 = utf8[1..];
    }

    /// <summary>Behind 0xEF: U+FFFE and U+FFFF are EF BF BE and EF BF BF. The bytes may come in different
    /// pieces.</summary>
    private void Continue(byte next)
    {
        if (_ofFfff == 1)
        {
            to.Write([LeadOfFfff, next]);
            _ofFfff = next == 0xBF ? 2 : 0;
            return;
        }

        to.Write([next is 0xBE or 0xBF ? (byte)0xBD : next]);
        _ofFfff = 0;
    }

    private static ReadOnlySpan<byte> Escaped(byte special) => special switch
    {
        (byte)'<' => "&lt;"u8,
        (byte)'&' => "&amp;"u8,
        (byte)'\r' => "&#13;"u8,
        _ => "\uFFFD"u8,
    };

    private byte[] Scratch(int sizeHint)
    {
        if (_scratch.Length < Math.Max(sizeHint, 1))
        {
            Dispose();
            _scratch = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, 4096));
        }

        return _scratch;
    }
}
