using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>How long things take on a simulated host, on a fine day.</summary>
/// <param name="Step">mean time of a light step; heavy ones take a multiple</param>
/// <param name="Deadline">how long a call waits for a silent machine, beyond the time that it takes anyway</param>
/// <param name="Inspect">how long the machine takes to say what it is</param>
public sealed record Pace(TimeSpan Step, TimeSpan Deadline, TimeSpan Inspect = default)
{
    public static readonly Pace Instant = new(TimeSpan.Zero, TimeSpan.FromSeconds(10));

    internal TimeSpan Reading => Step / 4;

    internal TimeSpan Of(VmStep kind, Weather weather) => Step * kind switch
    {
        VmStep.Prolog or VmStep.Receive => 4 * weather.SlowDisk,
        VmStep.Migrate => 6 * weather.SlowDisk,
        VmStep.Save or VmStep.Restore => 3 * weather.SlowDisk,
        VmStep.Cleanup => weather.SlowDisk,
        VmStep.Boot => 2,
        VmStep.Shutdown => 5,
        VmStep.Withdraw or VmStep.Adopt => 0,
        _ => 1,
    };
}
