using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>One stay of a VM on a host (OpenNebula's HISTORY). Times are unix seconds, 0: not yet.</summary>
public sealed record HistoryRecord(
    int Sequence, HostOffer Host, long Start, long End = 0, long PrologStart = 0, long PrologEnd = 0,
    long RunningStart = 0, long RunningEnd = 0, long EpilogStart = 0, long EpilogEnd = 0,
    HistoryAction Action = HistoryAction.None, int Uid = -1, int Gid = -1)
{
    public bool IsOpen => End == 0;

    /// <summary>The VM's TEMPLATE as it was when the record was closed; null: the record is open, or of no template of its own.</summary>
    public Template? Template { get; init; }
}
