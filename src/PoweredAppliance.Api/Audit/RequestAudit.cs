using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Metrics;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Client;

namespace PoweredAppliance.Api.Audit;

/// <summary>Hands every request of the REST API to the audit log: when it is answered, or, for an answer without an end, when that begins.</summary>
internal sealed class RequestAudit(RequestDelegate next, AuditLog audit, TimeProvider time)
{
    /// <summary>In bytes. A larger body is content, not arguments.</summary>
    private const int LargestBody = 16 * 1024;

    public async Task InvokeAsync(HttpContext http)
    {
        var began = Stopwatch.GetTimestamp();
        if (http.GetEndpoint()?.Metadata.GetMetadata<EndlessAnswer>() is not null)
        {
            http.Response.OnStarting(() =>
            {
                Keep(http, [], began);
                return Task.CompletedTask;
            });
            await next(http);
            return;
        }

        if (http.Request.HasJsonContentType() && http.Request.ContentLength is > 0 and <= LargestBody)
            http.Request.EnableBuffering(LargestBody);
        try
        {
            await next(http);
        }
        finally
        {
            Keep(http, await WhatWasRead(http.Request.Body), began);
        }
    }

    private void Keep(HttpContext http, byte[] body, long began)
    {
        var (problem, who) = (Problems.In(http), Doors.Admitted(http));
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        audit.Add(new AnsweredRequest(
            http.Request.Method, route is not null && route.StartsWith(Routes.Root, StringComparison.Ordinal) ? route[Routes.Root.Length..] : route ?? "other",
            http.Request.RouteValues["id"] as string, http.Request.QueryString.Value ?? "", body, who?.User ?? Doors.NameGiven(http), who?.Subject.User.Value, who?.By,
            problem?.Code ?? 0, problem?.Detail ?? problem?.Title, time.GetUtcNow(), Stopwatch.GetElapsedTime(began),
            new("rest", http.Connection.RemoteIpAddress, http.Connection.LocalPort, http.TraceIdentifier)));
    }

    /// <summary>What a handler has read of a body that was kept; nothing is waited for.</summary>
    private static async Task<byte[]> WhatWasRead(Stream body)
    {
        if (!body.CanSeek || body.Length == 0)
            return [];
        var bytes = new byte[body.Length];
        body.Position = 0;
        await body.ReadExactlyAsync(bytes);
        return bytes;
    }
}
