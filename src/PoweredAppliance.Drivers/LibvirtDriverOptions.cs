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

    /// <summary>What a host is: its libvirtd may have to ask each of its qemus what it can do first.</summary>
    public TimeSpan InspectDeadline { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan OpenDeadline { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Starts and removals of domains and their small files.</summary>
    public TimeSpan StepDeadline { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Uploads, saves, restores and migrations. A host that falls silent ends them earlier, by its keepalive.</summary>
    public TimeSpan LongDeadline { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// Where a host's qemu takes guests that move to it, as libvirt's migration URI; <c>{host}</c> is the host of the URI that it is enrolled
    /// with, <c>{name}</c> its name. Where it is empty or that URI has no host, its libvirtd says it (migration_host in its qemu.conf).
    /// </summary>
    public string MigrationUri { get; init; } = "tcp://{host}";

    /// <summary>
    /// The libvirtd of the host that a guest leaves opens the other's at the URI that host is enrolled with, and a migration goes on without the
    /// controller. False: the controller talks to both, and a migration ends with it; its guest then runs on where it was.
    /// </summary>
    public bool PeerToPeer { get; init; }

    /// <summary>How long a guest may take to go after its power button was pressed.</summary>
    public TimeSpan ShutdownDeadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A guest that is still booting does not notice its power button: it is pressed again.</summary>
    public TimeSpan PressAgainAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a guest may take to let go of a disk or a NIC.</summary>
    public TimeSpan UnplugDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old the picture of the pools' free space may be: a new one makes libvirt look at every volume.</summary>
    public TimeSpan RefreshPoolsAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Null: guests get no tokens, whatever their CONTEXT asks for.</summary>
    public Files.OneGateDoor? OneGate { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal string? MigrationUriOf(Core.Drivers.HostAddress address)
    {
        var host = Uri.TryCreate(address.Uri, UriKind.Absolute, out var uri) ? uri.Host : "";
        return MigrationUri.Length == 0 || (host.Length == 0 && MigrationUri.Contains("{host}", StringComparison.Ordinal))
            ? null : MigrationUri.Replace("{host}", host, StringComparison.Ordinal).Replace("{name}", address.Name, StringComparison.Ordinal);
    }

    internal bool UseKvm => Acceleration == "kvm";
}
