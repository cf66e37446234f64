using System.Collections.Frozen;
using System.Numerics;
using PoweredAppliance.Scheduling.Packing;

namespace PoweredAppliance.Scheduling.Numa;

/// <summary>What it costs to make the one room into the other. The lower, the better; ties go to the lowest id and the lowest cell.</summary>
/// <param name="taken">a bit for each cell that the VM gets</param>
public delegate double NumaRule(NumaRoom before, NumaRoom after, int taken, Scarcity scarcity);

/// <summary>Which of the hosts that hold a VM gets it, and which cell. Nothing is refused that fits.</summary>
public static class NumaRules
{
    public const string DefaultName = "scarcity";

    /// <summary>The largest host of the trace.</summary>
    private static readonly Size Full = new(12_000, 404 * 1024);

    public static FrozenDictionary<string, NumaRule> ByName { get; } = new Dictionary<string, NumaRule>
    {
        ["firstfit"] = (_, _, _, _) => 0,
        ["bestfit"] = (_, after, _, _) => Share(after.Free),
        ["worstfit"] = (_, after, _, _) => -Share(after.Free),
        ["bestfit of a cell"] = BestCell,
        ["worstfit of a cell"] = (before, after, taken, scarcity) => -BestCell(before, after, taken, scarcity),
        ["dotproduct"] = DotProduct,
        [DefaultName] = (before, after, _, scarcity) => Math.Round(scarcity.Loss(before, after), 12),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static double BestCell(NumaRoom before, NumaRoom after, int taken, Scarcity scarcity)
    {
        var left = 0.0;
        for (var cell = 0; cell < after.Cells.Length; cell++)
            left += (taken >> cell & 1) * Share(after.Cells[cell]);
        return left / BitOperations.PopCount((uint)taken);
    }

    /// <summary>What is free and what is asked point the same way (Panigrahy et al., 2011).</summary>
    private static double DotProduct(NumaRoom before, NumaRoom after, int taken, Scarcity scarcity)
    {
        var product = 0.0;
        for (var cell = 0; cell < after.Cells.Length; cell++)
        {
            var (free, asked) = (before.Cells[cell], before.Cells[cell] - after.Cells[cell]);
            product += (double)free.CpuPercent * asked.CpuPercent / Full.CpuPercent / Full.CpuPercent
                + (double)free.Mebibytes * asked.Mebibytes / Full.Mebibytes / Full.Mebibytes;
        }

        return -product;
    }

    private static double Share(in Size left) => (double)left.CpuPercent / Full.CpuPercent + (double)left.Mebibytes / Full.Mebibytes;
}
