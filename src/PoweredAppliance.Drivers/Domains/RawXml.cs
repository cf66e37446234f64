using System.Xml;
using System.Xml.Linq;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>RAW/DATA of a template: libvirt XML that becomes children of the domain as it is.</summary>
public static class RawXml
{
    private const string QemuNamespace = "http://libvirt.org/schemas/domain/qemu/1.0";

    /// <summary>The elements of the fragment; throws <see cref="DomainSpecException"/> with line and column when it is not well-formed.</summary>
    public static IReadOnlyList<XElement> Parse(string fragment)
    {
        var names = new XmlNamespaceManager(new NameTable());
        names.AddNamespace("qemu", QemuNamespace); // may be used without being declared, as in libvirt's own documents
        using var reader = XmlReader.Create(
            new StringReader(fragment),
            new() { ConformanceLevel = ConformanceLevel.Fragment, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null },
            new XmlParserContext(names.NameTable, names, null, XmlSpace.None));
        var elements = new List<XElement>();
        try
        {
            reader.MoveToContent();
            while (!reader.EOF)
            {
                if (reader.NodeType is XmlNodeType.Element)
                    elements.Add((XElement)XNode.ReadFrom(reader));
                else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && !string.IsNullOrWhiteSpace(reader.Value))
                    throw new DomainSpecException($"RAW data must be XML elements, found the text '{Start(reader.Value)}'");
                else
                    reader.Read();
            }
        }
        catch (XmlException why)
        {
            throw new DomainSpecException($"RAW data is not well-formed XML: {why.Message}", why);
        }
        return elements;
    }

    internal static void WriteInto(XmlWriter xml, string? fragment)
    {
        if (string.IsNullOrWhiteSpace(fragment))
            return;
        foreach (var element in Parse(fragment))
            element.WriteTo(xml);
    }

    private static string Start(string text) => text.Trim() is { Length: > 40 } trimmed ? trimmed[..40] + "..." : text.Trim();
}
