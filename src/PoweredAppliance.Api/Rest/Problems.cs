using Microsoft.AspNetCore.Http;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Rest;

/// <summary>Refusals as application/problem+json (RFC 9457), with OpenNebula's number beside the HTTP status.</summary>
internal static class Problems
{
    public static IResult Of(Refusal why, IReadOnlyList<string>? candidates = null)
    {
        var (status, title) = StatusOf(why);
        return Of(new Problem
        {
            Title = title,
            Status = status,
            Detail = why.Text,
            Field = why.Field,
            Value = why.Value,
            Code = (int)why.Code,
            Candidates = candidates ?? [],
        });
    }

    public static IResult Bad(string field, string? value, string text) => Of(new Problem
    {
        Title = "the request is wrong",
        Status = 400,
        Detail = text,
        Field = field,
        Value = value,
        Code = (int)ErrorCode.RpcApi,
    });

    public static IResult Of(Problem problem) =>
        Results.Json(problem, WireJson.Default.Problem, contentType: "application/problem+json", statusCode: problem.Status);

    private static (int Status, string Title) StatusOf(Refusal why) => why.Code switch
    {
        ErrorCode.Authentication => (401, "not authenticated"),
        ErrorCode.Authorization => (403, "not authorised"),
        ErrorCode.NoExists => (404, "no such thing"),
        ErrorCode.Action => (409, "its state does not allow it"),
        ErrorCode.Locked => (423, "it is locked"),
        ErrorCode.RpcApi => (400, "the request is wrong"),
        ErrorCode.Internal when why.Text.StartsWith("NAME is already taken", StringComparison.Ordinal) => (409, "the name is taken"),
        ErrorCode.Internal or ErrorCode.Allocate when why.Field is not null => (422, "the request is wrong"),
        ErrorCode.Allocate => (409, "it could not be made"),
        _ => (500, "it failed"),
    };
}
