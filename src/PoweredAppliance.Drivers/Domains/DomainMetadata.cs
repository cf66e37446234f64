using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using PoweredAppliance.Core;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>What a domain of ours carries in libvirt's metadata: whose it is and of which generation.</summary>
public sealed record DomainMetadata(VmId Vm, int Generation, Guid Deployment)
{
    public const string Namespace = "urn:powered-appliance:vm:1";
    public const string Prefix = "powered";
    private static readonly XNamespace Ns = Namespace;

    /// <summary>The element as it stands inside <c>metadata</c>.</summary>
    public XElement ToXml() => new(
        Ns + "vm",
        new XAttribute(XNamespace.Xmlns + Prefix, Namespace),
        new XAttribute("id", Vm.Value),
        new XAttribute("generation", Generation.ToString(CultureInfo.InvariantCulture)),
        new XAttribute("deployment", Deployment.ToString("D")));

    /// <summary>As virDomainSetMetadata takes it, which puts the namespace around it by itself.</summary>
    public XElement ToBareXml() => new("vm", ToXml().Attributes().Where(a => !a.IsNamespaceDeclaration));

    /// <summary>Ours from a whole domain's XML; null when it has none or an unreadable one: the domain is then somebody else's.</summary>
    public static DomainMetadata? Of(XElement domain) =>
        domain.Element("metadata")?.Element(Ns + "vm") is { } element
        && int.TryParse(element.Attribute("id")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && int.TryParse(element.Attribute("generation")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
        && Guid.TryParseExact(element.Attribute("deployment")?.Value, "D", out var deployment)
            ? new(new(id), generation, deployment)
            : null;

    /// <summary>The same domain with this stamp in place of the one it had.</summary>
    public XElement StampOn(XElement domain)
    {
        var stamped = new XElement(domain);
        var metadata = stamped.Element("metadata");
        if (metadata is null)
        {
            metadata = new XElement("metadata");
            if (stamped.Element("uuid") is { } uuid)
                uuid.AddAfterSelf(metadata);
            else
                stamped.Add(metadata);
        }
        metadata.Elements(Ns + "vm").Remove();
        metadata.Add(ToXml());
        return stamped;
    }

    /// <summary>Reads XML that libvirt wrote; never resolves what a document points at.</summary>
    public static XElement Parse(string xml)
    {
        using var text = new StringReader(xml);
        using var reader = XmlReader.Create(text, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return XElement.Load(reader);
    }
}
