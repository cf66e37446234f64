using System.Buffers;
using System.Text;

namespace PoweredAppliance.Core.Templates;

/// <summary>Writes the XML form as OpenNebula stores and sends it: no blanks between elements, every value a CDATA
/// section.</summary>
internal static class TemplateXmlWriter
{
    public static void Write(IBufferWriter<byte> to, string root, Template template) =>
        Write(new Utf8Sink(to), root, template);

    public static void Write(StringBuilder to, string root, Template template) =>
        Write(new CharSink(to), root, template);

    private interface ISink
    {
        void Put(ReadOnlySpan<char> text);
    }

    private static void Write<T>(T sink, string root, Template template)
        where T : struct, ISink
    {
        Open(sink, root);
        foreach (var attribute in template.Attributes)
        {
            Open(sink, attribute.Name);
            if (attribute is SingleAttribute single)
                Value(sink, single.Value);
            else if (attribute is VectorAttribute vector)
                foreach (var (key, value) in vector.Pairs)
                {
                    Open(sink, key);
                    Value(sink, value);
                    Close(sink, key);
                }

            Close(sink, attribute.Name);
        }

        Close(sink, root);
    }

    private static void Open<T>(T sink, string name)
        where T : struct, ISink
    {
        sink.Put("<");
        sink.Put(name);
        sink.Put(">");
    }

    private static void Close<T>(T sink, string name)
        where T : struct, ISink
    {
        sink.Put("</");
        sink.Put(name);
        sink.Put(">");
    }

    /// <summary>A reader of XML turns a bare carriage return into a line feed, so each leaves the section as a
    /// reference.</summary>
    private static void Value<T>(T sink, ReadOnlySpan<char> value)
        where T : struct, ISink
    {
        sink.Put("<![CDATA[");
        for (var cr = value.IndexOf('\r'); cr >= 0; cr = value.IndexOf('\r'))
        {
            sink.Put(value[..cr]);
            sink.Put("]]>&#13;<![CDATA[");
            value = value[(cr + 1)..];
        }

        sink.Put(value);
        sink.Put("]]>");
    }

    private readonly struct Utf8Sink(IBufferWriter<byte> to) : ISink
    {
        public void Put(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, to);
    }

    private readonly struct CharSink(StringBuilder to) : ISink
    {
        public void Put(ReadOnlySpan<char> text) => to.Append(text);
    }
}
