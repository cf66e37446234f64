using System.Text;
using System.Xml;

namespace PoweredAppliance.Core.Templates;

/// <summary>Reads the XML form: a root of any name, attributes below it, the pairs of vectors below those, and nothing
/// deeper. No document type, no entities but XML's own five. An element without any content at all is an empty
/// vector, as <see cref="TemplateXmlWriter"/> writes one; an empty value is an empty CDATA section.</summary>
internal static class TemplateXmlReader
{
    /// <summary>In characters. XmlReader takes thirty times the size of a tag with very many attributes, and longer
    /// than in proportion.</summary>
    private const int MaxTag = 64 * 1024;

    public static List<TemplateAttribute> Read(string text, int maxAttributes)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            MaxCharactersInDocument = text.Length,
        };
        // An XML declaration is only one at the very beginning, and blanks before it are allowed here.
        var trimmed = text.AsSpan().TrimStart(Template.Blanks).ToString();
        var linesBefore = text.AsSpan(0, text.Length - trimmed.Length).Count('\n');
        if (LongTag(trimmed) is var at and >= 0)
            throw TemplateSyntaxException.At(text, at + text.Length - trimmed.Length, 0, "XML error, a very long tag");
        using var reader = XmlReader.Create(new StringReader(trimmed), settings);
        try
        {
            return new Reading(reader, maxAttributes, linesBefore).Root();
        }
        catch (XmlException e)
        {
            var reason = e.Message.Contains("DTD", StringComparison.Ordinal)
                ? "a document type is not allowed"
                : "not well-formed";
            var line = Math.Max(1, e.LineNumber) + linesBefore;
            throw new TemplateSyntaxException($"XML error, {reason}", line, e.LinePosition, e.LinePosition);
        }
    }

    /// <summary>Where a tag begins that is over the bound, -1 when there is none. It sees what XmlReader sees up to the
    /// first place that is not well-formed, where XmlReader stops.</summary>
    private static int LongTag(string text)
    {
        int After(string end, int from) =>
            text.IndexOf(end, from, StringComparison.Ordinal) is var at and >= 0 ? at + end.Length : text.Length;

        for (var at = text.IndexOf('<'); at >= 0; at = at < text.Length ? text.IndexOf('<', at) : -1)
        {
            var start = at;
            if (string.CompareOrdinal(text, at, "<![CDATA[", 0, 9) == 0)
                at = After("]]>", at);
            else if (string.CompareOrdinal(text, at, "<!--", 0, 4) == 0)
                at = After("-->", at);
            else
            {
                while (at < text.Length && text[at] != '>')
                    at = text[at] is '"' or '\'' ? After(text[at].ToString(), at + 1) : at + 1;
                if (at - start > MaxTag)
                    return start;
            }
        }

        return -1;
    }

    private sealed class Reading(XmlReader reader, int maxAttributes, int linesBefore)
    {
        private readonly List<TemplateAttribute> _read = [];
        private readonly StringBuilder _text = new();
        private int _count;

        public List<TemplateAttribute> Root()
        {
            reader.MoveToContent();
            if (!reader.IsEmptyElement)
                while (Advance() is not XmlNodeType.EndElement)
                    if (reader.NodeType is XmlNodeType.Element)
                        _read.Add(Attribute());
                    else if (!string.IsNullOrWhiteSpace(reader.Value))
                        throw Error("text beside the attributes");

            while (reader.Read())
            {
            }

            return _read;
        }

        private TemplateAttribute Attribute()
        {
            var name = Name();
            if (reader.IsEmptyElement)
                return VectorAttribute.Of(name);

            _text.Clear();
            var anyText = false;
            List<(string, string)>? pairs = null;
            while (Advance() is not XmlNodeType.EndElement)
            {
                if (reader.NodeType is not XmlNodeType.Element)
                {
                    anyText = true;
                    _text.Append(reader.Value);
                    continue;
                }

                NoTextBesidePairs();
                (pairs ??= []).Add((Name(), PairValue()));
                _text.Clear();
            }

            if (pairs is null && anyText)
                return new SingleAttribute(name, Checked(_text.ToString()));
            NoTextBesidePairs();
            return VectorAttribute.Of(name, pairs ?? []);
        }

        private string PairValue()
        {
            if (reader.IsEmptyElement)
                return "";

            _text.Clear();
            while (Advance() is not XmlNodeType.EndElement)
            {
                if (reader.NodeType is XmlNodeType.Element)
                    throw Error("a vector inside a vector");
                _text.Append(reader.Value);
            }

            return Checked(_text.ToString());
        }

        private XmlNodeType Advance()
        {
            return reader.Read() ? reader.NodeType : throw Error("unexpected end");
        }

        private string Name()
        {
            if (++_count > maxAttributes)
                throw Error($"more than {maxAttributes} attributes");
            return TemplateWords.WrongInName(reader.Name) is { } wrong ? throw Error(wrong) : reader.Name;
        }

        private string Checked(string value) =>
            TemplateWords.WrongInValue(value) is { } wrong ? throw Error(wrong.Reason) : value;

        private void NoTextBesidePairs()
        {
            for (var i = 0; i < _text.Length; i++)
                if (!XmlConvert.IsWhitespaceChar(_text[i]))
                    throw Error("text beside the pairs of a vector");
        }

        private TemplateSyntaxException Error(string reason)
        {
            var at = (IXmlLineInfo)reader;
            var line = at.LineNumber + linesBefore;
            return new TemplateSyntaxException($"XML error, {reason}", line, at.LinePosition, at.LinePosition);
        }
    }
}
