using System.Xml;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>Machine, firmware, boot order, features, cpu model and clock of a domain.</summary>
internal static class DomainBoot
{
    internal static void Write(XmlWriter xml, VmSpec spec, DomainPlace place)
    {
        WriteOs(xml, spec.Os);
        xml.WriteStartElement("features");
        if (spec.Acpi)
            xml.Leaf("acpi", null);
        if (IsX86(spec.Os))
            xml.Leaf("apic", null);
        xml.WriteEndElement();
        WriteCpu(xml, spec, place.UseKvm);
        xml.Leaf("clock", null, ("offset", "utc"));
        xml.Leaf("on_poweroff", "destroy");
        xml.Leaf("on_reboot", "restart");
        xml.Leaf("on_crash", "destroy");
    }

    internal static string Machine(OsSpec os) => !string.IsNullOrEmpty(os.Machine) ? os.Machine : IsX86(os) ? "q35" : "virt";

    internal static string Arch(OsSpec os) => string.IsNullOrEmpty(os.Arch) ? "x86_64" : os.Arch;

    /// <summary>Machines whose bus is PCI Express: no IDE there, and hot-plug needs spare root ports.</summary>
    internal static bool IsPcie(OsSpec os) => Machine(os) is var machine && (machine.Contains("q35", StringComparison.Ordinal) || machine.StartsWith("virt", StringComparison.Ordinal));

    /// <summary>Order of a disk or NIC from BOOT entries such as <c>disk0</c> and <c>nic1</c>, from 1; null: not in the list.</summary>
    internal static int? OrderOf(OsSpec os, string kind, int id)
    {
        var place = os.BootOrder.IsDefaultOrEmpty ? -1 : os.BootOrder.IndexOf($"{kind}{id}");
        return place < 0 ? null : place + 1;
    }

    private static bool IsX86(OsSpec os) => Arch(os) is "x86_64" or "i686";

    private static void WriteOs(XmlWriter xml, OsSpec os)
    {
        var firmware = os.Firmware ?? "";
        var efi = firmware.Contains("UEFI", StringComparison.OrdinalIgnoreCase) || firmware.Equals("efi", StringComparison.OrdinalIgnoreCase);
        xml.WriteStartElement("os");
        if (efi)
            xml.Attribute("firmware", "efi");
        xml.Leaf("type", "hvm", ("arch", Arch(os)), ("machine", Machine(os)));
        if (efi && !firmware.Contains("SECURE", StringComparison.OrdinalIgnoreCase))
            xml.Leaf("loader", null, ("secure", "no"));
        else if (firmware.StartsWith('/'))
            xml.Leaf("loader", firmware, ("readonly", "yes"), ("type", "pflash"));
        if (!string.IsNullOrEmpty(os.Kernel))
            xml.Leaf("kernel", os.Kernel);
        if (!string.IsNullOrEmpty(os.Initrd))
            xml.Leaf("initrd", os.Initrd);
        var command = string.Join(' ', new[] { string.IsNullOrEmpty(os.Root) ? "" : $"root=/dev/{os.Root}", os.KernelCommand ?? "" }.Where(w => w.Length > 0));
        if (!string.IsNullOrEmpty(os.Kernel) && command.Length > 0)
            xml.Leaf("cmdline", command);
        foreach (var device in os.BootOrder.IsDefault ? [] : os.BootOrder)
        {
            if (device is "hd" or "cdrom" or "network" or "fd")
                xml.Leaf("boot", null, ("dev", device));
            else if (!NamesDevice(device))
                throw new DomainSpecException($"BOOT has '{device}'; it takes diskN, nicN, hd, cdrom, network and fd");
        }
        xml.WriteEndElement();
    }

    private static bool NamesDevice(string entry) =>
        (entry.StartsWith("disk", StringComparison.Ordinal) && int.TryParse(entry.AsSpan(4), out _))
        || (entry.StartsWith("nic", StringComparison.Ordinal) && int.TryParse(entry.AsSpan(3), out _));

    /// <summary>
    /// Emulated guests get a plain model with nothing checked against the host's own cpu: host models and passthrough
    /// mean nothing there. Under kvm the guest sees the host's model unless its template says otherwise.
    /// </summary>
    private static void WriteCpu(XmlWriter xml, VmSpec spec, bool kvm)
    {
        var model = string.IsNullOrEmpty(spec.CpuModel) ? "host-model" : spec.CpuModel;
        if (!kvm && model is ("host-model" or "host-passthrough"))
        {
            if (!IsX86(spec.Os))
                return;
            model = "qemu64";
        }
        xml.WriteStartElement("cpu");
        if (model is "host-model" or "host-passthrough" or "maximum")
        {
            xml.Attribute("mode", model);
            if (kvm && model is "host-passthrough")
                xml.Attribute("migratable", "on");
        }
        else
        {
            xml.Attribute("mode", "custom");
            xml.Attribute("match", "exact");
            xml.Attribute("check", kvm ? "partial" : "none");
            xml.Leaf("model", model, ("fallback", kvm ? "forbid" : "allow"));
        }
        xml.WriteEndElement();
    }
}
