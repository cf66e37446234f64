using System.Collections.Frozen;

namespace PoweredAppliance.Scheduling.Packing;

/// <summary>The lower, the better is the host for the VM. Asked only about hosts on which it fits; ties go to the lowest id.</summary>
/// <param name="memoryWeight">see <see cref="Mix.MemoryWeight"/></param>
public delegate double PackingRule(in HostFill host, in Wish wish, double memoryWeight);

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
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public const string DefaultName = "default";

    /// <summary>OpenNebula's: the host with most VMs.</summary>
    public static double Packing(in HostFill host, in Wish wish, double memoryWeight) => -host.Vms;

    /// <summary>OpenNebula's: the host with fewest VMs.</summary>
    public static double Striping(in HostFill host, in Wish wish, double memoryWeight) => host.Vms;

    /// <summary>Least room left, the shares of cpu and memory added (L1).</summary>
    public static double BestFit(in HostFill host, in Wish wish, double memoryWeight) => Left(host, wish, 1);

    /// <summary>Least room left, where that room counts most of which VMs hold large pieces.</summary>
    public static double Bulkiest(in HostFill host, in Wish wish, double memoryWeight) => Left(host, wish, memoryWeight) / (1 + memoryWeight);

    /// <summary><see cref="Bulkiest"/>, and of hosts about as full the one that will be in use for as long anyway.</summary>
    public static double Default(in HostFill host, in Wish wish, double memoryWeight)
    {
        // What has run for an hour is as likely as not to run for another one: the age of a host stands for what it has before it.
        var outlived = wish.ExpectedSeconds > host.OldestSeconds ? 1 - host.OldestSeconds / wish.ExpectedSeconds : 0;
        return Bulkiest(host, wish, memoryWeight) + Outliving * outlived;
    }

    private static double Left(in HostFill host, in Wish wish, double memoryWeight) =>
        Share(host.Free.CpuPercent - wish.Size.CpuPercent, host.Total.CpuPercent)
        + memoryWeight * Share(host.Free.Mebibytes - wish.Size.Mebibytes, host.Total.Mebibytes);

    private static double Share(long part, long total) => total == 0 ? 0 : (double)part / total;
}
