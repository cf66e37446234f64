using System.Buffers;
using System.Text;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// A document to be written. It is written in pieces, one object of a pool at a time, so that whoever sends it may wait for a slow
/// reader between two of them; the values are immutable, so it says one thing however long that takes.
/// </summary>
public sealed class Document
{
    private readonly Func<DocumentWriter, IEnumerable<bool>> _write;

    private Document(Func<DocumentWriter, IEnumerable<bool>> write) => _write = write;

    /// <summary>Null: it has to be written.</summary>
    internal ReadyMade? Ready { get; private init; }

    public static Document Of(Action<DocumentWriter> write)
    {
        return new(Pieces);

        IEnumerable<bool> Pieces(DocumentWriter to)
        {
            write(to);
            yield return true;
        }
    }

    /// <param name="tail">what follows the objects inside the root</param>
    public static Document Pool<T>(string root, IEnumerable<T> objects, Action<DocumentWriter, T> each, Action<DocumentWriter>? tail = null)
    {
        return new(Pieces);

        IEnumerable<bool> Pieces(DocumentWriter to)
        {
            to.Open(root);
            foreach (var o in objects)
            {
                each(to, o);
                yield return true;
            }

            tail?.Invoke(to);
            to.Close(root);
            yield return true;
        }
    }

    internal static Document Of(Rendered o) => new(Of(o.WriteTo)._write) { Ready = new("", [o], "") };

    internal static Document Pool(string root, IReadOnlyList<Rendered> objects) => new(Pool(root, objects, (to, o) => o.WriteTo(to))._write)
    {
        Ready = new($"&lt;{root}>", objects, $"&lt;/{root}>"),
    };

    /// <summary>Writes a piece each time it is asked for the next.</summary>
    public IEnumerable<bool> Pieces(DocumentWriter to) => _write(to);

    public void WriteTo(IBufferWriter<byte> to)
    {
        using var writer = new DocumentWriter(to);
        foreach (var _ in Pieces(writer))
            continue;
    }
}

/// <summary>A document that is there already, escaped: the content of an XML element as it goes over XML-RPC.</summary>
internal sealed class ReadyMade(string head, IReadOnlyList<Rendered> objects, string tail)
{
    /// <summary>In bytes.</summary>
    public long Length { get; } = head.Length + tail.Length + objects.Sum(o => (long)o.Escaped.Length);

    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        yield return Encoding.ASCII.GetBytes(head);
        foreach (var o in objects)
            yield return o.Escaped;
        yield return Encoding.ASCII.GetBytes(tail);
    }
}
