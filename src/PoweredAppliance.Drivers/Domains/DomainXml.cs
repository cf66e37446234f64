using System.Globalization;
using System.Text;
using System.Xml;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>A VM's specification as libvirt's domain XML (https://libvirt.org/formatdomain.html).</summary>
public static class DomainXml
{
    /// <summary>libvirt's cpu.shares of one whole core; OpenNebula's kvm driver uses the same.</summary>
    private const int SharesOfOneCore = 1024;

    /// <summary>The upper bound of cpu.weight; cpu.shares of control groups v1 would allow more, but a host may have either.</summary>
    private const int MostShares = 10_000;
    private const int BalloonPeriodSeconds = 10;

    /// <summary>The whole domain. Throws <see cref="DomainSpecException"/> when the specification cannot be made into one.</summary>
    public static string Of(VmSpec spec, DomainPlace place)
    {
        var text = new StringBuilder(4096);
        using (var xml = XmlWriter.Create(text, new() { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
            Write(xml, spec, place);
        return text.ToString();
    }

    private static void Write(XmlWriter xml, VmSpec spec, DomainPlace place)
    {
        xml.WriteStartElement("domain");
        xml.Attribute("type", place.UseKvm ? "kvm" : "qemu");
        xml.Leaf("name", VmFiles.Domain(spec.Id));
        xml.Leaf("uuid", spec.Uuid.ToString("D"));
        xml.WriteStartElement("metadata");
        new DomainMetadata(spec.Id, place.Generation, place.Deployment).ToXml().WriteTo(xml);
        xml.WriteEndElement();
        if (spec.Name.Length > 0 && !spec.Name.AsSpan().ContainsAny('\n', '\r'))
            xml.Leaf("title", Printable(spec.Name));
        WriteSize(xml, spec);
        if (place.CpuShares)
        {
            xml.WriteStartElement("cputune");
            xml.Leaf("shares", Shares(spec));
            xml.WriteEndElement();
        }
        DomainBoot.Write(xml, spec, place);
        DomainDevices.Write(xml, spec, place);
        RawXml.WriteInto(xml, spec.RawXml);
        xml.WriteEndElement();
    }

    internal static long Shares(VmSpec spec) => Math.Clamp((long)spec.CpuPercent * SharesOfOneCore / 100, 2, MostShares);

    /// <summary>Memory that the guest may get later is in its balloon from the start; cpus that it may get are not plugged.</summary>
    private static void WriteSize(XmlWriter xml, VmSpec spec)
    {
        xml.Leaf("memory", Math.Max(spec.MemoryMebibytes, spec.MemoryMaxMebibytes), ("unit", "MiB"));
        if (spec.MemoryMaxMebibytes > spec.MemoryMebibytes)
            xml.Leaf("currentMemory", spec.MemoryMebibytes, ("unit", "MiB"));
        if (spec.VcpuMax > spec.Vcpu)
            xml.Leaf("vcpu", spec.VcpuMax, ("placement", "static"), ("current", spec.Vcpu.ToString(CultureInfo.InvariantCulture)));
        else
            xml.Leaf("vcpu", spec.Vcpu, ("placement", "static"));
    }

    internal static void WriteOddDevices(XmlWriter xml, VmSpec spec, DomainPlace place)
    {
        xml.WriteStartElement("serial");
        xml.Attribute("type", "pty");
        // Begun anew at each start: what is read from it is about this boot.
        xml.Leaf("log", null, ("file", place.ConsoleLogOf(spec.Id)), ("append", "off"));
        xml.Leaf("target", null, ("port", "0"));
        xml.WriteEndElement();
        if (spec.GuestAgent)
        {
            xml.WriteStartElement("channel");
            xml.Attribute("type", "unix");
            xml.Leaf("target", null, ("type", "virtio"), ("name", "org.qemu.guest_agent.0"));
            xml.WriteEndElement();
        }
        WriteGraphics(xml, spec.Graphics);
        xml.WriteStartElement("memballoon");
        xml.Attribute("model", "virtio");
        xml.Leaf("stats", null, ("period", BalloonPeriodSeconds.ToString(CultureInfo.InvariantCulture)));
        xml.WriteEndElement();
        xml.WriteStartElement("rng");
        xml.Attribute("model", "virtio");
        xml.Leaf("backend", "/dev/urandom", ("model", "random"));
        xml.WriteEndElement();
    }

    private static void WriteGraphics(XmlWriter xml, GraphicsSpec? graphics)
    {
        if (graphics is null)
        {
            xml.WriteStartElement("video");
            xml.Leaf("model", null, ("type", "none"));
            xml.WriteEndElement();
            return;
        }
        xml.Leaf("input", null, ("type", "tablet"), ("bus", "usb"));
        xml.WriteStartElement("graphics");
        xml.Attribute("type", graphics.Type.ToLowerInvariant());
        xml.Attribute("port", graphics.Port > 0 ? graphics.Port.ToString(CultureInfo.InvariantCulture) : "-1");
        xml.Attribute("autoport", graphics.Port > 0 ? "no" : "yes");
        if (!string.IsNullOrEmpty(graphics.Password))
            xml.Attribute("passwd", graphics.Password);
        if (!string.IsNullOrEmpty(graphics.Keymap))
            xml.Attribute("keymap", graphics.Keymap);
        xml.Leaf("listen", null, ("type", "address"), ("address", graphics.Listen));
        xml.WriteEndElement();
        xml.WriteStartElement("video");
        xml.Leaf("model", null, ("type", "vga"));
        xml.WriteEndElement();
    }

    private static string Printable(string name) => string.Concat(name.Where(XmlConvert.IsXmlChar));
}
