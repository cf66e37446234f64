using PoweredAppliance.Core;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>
/// Why a VM that waits has no host, host by host, as the scheduler saw it last. Never stored: the VM keeps the sentence of it
/// (SCHED_MESSAGE), and asks again every few seconds, also after a restart.
/// </summary>
public sealed class Unplaced
{
    /// <summary>So many hosts are kept, however many were looked at.</summary>
    public const int MostHosts = 20;

    private readonly IReadOnlyList<Considered> _nearest;
    private readonly IReadOnlyList<(Misfit Misfit, int Hosts)> _counts;

    internal Unplaced(Verdict verdict) => (_nearest, _counts) = (verdict.Nearest(MostHosts), verdict.Counts());

    /// <summary>The hosts that are nearest to fitting, the nearest first, and what each lacks, with the numbers.</summary>
    public IEnumerable<(HostId Host, string Name, string Lacks)> Nearest => _nearest.Select(c => (c.Host.Id, c.Host.Name, c.Detail));

    /// <summary>Each reason (<c>TooLittleMemory</c>) and how many of all the hosts are refused for it, the most frequent first.</summary>
    public IEnumerable<(string Reason, int Hosts)> Counts => _counts.Select(c => (c.Misfit.ToString(), c.Hosts));
}
