namespace PoweredAppliance.Drivers;

/// <summary>How a <see cref="LibvirtDriver"/> behaves; the defaults are for real hosts.</summary>
public sealed record LibvirtDriverOptions
{
    /// <summary>
    /// <c>kvm</c>, or <c>tcg: REASON</c> where guests are emulated. Only a guest that was booted proves that kvm works:
    /// neither /dev/kvm nor libvirt's capabilities do, so it is told and not looked for.
    /// </summary>
    public string Acceleration { get; init; } = "tcg: nobody has tried whether kvm works";

    /// <summary>Readings, power buttons, consoles: calls that a healthy host answers at once.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan OpenDeadline { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Starts and removals of domains and their small files.</summary>
    public TimeSpan StepDeadline { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Uploads, saves and restores. A host that falls silent ends them earlier, by its keepalive.</summary>
    public TimeSpan LongDeadline { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long a guest may take to go after its power button was pressed.</summary>
    public TimeSpan ShutdownDeadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A guest that is still booting does not notice its power button: it is pressed again.</summary>
    public TimeSpan PressAgainAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How old the picture of the pools' free space may be: a new one makes libvirt look at every volume.</summary>
    public TimeSpan RefreshPoolsAfter { get; init; } = TimeSpan.FromMinutes(2);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal bool UseKvm => Acceleration == "kvm";
}
