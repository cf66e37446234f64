using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api;

/// <summary>An answer of OneFlow or OneGate: JSON where it is one, a plain text where it is refused, as their clients expect.</summary>
/// <param name="Code">OpenNebula's, for the audit log</param>
internal readonly record struct JsonAnswer(int Status, JsonNode? Body = null, string? Text = null, ErrorCode Code = ErrorCode.Success)
{
    public static JsonAnswer Of(JsonNode body, int status = 200) => new(status, body);

    /// <summary>OpenNebula's servers answer every refusal that has no number of its own with 500.</summary>
    public static JsonAnswer Refused(Refusal why) => Refused(why, why.Code switch
    {
        ErrorCode.Authorization => 401,
        ErrorCode.Authentication => 403,
        ErrorCode.NoExists => 404,
        _ => 500,
    });

    public static JsonAnswer Refused(Refusal why, int status) => new(status, Text: why.Text, Code: why.Code);

    public static JsonAnswer Bad(string text, int status = 400) => new(status, Text: text, Code: ErrorCode.RpcApi);

    /// <param name="done">the status where it was not refused</param>
    public static async Task<JsonAnswer> Of(Task<Answer> deed, int done = 204) => (await deed.ConfigureAwait(false)).Refusal is { } why ? Refused(why) : new(done);

    /// <summary>What goes wrong on the way is an answer too: a request that is too large or broken, a deed that takes too long, our own fault.</summary>
    /// <returns>default where the client has gone</returns>
    public static async Task<JsonAnswer> Guarded(HttpContext http, ILogger log, Func<Task<JsonAnswer>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return default;
        }
        catch (BadHttpRequestException e)
        {
            return Bad(e.Message, e.StatusCode);
        }
        catch (TimeoutException e)
        {
            return Bad(e.Message, 504);
        }
        catch (Exception e)
        {
            log.LogError(e, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            return Bad($"The appliance could not answer; its log says why (trace {http.TraceIdentifier}).", 500);
        }
    }

    public async Task Write(HttpResponse to)
    {
        to.StatusCode = Status;
        to.Headers.CacheControl = "no-store";
        if (Status is 204)
            return;
        to.ContentType = Body is null ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
        await to.WriteAsync(Body?.ToJsonString() ?? Text ?? "", to.HttpContext.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The request's body.</summary>
    /// <exception cref="BadHttpRequestException">It is larger than this.</exception>
    public static async Task<string> Read(HttpContext http, long most)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = most;
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(http.RequestAborted).ConfigureAwait(false);
    }
}
