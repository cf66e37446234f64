using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>What a host is, from libvirt's capabilities, domain capabilities, SMBIOS and node figures.</summary>
internal static class HostInspection
{
    /// <summary>libvirt's capability documents, as far as they are needed.</summary>
    internal sealed record Documents(XElement Capabilities, XElement? DomainCapabilities, XElement? Sysinfo);

    internal static HostFacts Read(Connect connect, HostPools pools, LibvirtDriverOptions options, bool isThisMachine)
    {
        var documents = new Documents(
            DomainMetadata.Parse(connect.Capabilities),
            Optional(() => connect.GetDomainCapabilities(virtType: options.UseKvm ? "kvm" : "qemu")),
            Optional(() => connect.Sysinfo));
        var node = connect.GetNodeInfo();
        var threads = OnlineThreads(documents.Capabilities) is > 0 and var listed ? listed : (int)node.Cpus;
        using var system = pools.System(connect);
        using (pools.Images(connect))
        {
            var disk = system.GetInfo();
            var topology = documents.Capabilities.Element("host")?.Element("cpu")?.Element("topology");
            return new HostFacts(
                connect.Hostname,
                Smbios(documents.Sysinfo, "system", "manufacturer") ?? Dmi(isThisMachine, "sys_vendor"),
                Smbios(documents.Sysinfo, "system", "product") ?? Dmi(isThisMachine, "product_name"),
                Smbios(documents.Sysinfo, "bios", "version") ?? Dmi(isThisMachine, "bios_version"),
                documents.Capabilities.Element("host")?.Element("cpu")?.Element("arch")?.Value ?? node.Model,
                documents.Capabilities.Element("host")?.Element("cpu")?.Element("model")?.Value ?? "",
                (int)node.Mhz,
                Number(topology, "sockets") ?? (int)node.Sockets, Number(topology, "cores") ?? (int)node.Cores,
                Number(topology, "threads") ?? (int)node.Threads,
                threads * 100,
                MemoryKibibytes(connect, node),
                Numa(documents.Capabilities),
                options.UseKvm ? "kvm" : connect.Type.ToLowerInvariant(),
                connect.Version.ToString(),
                options.Acceleration,
                Machines(documents.Capabilities), Models(documents.DomainCapabilities), Gpus(connect),
                Mebibytes(disk.Capacity), Mebibytes(disk.Available));
        }
    }

    /// <summary>nodeinfo and capabilities count what the kernel had at boot; machines that get memory later have more.</summary>
    private static long MemoryKibibytes(Connect connect, NodeInfo node)
    {
        try
        {
            return connect.GetNodeMemoryStats().TryGetValue(NodeMemoryStatsKeys.Total, out var total) ? (long)total : (long)node.MemoryKib;
        }
        catch (LibvirtException why) when (why.IsNotSupported)
        {
            return (long)node.MemoryKib;
        }
    }

    internal static long Mebibytes(ulong bytes) => (long)(bytes >> 20);

    internal static ImmutableArray<NumaCell> Numa(XElement capabilities) =>
    [
        .. from cell in capabilities.Elements("host").Elements("topology").Elements("cells").Elements("cell")
           let memory = cell.Element("memory")
           select new NumaCell(
               Number(cell, "id") ?? 0,
               memory is null ? 0 : long.Parse(memory.Value, CultureInfo.InvariantCulture),
               [.. cell.Elements("cpus").Elements("cpu").Select(c => Number(c, "id")).OfType<int>()]),
    ];

    internal static int OnlineThreads(XElement capabilities) => Numa(capabilities).Sum(c => c.Cpus.Length);

    /// <summary>Machine names of x86_64 guests and aliases such as q35, each once.</summary>
    internal static ImmutableArray<string> Machines(XElement capabilities) =>
    [
        .. capabilities.Elements("guest").Elements("arch").Where(a => (string?)a.Attribute("name") == HostArch(capabilities))
            .Elements("machine").Select(m => m.Value).Distinct().Order(StringComparer.Ordinal),
    ];

    private static string? HostArch(XElement capabilities) => capabilities.Element("host")?.Element("cpu")?.Element("arch")?.Value;

    /// <summary>Named cpu models that the host can give a guest.</summary>
    internal static ImmutableArray<string> Models(XElement? domainCapabilities) => domainCapabilities is null ? [] :
    [
        .. domainCapabilities.Elements("cpu").Elements("mode").Where(m => (string?)m.Attribute("name") == "custom")
            .Elements("model").Where(m => (string?)m.Attribute("usable") != "no").Select(m => m.Value).Distinct().Order(StringComparer.Ordinal),
    ];

    internal static string? Smbios(XElement? sysinfo, string block, string name) =>
        sysinfo?.Element(block)?.Elements("entry").FirstOrDefault(e => (string?)e.Attribute("name") == name)?.Value.Trim();

    /// <summary>PCI functions of class 03 (display), as <c>vendor product (address)</c>.</summary>
    private static ImmutableArray<string> Gpus(Connect connect)
    {
        try
        {
            var gpus = ImmutableArray.CreateBuilder<string>();
            foreach (var device in connect.ListAllNodeDevices(ConnectListAllNodeDeviceFlags.CapPciDev))
            {
                using (device)
                {
                    if (Gpu(DomainMetadata.Parse(device.GetXmlDesc())) is { } gpu)
                        gpus.Add(gpu);
                }
            }
            return gpus.ToImmutable();
        }
        catch (LibvirtException why) when (why.IsNotSupported || why.IsNotFound)
        {
            return [];
        }
    }

    internal static string? Gpu(XElement device)
    {
        var pci = device.Elements("capability").FirstOrDefault(c => (string?)c.Attribute("type") == "pci");
        return pci?.Element("class")?.Value.StartsWith("0x03", StringComparison.OrdinalIgnoreCase) is true
            ? $"{pci.Element("vendor")?.Value} {pci.Element("product")?.Value}".Trim() + $" ({device.Element("name")?.Value})"
            : null;
    }

    /// <summary>Hosts without SMBIOS, virtual ones above all, refuse to be asked.</summary>
    private static XElement? Optional(Func<string> document)
    {
        try
        {
            return DomainMetadata.Parse(document());
        }
        catch (LibvirtException why) when (why.Code is not (ErrorNumber.Rpc or ErrorNumber.SystemError))
        {
            return null;
        }
    }

    private static string Dmi(bool isThisMachine, string file)
    {
        var path = $"/sys/class/dmi/id/{file}";
        try
        {
            return isThisMachine && File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static int? Number(XElement? element, string attribute) =>
        int.TryParse(element?.Attribute(attribute)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
