using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>What is known of a host; half a line of the processor's cache, since a decision needs all of it.</summary>
/// <param name="free">what is free on it, less what was offered</param>
internal struct Known(in Room free, bool enabled, bool monitored, int model, int newestOffer)
{
    private const int Said = 1, Enabled = 2, Monitored = 4, ModelShift = 3;

    // In this order, so that no space is left between them.
    public Room Free = free;
    public int NewestOffer = newestOffer;
    private readonly int _model = model << ModelShift | Said | (enabled ? Enabled : 0) | (monitored ? Monitored : 0);

    /// <summary>False: no host has this id.</summary>
    public readonly bool IsSaid => _model != 0;

    public readonly bool IsEnabled => (_model & Enabled) != 0;

    public readonly bool IsMonitored => (_model & Monitored) != 0;

    public readonly int Model => _model >> ModelShift;

    public readonly bool IsOpen => (_model & (Enabled | Monitored)) == (Enabled | Monitored);

    /// <summary>It is open and has less than nothing of nothing: VMs, however small, may be placed on it.</summary>
    public readonly bool IsShown => IsOpen && Free.IsAny;

    public readonly HostCapacity Capacity(int id, string name, Models.Model model, HostLookup? attributes) => new(
        new(id), name, model.Cluster, IsEnabled, IsMonitored, model.CpuPercent, Free.CpuPercent, model.Kibibytes, Free.Kibibytes, Free.MebibytesOfDisk,
        Free.Vms, attributes);
}
