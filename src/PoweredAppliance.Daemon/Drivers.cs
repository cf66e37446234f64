using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hardware;
using PoweredAppliance.Drivers;
using PoweredAppliance.Drivers.Files;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.Daemon;

/// <summary>Which driver a host's address asks for: a simulated host for <c>sim:PROFILE</c>, else libvirt.</summary>
internal static class Drivers
{
    public static HostDriverFactory Factory(Settings settings, OneGateDoor? oneGate, TimeProvider time, ProfileFacts profiles)
    {
        var simulated = new Lazy<HostDriverFactory>(() => SimulatedHosts.Factory(
            SimulatedWorld.Open(settings.SimulatedWorld, time), time, name => profiles(name) ?? (name is HardwareProfile.Generic ? SimulatedHosts.GenericFacts : null)));
        var options = new LibvirtDriverOptions { Time = time, OneGate = oneGate, MigrationUri = settings.MigrationUri, PeerToPeer = settings.PeerToPeer };
        if (settings.Acceleration.Length > 0)
            options = options with { Acceleration = settings.Acceleration };
        return address => address.Uri.StartsWith(SimulatedHosts.Scheme, StringComparison.Ordinal)
            ? simulated.Value(address)
            : new LibvirtDriver(address, options);
    }
}
