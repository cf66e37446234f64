using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Rest;

internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Routes.Audit, Find).Says<AuditPage>("Who did what, newest first; for oneadmin and its group.")
            .Query("user", "string", "the name as it was given")
            .Query("method", "string", "one.vm.info, or with a * at the end: one.vm.*")
            .Query("object", "string", "vm/17, or vm for all of them")
            .Query("result", "string", "an OpenNebula error number, or ok, or failed")
            .Query("since", "string", "ISO 8601, or seconds since 1970")
            .Query("until", "string", "ISO 8601, or seconds since 1970")
            .Query("before", "integer", "only smaller ids: the next of the page before")
            .Query("after", "integer", "only greater ids: what came since")
            .Query("limit", "integer", $"1 to {AuditSearch.MostEntries}, 100 unless given");

    private static async Task<IResult> Find(HttpContext http, AuditSearch search)
    {
        var who = Doors.Who(http);
        if (!who.IsAdmin)
            return Problems.Of(new Refusal(ErrorCode.Authorization, $"User [{who.User}] : Only oneadmin and the members of its group read the audit log."));
        var (query, wrong) = Read(http.Request.Query);
        return wrong ?? Results.Ok(await search.Find(query!, http.RequestAborted));
    }

    private static (AuditQuery? Query, IResult? Wrong) Read(IQueryCollection given)
    {
        string? Text(string name) => given[name].ToString() is { Length: > 0 } text ? text : null;
        foreach (var name in new[] { "before", "after" })
            if (Text(name) is { } id && !long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return (null, Problems.Bad(name, id, $"{name} must be the id of an entry, it is '{id}'."));
        foreach (var name in new[] { "since", "until" })
            if (Text(name) is { } at && Time(at) is null)
                return (null, Problems.Bad(name, at, $"{name} must be a time like 2026-11-24T12:00:00Z or seconds since 1970, it is '{at}'."));
        if (Text("limit") is { } limit && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most is >= 1 and <= AuditSearch.MostEntries))
            return (null, Problems.Bad("limit", limit, $"limit must be 1 to {AuditSearch.MostEntries}, it is '{limit}'."));
        if (Text("result") is { } result && result is not ("ok" or "failed") && !int.TryParse(result, CultureInfo.InvariantCulture, out _))
            return (null, Problems.Bad("result", result, $"result must be an error number, ok or failed, it is '{result}'."));
        return (new()
        {
            User = Text("user"),
            Method = Text("method"),
            Object = Text("object"),
            Result = Text("result"),
            Since = Time(Text("since")),
            Until = Time(Text("until")),
            Before = Number(Text("before")),
            After = Number(Text("after")),
            Limit = (int?)Number(Text("limit")),
        }, null);
    }

    private static long? Number(string? text) => text is null ? null : long.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 1L << 35 ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at
        : null;
}
