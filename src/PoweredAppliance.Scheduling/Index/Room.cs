using System.Runtime.CompilerServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>So much of a host: what is free on it, or what is asked of it.</summary>
internal struct Room(int cpuPercent, long kibibytes, long mebibytesOfDisk, int vms = 0)
{
    public long Kibibytes = kibibytes;
    public long MebibytesOfDisk = mebibytesOfDisk;
    public int CpuPercent = cpuPercent;

    /// <summary>VMs that have a claim or an offer.</summary>
    public int Vms = vms;

    /// <summary>A host with less than nothing free can hold no VM at all, however small.</summary>
    public readonly bool IsAny => CpuPercent >= 0 && Kibibytes >= 0 && MebibytesOfDisk >= 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Holds(in Room asked) =>
        CpuPercent >= asked.CpuPercent & Kibibytes >= asked.Kibibytes & MebibytesOfDisk >= asked.MebibytesOfDisk;

    public void Take(in Room asked)
    {
        CpuPercent -= asked.CpuPercent;
        Kibibytes -= asked.Kibibytes;
        MebibytesOfDisk -= asked.MebibytesOfDisk;
        Vms++;
    }

    public void Give(in Room asked)
    {
        CpuPercent += asked.CpuPercent;
        Kibibytes += asked.Kibibytes;
        MebibytesOfDisk += asked.MebibytesOfDisk;
        Vms--;
    }

    public void Change(in Room by, bool taken)
    {
        if (taken)
            Take(by);
        else
            Give(by);
    }
}
