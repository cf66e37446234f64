namespace LibvirtSharp;

public sealed unsafe partial class Connect
{
    /// <summary>virConnectGetCapabilities: the host as XML: CPU, NUMA cells, guests that it can run.</summary>
    public string Capabilities => Check.Text(Interop.virConnectGetCapabilities(_handle));

    /// <summary>virConnectGetDomainCapabilities: what an emulator offers, as XML. Null means libvirt's own choice.</summary>
    public string GetDomainCapabilities(string? emulator = null, string? arch = null, string? machine = null, string? virtType = null)
        => Check.Text(Interop.virConnectGetDomainCapabilities(_handle, emulator, arch, machine, virtType, 0));

    /// <summary>virConnectGetStoragePoolCapabilities: pool types that the host can have, as XML.</summary>
    public string StoragePoolCapabilities => Check.Text(Interop.virConnectGetStoragePoolCapabilities(_handle, 0));

    /// <summary>virConnectGetSysinfo: SMBIOS as XML. Refused where the host has none.</summary>
    public string Sysinfo => Check.Text(Interop.virConnectGetSysinfo(_handle, 0));

    /// <summary>virConnectGetMaxVcpus for a domain type such as kvm or qemu.</summary>
    public int GetMaxVcpus(string? type = null) => Check.Ok(Interop.virConnectGetMaxVcpus(_handle, type));

    /// <summary>virConnectGetCPUModelNames</summary>
    public IReadOnlyList<string> GetCpuModelNames(string arch)
    {
        byte** models;
        var count = Check.Ok(Interop.virConnectGetCPUModelNames(_handle, arch, &models, 0));
        return CText.OwnedArray(models, count);
    }

    /// <summary>virConnectCompareCPU: how the host's CPU stands to the CPU in <paramref name="xml"/>.</summary>
    public CpuCompareResult CompareCpu(string xml, ConnectCompareCpuFlags flags = 0)
        => (CpuCompareResult)Check.Ok(Interop.virConnectCompareCPU(_handle, xml, (uint)flags));

    /// <summary>virConnectCompareHypervisorCPU: as <see cref="CompareCpu"/>, for what the emulator can give.</summary>
    public CpuCompareResult CompareHypervisorCpu(string xml, string? emulator = null, string? arch = null, string? machine = null,
        string? virtType = null, ConnectCompareCpuFlags flags = 0)
        => (CpuCompareResult)Check.Ok(Interop.virConnectCompareHypervisorCPU(
            _handle, emulator, arch, machine, virtType, xml, (uint)flags));

    /// <summary>virConnectBaselineCPU: the richest CPU that all of the given ones can be, as XML.</summary>
    public string BaselineCpu(IReadOnlyCollection<string> xmls, ConnectBaselineCpuFlags flags = 0)
    {
        using var cpus = new CTextArray(xmls);
        return Check.Text(Interop.virConnectBaselineCPU(_handle, cpus.Pointer, cpus.Count, (uint)flags));
    }

    /// <summary>virConnectBaselineHypervisorCPU</summary>
    public string BaselineHypervisorCpu(IReadOnlyCollection<string> xmls, string? emulator = null, string? arch = null,
        string? machine = null, string? virtType = null, ConnectBaselineCpuFlags flags = 0)
    {
        using var cpus = new CTextArray(xmls);
        return Check.Text(Interop.virConnectBaselineHypervisorCPU(
            _handle, emulator, arch, machine, virtType, cpus.Pointer, cpus.Count, (uint)flags));
    }

    /// <summary>virConnectDomainXMLFromNative: a hypervisor's own configuration to domain XML.</summary>
    public string DomainXmlFromNative(string format, string config)
        => Check.Text(Interop.virConnectDomainXMLFromNative(_handle, format, config, 0));

    /// <summary>virConnectDomainXMLToNative: domain XML to a hypervisor's own configuration, such as qemu's arguments.</summary>
    public string DomainXmlToNative(string format, string xml)
        => Check.Text(Interop.virConnectDomainXMLToNative(_handle, format, xml, 0));
}
