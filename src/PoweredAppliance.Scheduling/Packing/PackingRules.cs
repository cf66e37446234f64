using System.Collections.Frozen;

namespace PoweredAppliance.Scheduling.Packing;

/// <summary>The lower, the better is the host for the VM. Asked only about hosts on which it fits; ties go to the lowest id.</summary>
/// <param name="bulkRatio">see <see cref="Mix.BulkRatio"/></param>
public delegate double PackingRule(in HostFill host, in Wish wish, double bulkRatio);

/// <summary>Which of the hosts that hold a VM gets it. Pure, and nothing is allocated.</summary>
public static class PackingRules
{
    /// <summary>
    /// A new VM that will outlive all others of a host keeps it open longer. That counts, at most, like a tenth of a host that stays
    /// free: less than what most VMs of a size need, so it decides among hosts that are about as full.
    /// </summary>
    private const double Outliving = 0.1;

    public static FrozenDictionary<string, PackingRule> ByName { get; } = new Dictionary<string, PackingRule>
    {
        ["packing"] = Packing,
        ["striping"] = Striping,
        ["bestfit"] = BestFit,
        ["bulkiest"] = Bulkiest,
        [DefaultName] = Default,
        [WithMovesName] = WithMoves,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public const string DefaultName = "default";

    public const string WithMovesName = "withmoves";

    /// <summary>OpenNebula's: the host with most VMs.</summary>
    public static double Packing(in HostFill host, in Wish wish, double bulkRatio) => -host.Vms;

    /// <summary>OpenNebula's: the host with fewest VMs.</summary>
    public static double Striping(in HostFill host, in Wish wish, double bulkRatio) => host.Vms;

    /// <summary>Least room left, the shares of cpu and memory added (L1).</summary>
    public static double BestFit(in HostFill host, in Wish wish, double bulkRatio) => Left(host, wish, 1);

    /// <summary>Least room left, where a share of memory counts as much more than one of cpu as the cube of the ratio of their bulks.</summary>
    public static double Bulkiest(in HostFill host, in Wish wish, double bulkRatio) => Weighed(host, wish, bulkRatio * bulkRatio * bulkRatio);

    /// <summary>
    /// Least room left by the square of that ratio, so that cpu still has a say, and of hosts about as full the one that will be in use for
    /// as long anyway.
    /// </summary>
    public static double Default(in HostFill host, in Wish wish, double bulkRatio) =>
        Weighed(host, wish, bulkRatio * bulkRatio) + Outlived(host, wish);

    /// <summary>As <see cref="Default"/>, by the cube: beside <see cref="Consolidation"/>, which mends troughs, fullness at the peak counts.</summary>
    public static double WithMoves(in HostFill host, in Wish wish, double bulkRatio) => Bulkiest(host, wish, bulkRatio) + Outlived(host, wish);

    /// <summary>What has run for an hour is as likely as not to run for another one: a host's age stands for what it has before it.</summary>
    private static double Outlived(in HostFill host, in Wish wish) =>
        wish.ExpectedSeconds > host.OldestSeconds ? Outliving * (1 - host.OldestSeconds / wish.ExpectedSeconds) : 0;

    private static double Weighed(in HostFill host, in Wish wish, double memoryWeight) => Left(host, wish, memoryWeight) / (1 + memoryWeight);

    private static double Left(in HostFill host, in Wish wish, double memoryWeight) =>
        Share(host.Free.CpuPercent - wish.Size.CpuPercent, host.Total.CpuPercent)
        + memoryWeight * Share(host.Free.Mebibytes - wish.Size.Mebibytes, host.Total.Mebibytes);

    private static double Share(long part, long total) => total == 0 ? 0 : (double)part / total;
}
