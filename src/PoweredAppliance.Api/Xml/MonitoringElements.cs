using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Xml;

/// <summary>MONITORING of VMs and hosts. CPU in percent of a core, memory in KiB, traffic in bytes counted from the start. What was
/// not measured is left out: unknown is not zero.</summary>
internal static class MonitoringElements
{
    public static void Vm(DocumentWriter to, VmId id, VmReading? reading)
    {
        to.Open("MONITORING");
        if (reading is { Domain: var domain })
        {
            if (reading.CpuPercent is { } cpu)
                to.CData("CPU", cpu);
            Counter(to, "DISKRDBYTES", domain.DiskReadBytes);
            Counter(to, "DISKRDIOPS", domain.DiskReads);
            Counter(to, "DISKWRBYTES", domain.DiskWrittenBytes);
            Counter(to, "DISKWRIOPS", domain.DiskWrites);
            to.CData("ID", id.Value);
            if (domain.MemoryRssKibibytes is { } memory)
                to.CData("MEMORY", memory);
            Counter(to, "NETRX", domain.NetReceivedBytes);
            Counter(to, "NETTX", domain.NetSentBytes);
            to.CData("TIMESTAMP", reading.At);
        }

        to.Close("MONITORING");
    }

    public static void VmShort(DocumentWriter to, VmReading? reading)
    {
        if (reading is null)
        {
            to.Empty("MONITORING");
            return;
        }

        to.Open("MONITORING");
        if (reading.CpuPercent is { } cpu)
            to.CData("CPU", cpu);
        if (reading.Domain.MemoryRssKibibytes is { } memory)
            to.CData("MEMORY", memory);
        to.Close("MONITORING");
    }

    public static void Host(DocumentWriter to, HostId id, HostPicture? host)
    {
        to.Open("MONITORING");
        if (host is { Usage: { } usage })
        {
            to.Number("TIMESTAMP", usage.At);
            to.Number("ID", id.Value);
            to.Open("CAPACITY");
            to.CData("FREE_CPU", Math.Max(0, host.Total.CpuPercent - usage.CpuUsedPercent));
            to.CData("FREE_MEMORY", usage.MemoryFreeKibibytes);
            to.CData("USED_CPU", usage.CpuUsedPercent);
            to.CData("USED_MEMORY", Math.Max(0, host.Total.MemoryKibibytes - usage.MemoryFreeKibibytes));
            to.Close("CAPACITY");
            to.Open("SYSTEM");
            Counter(to, "NETRX", usage.NetReceivedBytes);
            Counter(to, "NETTX", usage.NetSentBytes);
            to.Close("SYSTEM");
        }

        to.Close("MONITORING");
    }

    private static void Counter(DocumentWriter to, string name, ulong? value)
    {
        if (value is { } counted)
            to.CData(name, (decimal)counted);
    }
}
