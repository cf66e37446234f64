using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.Daemon;

/// <summary>Which driver a host's address asks for: a simulated host for <c>sim:</c> where the settings allow it, else libvirt.</summary>
internal static class Drivers
{
    public static HostDriverFactory Factory(Settings settings, TimeProvider time)
    {
        var simulated = settings.SimulatedWorld.Length > 0
            ? SimulatedHosts.Factory(SimulatedWorld.Open(settings.SimulatedWorld, time), time)
            : null;
        var options = new LibvirtDriverOptions { Time = time };
        if (settings.Acceleration.Length > 0)
            options = options with { Acceleration = settings.Acceleration };
        return address => !address.Uri.StartsWith(SimulatedHosts.Scheme, StringComparison.Ordinal)
            ? new LibvirtDriver(address, options)
            : simulated?.Invoke(address) ?? throw new HostUnreachableException(
                $"host {address.Name} is a simulated one ({address.Uri}), which setting Hosts:SimulatedWorld does not allow here");
    }
}
