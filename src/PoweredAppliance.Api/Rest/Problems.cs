using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Rest;

/// <summary>Refusals as application/problem+json (RFC 9457), with OpenNebula's number beside the HTTP status.</summary>
internal static partial class Problems
{
    public const string ContentType = "application/problem+json";

    public static IResult Of(Refusal why, IReadOnlyList<string>? candidates = null)
    {
        var (status, title) = StatusOf(why);
        return Of(new Problem
        {
            Title = title,
            Status = status,
            Detail = why.Text,
            Field = FieldOf(why.Field),
            Value = why.Value,
            Code = (int)why.Code,
            Candidates = candidates ?? [],
        });
    }

    public static IResult Bad(string field, string? value, string text) => Bad(400, field, value, text);

    /// <summary>What the framework found wrong with the request itself: its body, its route, its type.</summary>
    public static IResult OfRequest(BadHttpRequestException wrong)
    {
        if (wrong.InnerException is JsonException json)
        {
            // A field that is missing has no place of its own: its name stands in the text.
            var field = Missing().Match(json.Message) is { Success: true } missing
                ? missing.Groups[1].Value
                : (json.Path ?? "").TrimStart('$').TrimStart('.');
            return Bad(400, field.Length > 0 ? field : null, null, $"The body is not what is asked for{(field.Length > 0 ? $" at {field}" : "")}: {Words(json.Message)}");
        }

        return Unbound().Match(wrong.Message) is { Success: true } unbound
            ? Bad(400, unbound.Groups[1].Value, unbound.Groups[2].Value, $"{unbound.Groups[1].Value} must be a number, it is '{unbound.Groups[2].Value}'.")
            : Bad(wrong.StatusCode, null, null, wrong.Message);
    }

    /// <summary>For answers that the framework leaves without a body.</summary>
    public static IResult OfStatus(int status, HttpRequest request)
    {
        var (title, text, code) = status switch
        {
            404 => ("no such thing", $"There is no {request.Path} in this API; /openapi/v1.json lists what is.", ErrorCode.NoExists),
            405 => ("not that method", $"{request.Path} does not take {request.Method}, only {request.HttpContext.Response.Headers.Allow}.", ErrorCode.RpcApi),
            413 => ("too large", $"The body is larger than the {Doors.MaxBody} bytes that are taken here.", ErrorCode.RpcApi),
            415 => ("not that type", $"The body must be application/json, it is '{request.ContentType}'.", ErrorCode.RpcApi),
            _ => ("the request is wrong", $"The request was answered with {status}.", ErrorCode.RpcApi),
        };
        return Of(new Problem { Title = title, Status = status, Detail = text, Code = (int)code });
    }

    public static IResult Of(Problem problem) => new Told(problem);

    /// <summary>What the request was refused with; null: it was not.</summary>
    public static Problem? In(HttpContext http) => http.Items[typeof(Told)] as Problem;

    private sealed class Told(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Items[typeof(Told)] = problem;
            return Results.Json(problem, WireJson.Default.Problem, contentType: ContentType, statusCode: problem.Status).ExecuteAsync(httpContext);
        }
    }

    private static IResult Bad(int status, string? field, string? value, string text) => Of(new Problem
    {
        Title = status is 413 ? "too large" : "the request is wrong",
        Status = status,
        Detail = text,
        Field = field,
        Value = value,
        Code = (int)ErrorCode.RpcApi,
    });

    /// <summary>The operations speak of template attributes; the request had them as fields of JSON.</summary>
    private static string? FieldOf(string? attribute) => attribute switch
    {
        "NAME" or "PATH" or "FORMAT" or "TYPE" or "DATASTORE" or "PERSISTENT" => attribute.ToLowerInvariant(),
        "SIZE" => "sizeMib",
        "expire" => "expireSeconds",
        _ => attribute,
    };

    private static string Words(string message) =>
        message.IndexOf(" Path:", StringComparison.Ordinal) is var at and > 0 ? message[..at].TrimEnd() : message;

    [GeneratedRegex("missing required properties including: '([^']+)'")]
    private static partial Regex Missing();

    [GeneratedRegex("^Failed to bind parameter \"[^ ]+ ([^\"]+)\" from \"([^\"]*)\"")]
    private static partial Regex Unbound();

    private static (int Status, string Title) StatusOf(Refusal why) => why.Code switch
    {
        ErrorCode.Authentication => (401, "not authenticated"),
        ErrorCode.Authorization => (403, "not authorised"),
        ErrorCode.NoExists => (404, "no such thing"),
        ErrorCode.Action => (409, "its state does not allow it"),
        ErrorCode.Locked => (423, "it is locked"),
        ErrorCode.RpcApi => (400, "the request is wrong"),
        ErrorCode.Internal or ErrorCode.Allocate when why.Text.StartsWith("NAME is already taken", StringComparison.Ordinal) => (409, "the name is taken"),
        ErrorCode.Internal or ErrorCode.Allocate when why.Field is not null => (422, "the request is wrong"),
        ErrorCode.Allocate => (409, "it could not be made"),
        _ => (500, "it failed"),
    };
}
