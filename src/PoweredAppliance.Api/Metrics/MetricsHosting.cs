using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Prometheus;

namespace PoweredAppliance.Api.Metrics;

/// <summary>/metrics of this controller, /healthz and /readyz; docs/monitoring.md says what each series means. None needs a log-in.</summary>
internal static class MetricsHosting
{
    public static void UseMetrics(this WebApplication app)
    {
        var registry = app.Services.GetRequiredService<CollectorRegistry>();
        _ = new Census(registry, app.Services.GetRequiredService<ControlPlane.Inventory.Inventory>(), app.Services.GetRequiredService<Gate>());
        app.UseMiddleware<RequestMeter>();
        app.MapGet("/healthz", () => Results.Text("ok\n")).ExcludeFromDescription();
        app.MapGet("/readyz", (Gate gate) => gate.IsOpen ? Results.Text("ready\n") : Results.Text("recovering\n", statusCode: 503)).ExcludeFromDescription();
        app.MapMetrics("/metrics", registry).ExcludeFromDescription();
    }

    /// <summary>The library's bridges to the runtime's own counters make series by the hundred, some by remote address, and cost
    /// time when idle; what the process and the runtime use is kept.</summary>
    public static void KeepOurs() => Prometheus.Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions
    {
        SuppressEventCounters = true,
        SuppressMeters = true,
        SuppressDebugMetrics = true,
        SuppressProcessMetrics = false,
    });
}

/// <summary>Marks a route whose answer may stay open for days.</summary>
internal sealed class EndlessAnswer;
