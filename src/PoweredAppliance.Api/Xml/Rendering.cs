using System.Buffers;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.ControlPlane.Inventory;

namespace PoweredAppliance.Api.Xml;

/// <summary>An object's document, ready-made.</summary>
internal abstract class Rendered
{
    /// <summary>UTF-8 as the content of an XML element: what goes over XML-RPC as it is.</summary>
    public abstract ReadOnlyMemory<byte> Escaped { get; }

    /// <summary>The document itself.</summary>
    public abstract void WriteTo(DocumentWriter to);
}

/// <summary>
/// The documents of one kind of object, each written when it is first asked for and kept until one of its sources changes: a list of
/// ten thousand is then as many copies of bytes.
/// </summary>
internal sealed class Rendering<T>(Action<DocumentWriter, T> write) where T : struct, ISources<T>
{
    private readonly ById<Kept> _kept = new();

    public Rendered Of(T sources)
    {
        if (_kept.Find(sources.Id) is { } kept && kept.Sources.Same(sources))
            return kept;
        // Two who render the same at once do it twice; either is right.
        var made = new Kept(sources, write);
        _kept.Put(sources.Id, made);
        return made;
    }

    public List<Rendered> All(IEnumerable<T> objects)
    {
        var all = new List<Rendered>();
        foreach (var sources in objects)
            all.Add(Of(sources));
        return all;
    }

    private sealed class Kept : Rendered
    {
        private readonly Action<DocumentWriter, T> _write;
        private readonly byte[] _escaped;

        public Kept(T sources, Action<DocumentWriter, T> write)
        {
            (Sources, _write) = (sources, write);
            var bytes = new ArrayBufferWriter<byte>(4096);
            using (var escaping = new XmlEscaping(bytes))
            using (var to = new DocumentWriter(escaping))
                write(to, sources);
            _escaped = bytes.WrittenSpan.ToArray();
        }

        public T Sources { get; }

        public override ReadOnlyMemory<byte> Escaped => _escaped;

        public override void WriteTo(DocumentWriter to) => _write(to, Sources);
    }
}
