using System.Globalization;
using System.Text;
using System.Xml;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>Controllers, disks, CONTEXT and interfaces of a domain.</summary>
internal static class DomainDevices
{
    /// <summary>Root ports beyond what the devices at start take: each lets one more be plugged in while the guest runs.</summary>
    private const int RootPorts = 12;

    internal static void Write(XmlWriter xml, VmSpec spec, DomainPlace place)
    {
        xml.WriteStartElement("devices");
        var targets = new DiskTargets(spec);
        WriteControllers(xml, spec, targets);
        foreach (var disk in spec.Disks)
            WriteDisk(xml, spec, place, disk, targets.Of(disk));
        if (targets.Context is { } context)
            WriteCdrom(xml, place.ContextOf(spec.Id), context, order: null);
        foreach (var nic in spec.Nics)
            WriteNic(xml, spec, place, nic);
        DomainXml.WriteOddDevices(xml, spec, place);
        xml.WriteEndElement();
    }

    /// <summary>One disk of the VM as an element of its own.</summary>
    internal static string Disk(VmSpec spec, DomainPlace place, DiskSpec disk) => Element(xml => WriteDisk(xml, spec, place, disk, new DiskTargets(spec).Of(disk)));

    /// <summary>One interface of the VM as an element of its own.</summary>
    internal static string Nic(VmSpec spec, DomainPlace place, NicSpec nic) => Element(xml => WriteNic(xml, spec, place, nic));

    internal static string ScsiController { get; } = Element(WriteScsi);

    private static string Element(Action<XmlWriter> write)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new() { OmitXmlDeclaration = true }))
            write(xml);
        return text.ToString();
    }

    private static void WriteScsi(XmlWriter xml) => xml.Leaf("controller", null, ("type", "scsi"), ("index", "0"), ("model", "virtio-scsi"));

    private static void WriteControllers(XmlWriter xml, VmSpec spec, DiskTargets targets)
    {
        if (DomainBoot.IsPcie(spec.Os))
        {
            xml.Leaf("controller", null, ("type", "pci"), ("index", "0"), ("model", "pcie-root"));
            for (var port = 0; port < RootPorts; port++)
                xml.Leaf("controller", null, ("type", "pci"), ("model", "pcie-root-port"));
        }
        xml.Leaf("controller", null, ("type", "usb"), ("model", "qemu-xhci"));
        if (targets.AnyOn("scsi"))
            WriteScsi(xml);
    }

    private static void WriteDisk(XmlWriter xml, VmSpec spec, DomainPlace place, DiskSpec disk, DiskTarget target)
    {
        var file = place.PathOf(spec.Id, disk);
        var order = DomainBoot.OrderOf(spec.Os, "disk", disk.Id);
        if (disk.Kind is DiskKind.Cdrom)
        {
            WriteCdrom(xml, file, target, order);
            return;
        }
        xml.WriteStartElement("disk");
        xml.Attribute("type", "file");
        xml.Attribute("device", "disk");
        xml.WriteStartElement("driver");
        xml.Attribute("name", "qemu");
        xml.Attribute("type", VolumeFormat.OfFile(disk));
        if (!string.IsNullOrEmpty(disk.Cache))
            xml.Attribute("cache", disk.Cache);
        xml.Attribute("discard", "unmap");
        xml.WriteEndElement();
        WriteEnd(xml, file, target, disk.ReadOnly, order);
    }

    private static void WriteCdrom(XmlWriter xml, string file, DiskTarget target, int? order)
    {
        xml.WriteStartElement("disk");
        xml.Attribute("type", "file");
        // virtio has no CD-ROM: there it is a read-only disk, which guests find by its label all the same
        xml.Attribute("device", target.Bus is "virtio" ? "disk" : "cdrom");
        xml.Leaf("driver", null, ("name", "qemu"), ("type", "raw"));
        WriteEnd(xml, file, target, readOnly: true, order);
    }

    private static void WriteEnd(XmlWriter xml, string file, DiskTarget target, bool readOnly, int? order)
    {
        xml.Leaf("source", null, ("file", file));
        xml.Leaf("target", null, ("dev", target.Device), ("bus", target.Bus));
        if (readOnly)
            xml.Leaf("readonly", null);
        WriteOrder(xml, order);
        xml.WriteEndElement();
    }

    private static void WriteNic(XmlWriter xml, VmSpec spec, DomainPlace place, NicSpec nic)
    {
        xml.WriteStartElement("interface");
        if (!string.IsNullOrEmpty(nic.Bridge))
        {
            xml.Attribute("type", "bridge");
            xml.Leaf("source", null, ("bridge", nic.Bridge));
        }
        else if (!string.IsNullOrEmpty(nic.LibvirtNetwork))
        {
            xml.Attribute("type", "network");
            xml.Leaf("source", null, ("network", nic.LibvirtNetwork));
        }
        else
        {
            throw new DomainSpecException($"NIC {nic.Id} has neither a bridge nor a libvirt network");
        }
        xml.Leaf("mac", null, ("address", nic.Mac));
        xml.Leaf("model", null, ("type", string.IsNullOrEmpty(nic.Model) ? "virtio" : nic.Model));
        if (VmFiles.Tap(spec.Id, nic.Id) is { } tap)
            xml.Leaf("target", null, ("dev", tap));
        if (nic.Filter is not null)
            xml.Leaf("filterref", null, ("filter", FilterXml.Name(place.Deployment, spec.Id, nic.Id)));
        if (nic.Inbound is not null || nic.Outbound is not null)
        {
            xml.WriteStartElement("bandwidth");
            WriteBandwidth(xml, "inbound", nic.Inbound);
            WriteBandwidth(xml, "outbound", nic.Outbound);
            xml.WriteEndElement();
        }

        WriteOrder(xml, DomainBoot.OrderOf(spec.Os, "nic", nic.Id));
        xml.WriteEndElement();
    }

    /// <summary>libvirt counts as OpenNebula does: KiB a second, the burst in KiB.</summary>
    private static void WriteBandwidth(XmlWriter xml, string direction, Bandwidth? limit)
    {
        if (limit is not var (average, peak, burst))
            return;
        xml.WriteStartElement(direction);
        foreach (var (name, value) in new[] { ("average", average), ("peak", peak), ("burst", burst) })
            if (value > 0)
                xml.Attribute(name, value.ToString(CultureInfo.InvariantCulture));
        xml.WriteEndElement();
    }

    private static void WriteOrder(XmlWriter xml, int? order)
    {
        if (order is { } place)
            xml.Leaf("boot", null, ("order", place.ToString(CultureInfo.InvariantCulture)));
    }
}
