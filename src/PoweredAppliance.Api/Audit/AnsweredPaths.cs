using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PoweredAppliance.Api.Audit;

/// <summary>Requests of the faces that find their way by the path alone, for the audit log. What they carry is content, not arguments.</summary>
internal static class AnsweredPaths
{
    private const int MostSegments = 4;

    /// <param name="face">oneflow or onegate</param>
    /// <param name="own">the id of what is meant where the path names none; null: it has none</param>
    /// <param name="answer">what was answered</param>
    public static AnsweredRequest Of(
        HttpContext http, string face, string? own, string user, int? userId, string? by, JsonAnswer answer, DateTimeOffset at, TimeSpan took)
    {
        var path = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var id = path.FirstOrDefault(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        return new(
            http.Request.Method, "/" + string.Join('/', path.Take(MostSegments).Select(p => p == id ? "{id}" : p)), id ?? own,
            http.Request.Query.ContainsKey("data") ? "" : http.Request.QueryString.Value ?? "", [], user, userId, by, (int)answer.Code, answer.Text, at, took,
            new(face, http.Connection.RemoteIpAddress, http.Connection.LocalPort, http.TraceIdentifier));
    }
}
