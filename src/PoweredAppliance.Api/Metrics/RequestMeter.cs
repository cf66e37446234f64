using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Rest;
using Prometheus;

namespace PoweredAppliance.Api.Metrics;

/// <summary>
/// Time of each answer of the REST port by route, never by path: what a stranger puts into a request makes no new series. Answers
/// without an end (changes, consoles, followed logs) are counted while they are open instead.
/// </summary>
internal sealed class RequestMeter(RequestDelegate next, CollectorRegistry registry)
{
    private const string Other = "other";
    private static readonly HashSet<string> Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];

    private readonly Histogram _seconds = Prometheus.Metrics.WithCustomRegistry(registry).CreateHistogram(
        "powered_http_request_seconds", "Time to answer a request on the REST port.", ["route", "method", "code"],
        new HistogramConfiguration { Buckets = [.001, .005, .025, .1, .5, 1, 5] });
    private readonly Gauge _streams = Prometheus.Metrics.WithCustomRegistry(registry).CreateGauge(
        "powered_http_open_streams", "Answers without an end that are open: watches, consoles, followed logs.");

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<EndlessAnswer>() is not null)
        {
            using (_streams.TrackInProgress())
                await next(http);
            return;
        }

        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? Other;
            var method = Methods.Contains(http.Request.Method) ? http.Request.Method : Other;
            _seconds.WithLabels(route, method, http.Response.StatusCode.ToString(CultureInfo.InvariantCulture))
                .Observe(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
    }
}
