using System.Globalization;
using System.Xml.Linq;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>A domain as libvirt wrote it of a guest, made fit for the place where the guest goes on.</summary>
internal static class DomainMove
{
    /// <summary>The same machine, with the stamp, the folders and the graphics port of where it goes. What the guest sees stays.</summary>
    internal static XElement To(DomainPlace place, VmSpec spec, XElement domain)
    {
        var moved = new DomainMetadata(spec.Id, place.Generation, place.Deployment).StampOn(domain);
        foreach (var file in moved.Descendants().Where(e => e.Name.LocalName is "source" or "log").Attributes("file"))
            file.Value = PathAt(place, spec, file.Value);
        PutGraphics(moved, spec.Graphics);
        return moved;
    }

    /// <summary>A file is known by its name; one that is not the VM's lies at the same path on every host.</summary>
    private static string PathAt(DomainPlace place, VmSpec spec, string path)
    {
        var name = Path.GetFileName(path);
        if (VmFiles.IsOf(spec.Id, name))
            return $"{place.SystemPath}/{name}";
        return spec.Disks.Any(d => d.ImageVolume == name) ? $"{place.ImagesPath}/{name}" : path;
    }

    /// <summary>The port comes with the claim, and the claim is another one than when the guest was started.</summary>
    private static void PutGraphics(XElement domain, GraphicsSpec? graphics)
    {
        if (graphics is not { Port: > 0 } || domain.Element("devices")?.Element("graphics") is not { } element)
            return;
        element.SetAttributeValue("port", graphics.Port.ToString(CultureInfo.InvariantCulture));
        element.SetAttributeValue("autoport", "no");
    }
}
