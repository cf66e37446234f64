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
/// ten thousand is then as many copies of bytes. Those of a run of ids that stays as it is are laid side by side, so that nobody looks at
/// each of them: a list of ten thousand is then a few hundred copies.
/// </summary>
internal sealed class Rendering<T>(Action<DocumentWriter, T> write) where T : struct, ISources<T>
{
    private readonly ById<Kept> _kept = new();
    private readonly ById<Run> _runs = new();

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

    /// <summary>Those of a run, in the order of lists. Only a run that is seen a second time as it was is laid together: one that keeps changing costs no more than before.</summary>
    /// <param name="stamp">of before the objects are read</param>
    public void AddRun(int run, Stamp stamp, IEnumerable<T> objects, List<Rendered> to)
    {
        var before = _runs.Find(run) is { } seen && seen.Stamp == stamp ? seen : null;
        if (before is { IsTogether: true })
        {
            to.Add(before);
            return;
        }

        var all = All(objects);
        _runs.Put(run, before is null ? new Run(stamp) : Together(stamp, all));
        to.AddRange(all);
    }

    /// <summary>Each document is from then on a part of the whole, so that there is none of them twice.</summary>
    private Run Together(Stamp stamp, List<Rendered> all)
    {
        var (bytes, parts, at) = (new byte[all.Sum(o => o.Escaped.Length)], new List<Rendered>(all.Count), 0);
        foreach (var kept in all.Cast<Kept>())
        {
            var place = bytes.AsMemory(at, kept.Escaped.Length);
            kept.Escaped.CopyTo(place);
            var part = new Kept(kept, place);
            parts.Add(part);
            _kept.Put(kept.Sources.Id, part);
            at += place.Length;
        }

        return new Run(stamp, bytes, parts);
    }

    private sealed class Run(Stamp stamp, ReadOnlyMemory<byte> escaped = default, IReadOnlyList<Rendered>? of = null) : Rendered
    {
        public Stamp Stamp => stamp;
        public bool IsTogether => of is not null;
        public override ReadOnlyMemory<byte> Escaped => escaped;

        public override void WriteTo(DocumentWriter to)
        {
            foreach (var o in of!)
                o.WriteTo(to);
        }
    }

    private sealed class Kept : Rendered
    {
        private readonly Action<DocumentWriter, T> _write;
        private readonly ReadOnlyMemory<byte> _escaped;

        public Kept(Kept other, ReadOnlyMemory<byte> escaped) => (Sources, _write, _escaped) = (other.Sources, other._write, escaped);

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

/// <summary>Of all that the documents of a run are made of: the <see cref="Runs.Changes"/>, and two pools as they were.</summary>
internal readonly record struct Stamp(long Changes, object First, object Second);
