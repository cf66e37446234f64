namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>Stands still until it is set.</summary>
internal sealed class Clock : TimeProvider
{
    public TimeSpan Now { get; set; }
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Now.Ticks;
}
