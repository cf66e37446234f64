using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using Prometheus;

namespace PoweredAppliance.Api;

/// <summary>The faces of the appliance: XML-RPC on its own port; REST, metrics and health on the other.</summary>
public static class ApiHosting
{
    public static IServiceCollection AddPoweredApi(this IServiceCollection services) => services
        .AddSingleton<Gate>()
        .AddSingleton<Sessions>()
        .AddSingleton<Authority>()
        .AddSingleton<VmOperations>()
        .AddSingleton<PoolOperations>()
        .AddSingleton<HostOperations>()
        .AddSingleton<ImageOperations>();

    /// <param name="xmlRpcPort">requests on this local port are OpenNebula's; on any other REST, metrics and health</param>
    public static void UsePoweredApi(this WebApplication app, int xmlRpcPort, int restPort)
    {
        _ = (xmlRpcPort, restPort);
        app.UseWebSockets();
        app.MapGet("/healthz", () => Results.Text("ok\n"));
        app.MapGet("/readyz", (Gate gate) => gate.IsOpen ? Results.Text("ready\n") : Results.Text("recovering\n", statusCode: 503));
        app.MapMetrics("/metrics");
    }
}
