using Microsoft.AspNetCore.Http;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api;

/// <summary>
/// A disabled zone (one.zone.enable) is read and not changed, through whichever door somebody comes. What it has begun goes on: VMs,
/// services and schedules are not held up.
/// </summary>
internal static class ZoneRule
{
    /// <param name="reads">whether what is asked changes nothing</param>
    public static Refusal? Refuses(Inventory inventory, bool reads) => !reads && inventory.Zone is { Enabled: false }
        ? new(ErrorCode.Internal, "Cannot process request, zone disabled")
        : null;

    /// <summary>Of a request in HTTP's own words: a GET or a HEAD reads.</summary>
    public static Refusal? Refuses(Inventory inventory, HttpRequest request) =>
        Refuses(inventory, HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
}
