using System.Collections.Frozen;

namespace PoweredAppliance.Scheduling.Devices;

/// <summary>What it costs to make the one room into the other. The lower, the better; ties go to the lowest id and to the fullest device.</summary>
public delegate double DeviceRule(DeviceRoom before, DeviceRoom after, Outlook outlook);

/// <summary>Which of the hosts that hold a VM gets it, and which device. Nothing is refused that fits.</summary>
public static class DeviceRules
{
    /// <summary>What counts of a device that stays free because its host lacks cpu or memory: prices alone are blind to these.</summary>
    private const double Stranded = 0.2;

    public const string DefaultName = "foresight";

    public static FrozenDictionary<string, DeviceRule> ByName { get; } = new Dictionary<string, DeviceRule>
    {
        ["firstfit"] = FirstFit,
        ["bestfit"] = BestFit,
        ["fgd"] = Fragmentation,
        [DefaultName] = Foresight,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static double FirstFit(DeviceRoom before, DeviceRoom after, Outlook outlook) => 0;

    /// <summary>Least of cpu and devices left, against the largest host of the trace and in whole percent: as in the published figures.</summary>
    public static double BestFit(DeviceRoom before, DeviceRoom after, Outlook outlook) =>
        -Math.Floor(100 * (1 - (after.CpuMilli / 128_000.0 + after.Milli / 8000.0) / 2));

    /// <summary>
    /// Fragmentation gradient descent (Weng et al., USENIX ATC 2023): least growth of what typical VMs could not use of the free devices.
    /// Rounded as there; without that, fewer hosts tie and the figure is lower by most of a point.
    /// </summary>
    public static double Fragmentation(DeviceRoom before, DeviceRoom after, Outlook outlook) =>
        -Math.Floor(100 / (1 + Math.Exp((Unusable(after, outlook) - Unusable(before, outlook)) / DeviceRoom.Whole)));

    /// <summary>Least loss of worth at the prices of the mix, and of devices that would be used were what has come to come again.</summary>
    public static double Foresight(DeviceRoom before, DeviceRoom after, Outlook outlook) =>
        Math.Round(Loss(after, outlook) - Loss(before, outlook), 9);

    private static double Loss(DeviceRoom room, Outlook outlook) => Stranded * outlook.Unfilled(room) - outlook.Worth(room);

    private static double Unusable(DeviceRoom room, Outlook outlook)
    {
        var unusable = 0.0;
        foreach (var (wish, part) in outlook.Typical)
        {
            if (wish.Devices == 0 || !room.Holds(wish))
            {
                unusable += part * room.Milli;
                continue;
            }

            foreach (var share in room.Shares)
                unusable += share < wish.Share ? part * share : 0;
        }

        return unusable;
    }
}
