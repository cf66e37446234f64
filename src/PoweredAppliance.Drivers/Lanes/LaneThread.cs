namespace PoweredAppliance.Drivers.Lanes;

/// <summary>A dedicated thread of a lane; guarded by the lane's lock.</summary>
internal sealed class LaneThread
{
    internal LaneCall? Call { get; set; }

    /// <summary>Its call passed its deadline: the lane does not count on it until it comes back.</summary>
    internal bool WrittenOff { get; set; }
}
