using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Xml;

/// <summary>MONITORING of VMs and hosts. CPU in percent of a core, memory in KiB, traffic in bytes counted from the start. What was
/// not measured is left out: unknown is not zero.</summary>
internal static class MonitoringElements
{
    public static void Vm(DocumentWriter to, VmId id, VmReading? reading) => Vm(to, id, reading is null ? null : VmSample.Of(reading));

    public static void Vm(DocumentWriter to, VmId id, VmSample? measured)
    {
        to.Open("MONITORING");
        if (measured is { } sample)
        {
            if (sample.CpuPercent is { } cpu)
                to.CData("CPU", cpu);
            Counter(to, "DISKRDBYTES", sample.DiskReadBytes);
            Counter(to, "DISKRDIOPS", sample.DiskReads);
            Counter(to, "DISKWRBYTES", sample.DiskWrittenBytes);
            Counter(to, "DISKWRIOPS", sample.DiskWrites);
            to.CData("ID", id.Value);
            if (sample.MemoryKibibytes is { } memory)
                to.CData("MEMORY", memory);
            Counter(to, "NETRX", sample.NetReceivedBytes);
            Counter(to, "NETTX", sample.NetSentBytes);
            to.CData("TIMESTAMP", sample.At);
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

    public static void Host(DocumentWriter to, HostId id, HostPicture? host) => Host(to, id, host, host?.Usage);

    /// <param name="measured">the sample, of now or of before</param>
    public static void Host(DocumentWriter to, HostId id, HostPicture? host, HostUsage? measured)
    {
        to.Open("MONITORING");
        if (host is not null && measured is { } usage)
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
