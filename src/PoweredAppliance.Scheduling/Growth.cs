using PoweredAppliance.Core.Hosts;

namespace PoweredAppliance.Scheduling;

/// <summary>By how much more VMs have taken each day, on the average of the last days; less than nothing where they took less.</summary>
/// <param name="Over">looked at; no longer than there have been VMs</param>
public sealed record Growth(TimeSpan Over, double CpuPercentPerDay, double KibibytesPerDay, double MebibytesOfDiskPerDay)
{
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);

    /// <summary>Less says nothing of a day.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromDays(1);

    public static Growth None { get; } = new(Window, 0, 0, 0);

    /// <param name="vms">all there were in the window: when they began and ended (0: they live), in unix seconds</param>
    public static Growth Of(IEnumerable<(long Start, long End, Capacity Room)> vms, DateTimeOffset now)
    {
        var (second, first, more) = (now.ToUnixTimeSeconds(), now.ToUnixTimeSeconds(), (Cpu: 0.0, Memory: 0.0, Disk: 0.0));
        var since = second - (long)Window.TotalSeconds;
        foreach (var (start, end, room) in vms)
        {
            first = Math.Min(first, start);
            var change = (start > since ? 1 : 0) - (end > since ? 1 : 0);
            more = (more.Cpu + change * (double)room.CpuPercent, more.Memory + change * (double)room.MemoryKibibytes, more.Disk + change * (double)room.DiskMebibytes);
        }

        var over = TimeSpan.FromSeconds(Math.Clamp(second - first, (long)Least.TotalSeconds, (long)Window.TotalSeconds));
        return new(over, more.Cpu / over.TotalDays, more.Memory / over.TotalDays, more.Disk / over.TotalDays);
    }

    /// <summary>In how many days the first of cpu, memory and disk is used up if this goes on; null: none is.</summary>
    /// <param name="demand">what the headroom is of</param>
    public double? DaysUntilFull(Headroom headroom, Demand demand)
    {
        double?[] days =
        [
            Days(headroom.Clusters.Sum(c => c.ByCpu ?? 0), demand.CpuPercent, CpuPercentPerDay),
            Days(headroom.Clusters.Sum(c => c.ByMemory ?? 0), demand.MemoryKibibytes, KibibytesPerDay),
            Days(headroom.Clusters.Sum(c => c.ByDisk ?? 0), demand.DiskMebibytes, MebibytesOfDiskPerDay),
        ];
        return days.Min();
    }

    private static double? Days(double fits, double asked, double perDay) => asked > 0 && perDay > 0 ? fits * asked / perDay : null;
}
