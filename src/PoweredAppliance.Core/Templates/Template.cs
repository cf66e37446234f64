using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PoweredAppliance.Core.Templates;

/// <summary>An OpenNebula template: attributes sorted by name, those of one name in the order they were given.
/// Immutable; two templates are equal when they say the same, whatever order they were written in.</summary>
public sealed class Template : IEquatable<Template>
{
    /// <summary>In characters.</summary>
    public const int DefaultMaxLength = 16 * 1024 * 1024;

    /// <summary>Singles, vectors and the pairs inside vectors together.</summary>
    public const int DefaultMaxAttributes = 65_536;

    internal const string Blanks = " \t\r\n\uFEFF";

    private int _hash;

    private Template(ImmutableArray<TemplateAttribute> sorted) => Attributes = sorted;

    public static Template Empty { get; } = new([]);

    public ImmutableArray<TemplateAttribute> Attributes { get; }

    /// <summary>The value of the last single attribute of that name (any case), null when there is none. An empty
    /// vector reads as an empty value: XML clients write both as an element without content.</summary>
    public string? this[string name]
    {
        get
        {
            var (start, end) = Range(name);
            while (--end >= start)
                if (Attributes[end] is SingleAttribute { Value: var value })
                    return value;
                else if (Attributes[end] is VectorAttribute { Pairs.Length: 0 })
                    return "";
            return null;
        }
    }

    /// <summary>Reads the text form, or the XML form when the first non-blank is '&lt;'.</summary>
    /// <exception cref="TemplateSyntaxException">It is neither, or over a bound.</exception>
    public static Template Parse(
        string text, int maxLength = DefaultMaxLength, int maxAttributes = DefaultMaxAttributes)
    {
        if (text.Length > maxLength)
            throw new TemplateSyntaxException($"a template of more than {maxLength} characters", 1, 1, 1);

        return Of(text.AsSpan().TrimStart(Blanks) is ['<', ..]
            ? TemplateXmlReader.Read(text, maxAttributes)
            : new TemplateTextReader(text, maxAttributes).Read());
    }

    public static bool TryParse(
        string text, [NotNullWhen(true)] out Template? template, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (template, error) = (Parse(text), null);
            return true;
        }
        catch (TemplateSyntaxException e)
        {
            (template, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Words that were not written as a value (a hypervisor's, a snapshot's name), with what no value can have replaced.</summary>
    public static string Carried(string words) => TemplateWords.Carried(words);

    public static Template Of(params IEnumerable<TemplateAttribute> attributes)
    {
        var given = attributes.ToImmutableArray();
        for (var i = 1; i < given.Length; i++)
            if (string.CompareOrdinal(given[i - 1].Name, given[i].Name) > 0)
                return new([.. given.OrderBy(a => a.Name, StringComparer.Ordinal)]);
        return given.IsEmpty ? Empty : new(given);
    }

    public IEnumerable<VectorAttribute> Vectors(string name)
    {
        var (start, end) = Range(name);
        for (var i = start; i < end; i++)
            if (Attributes[i] is VectorAttribute vector)
                yield return vector;
    }

    /// <summary>The last vector of that name, null when there is none.</summary>
    public VectorAttribute? Vector(string name) => Vectors(name).LastOrDefault();

    /// <summary>Replaces everything of that name, vectors too.</summary>
    public Template Set(string name, string value) => Replace(name, [new SingleAttribute(name, value)]);

    /// <summary>Puts it behind those of its name.</summary>
    public Template Add(TemplateAttribute attribute) => new(Attributes.Insert(Range(attribute.Name).End, attribute));

    public Template Without(string name) => Replace(name, []);

    /// <summary>Replaces everything of that name by these vectors, each of which must be of that name.</summary>
    public Template WithVectors(string name, IEnumerable<VectorAttribute> vectors)
    {
        VectorAttribute[] given = [.. vectors];
        if (Array.Find(given, v => !v.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } other)
            throw new ArgumentException($"a vector {other.Name} among those of {name}", nameof(vectors));
        return Replace(name, given);
    }

    /// <summary>What an update with append = 1 leaves: each name that is given replaces everything of that name here,
    /// the rest stays.</summary>
    public Template Merge(Template given)
    {
        if (given.Attributes.IsEmpty)
            return this;
        var names = given.Attributes.Select(a => a.Name).ToHashSet(StringComparer.Ordinal);
        return Of(Attributes.Where(a => !names.Contains(a.Name)).Concat(given.Attributes));
    }

    /// <summary>The text form; parsing it gives an equal template. One kind of value has no text form, one that ends
    /// with a backslash and has blanks or signs in it: then the whole template comes as XML, which every reader of
    /// templates accepts.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var attribute in Attributes)
            if (!TemplateTextWriter.Write(text, attribute))
                return ToXml("TEMPLATE");
        return text.ToString();
    }

    /// <summary>The root's name is written as given: it must be an XML name.</summary>
    public void WriteXml(IBufferWriter<byte> utf8, string rootName) => TemplateXmlWriter.Write(utf8, rootName, this);

    /// <inheritdoc cref="WriteXml(IBufferWriter{byte}, string)"/>
    public void WriteXml(StringBuilder text, string rootName) => TemplateXmlWriter.Write(text, rootName, this);

    public string ToXml(string rootName)
    {
        var text = new StringBuilder();
        WriteXml(text, rootName);
        return text.ToString();
    }

    public bool Equals(Template? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Attributes.AsSpan().SequenceEqual(other.Attributes.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as Template);

    public override int GetHashCode()
    {
        if (_hash != 0)
            return _hash;
        var hash = new HashCode();
        foreach (var attribute in Attributes)
            hash.Add(attribute);
        return _hash = hash.ToHashCode();
    }

    public override string ToString() => ToText();

    private Template Replace(string name, IEnumerable<TemplateAttribute> by)
    {
        var (start, end) = Range(name);
        return new Template([.. Attributes.AsSpan()[..start], .. by, .. Attributes.AsSpan()[end..]]);
    }

    /// <summary>Where the attributes of that name are, or would be.</summary>
    private (int Start, int End) Range(string name)
    {
        var upper = name.ToUpperInvariant();
        int Bound(Func<int, bool> before)
        {
            var (low, high) = (0, Attributes.Length);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (before(string.CompareOrdinal(Attributes[middle].Name, upper)))
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }

        return (Bound(static c => c < 0), Bound(static c => c <= 0));
    }
}
