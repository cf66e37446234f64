using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Daemon;

/// <summary>Which driver a host's address asks for.</summary>
internal static class Drivers
{
    public static HostDriverFactory Factory(Settings settings, TimeProvider time)
    {
        _ = (settings, time);
        return address => throw new HostUnreachableException($"no driver for {address.Uri}");
    }
}
