using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Rest;

/// <summary>How long an answer without an end may go on: until its reader leaves, its user is shut out, or the daemon stops.</summary>
internal sealed class OpenStreams(IHostApplicationLifetime lifetime, Inventory inventory)
{
    /// <summary>Dispose it.</summary>
    public CancellationTokenSource Until(HttpContext http) =>
        CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);

    public bool MayGoOn(HttpContext http) =>
        inventory.Find(PoolKind.User, Doors.Who(http).User.Value) is { } user && user.Fact("ENABLED") is not "0";
}
