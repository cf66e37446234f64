using System.Globalization;
using System.Xml;

namespace PoweredAppliance.Drivers.Domains;

internal static class XmlWriting
{
    internal static void Attribute(this XmlWriter xml, string name, string value)
    {
        if (!value.All(XmlConvert.IsXmlChar))
            throw new DomainSpecException($"'{name}' has a character that XML cannot hold");
        xml.WriteAttributeString(name, value);
    }

    internal static void Leaf(this XmlWriter xml, string name, string? text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name);
        foreach (var (key, value) in attributes)
            xml.Attribute(key, value);
        if (text is not null)
        {
            if (!text.All(XmlConvert.IsXmlChar))
                throw new DomainSpecException($"'{name}' has a character that XML cannot hold");
            xml.WriteString(text);
        }
        xml.WriteEndElement();
    }

    internal static void Leaf(this XmlWriter xml, string name, long number, params ReadOnlySpan<(string Name, string Value)> attributes) =>
        xml.Leaf(name, number.ToString(CultureInfo.InvariantCulture), attributes);
}
