using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Api.OneFlow;

/// <summary>OneFlow's HTTP: who asks, what, and how it ended. Users log in by HTTP Basic with what they give XML-RPC.</summary>
internal sealed class OneFlowEndpoint(
    Gate gate, Sessions sessions, Inventory inventory, FlowCalls services, FlowTemplateCalls templates, AuditLog audit, TimeProvider time, ILogger<OneFlowEndpoint> log)
{
    /// <summary>In bytes; as much as the REST API takes.</summary>
    private const long MostBytes = Rest.Doors.MaxBody;

    public async Task Answer(HttpContext http)
    {
        var began = Stopwatch.GetTimestamp();
        if (!gate.IsOpen)
        {
            http.Response.Headers.RetryAfter = "1";
            await JsonAnswer.Bad("The controller is recovering its journal; try again in a second.", 503).Write(http.Response);
            return;
        }

        var session = AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header) ? SessionString.OfBasic(header) : null;
        var entry = session is null
            ? Entry.Refused("A username and password must be provided")
            : await sessions.Authenticate(session, http.Connection.RemoteIpAddress, http.RequestAborted);
        if (entry.Admission is { OnlyToLogIn: true })
            entry = Entry.NeedsToken;
        if (entry.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.WWWAuthenticate = entry.Admission is null ? "Basic realm=\"OneFlow\"" : default;
        var answer = entry.Admission is { } who ? await Answer(http, who.Subject) : JsonAnswer.Refused(entry.Why!, 401);
        if (http.RequestAborted.IsCancellationRequested)
            return;
        await answer.Write(http.Response);
        var admitted = entry.Admission;
        audit.Add(AnsweredPaths.Of(
            http, "oneflow", own: null, admitted?.User ?? (session is null ? "" : SessionString.Parse(session)?.User ?? ""), admitted?.Subject.User.Value,
            admitted?.By, answer, time.GetUtcNow(), Stopwatch.GetElapsedTime(began)));
    }

    private Task<JsonAnswer> Answer(HttpContext http, Subject who) => JsonAnswer.Guarded(http, log, async () =>
    {
        if (ZoneRule.Refuses(inventory, http.Request) is { } disabled)
            return JsonAnswer.Refused(disabled);
        var path = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var body = HttpMethods.IsGet(http.Request.Method) ? "" : await JsonAnswer.Read(http, MostBytes);
        return await (path is ["service_template", ..] ? templates.Answer(who, http.Request.Method, path, body) : services.Answer(who, http.Request.Method, path, body));
    });

    /// <summary>What a POST asks for: <c>{"action": {"perform": WORD, "params": {...}}}</c>. Null: it is none.</summary>
    internal static (string Perform, JsonObject Params)? Action(string body) =>
        Core.Flows.FlowJson.TryParse(body, out var json, out _) && json["action"] is JsonObject action && Core.Flows.FlowJson.Text(action, "perform") is { } perform
            ? (perform, action["params"] as JsonObject ?? [])
            : null;

    internal static readonly JsonAnswer NoAction = JsonAnswer.Bad("The body must be {\"action\": {\"perform\": WORD, \"params\": {...}}}.");

    internal static JsonAnswer NoSuch(string method, string[] path) => JsonAnswer.Bad($"OneFlow has no {method} /{string.Join('/', path)}.", 404);

    internal static JsonAnswer Lacks(string perform, string what) => JsonAnswer.Bad($"Action {perform}: You have to specify {what}", 500);
}
