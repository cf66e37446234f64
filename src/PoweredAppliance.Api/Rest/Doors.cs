using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Rest;

/// <summary>What stands before every route: readiness, who asks, and an honest answer when something breaks.</summary>
internal sealed class Doors(Gate gate, Sessions sessions, ControlPlane.Inventory.Inventory inventory, ILogger<Doors> log) : IEndpointFilter
{
    private static readonly object SubjectKey = new();

    public static Subject Who(HttpContext context) => (Subject)context.Items[SubjectKey]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!gate.IsOpen)
        {
            http.Response.Headers.RetryAfter = "1";
            return Problems.Of(new() { Title = "not ready", Status = 503, Detail = "The controller is recovering its journal; try again in a second.", Code = (int)ErrorCode.Internal });
        }

        var open = http.GetEndpoint()?.Metadata.GetMetadata<OpenDoor>() is not null;
        if (!open)
        {
            if (Session(http.Request) is not { } session || await sessions.Authenticate(session, http.RequestAborted) is not { } who)
            {
                http.Response.Headers.WWWAuthenticate = "Basic realm=\"powered\", Bearer";
                return Problems.Of(new() { Title = "not authenticated", Status = 401, Detail = "Give user:secret by HTTP Basic, or a login token as Bearer.", Code = (int)ErrorCode.Authentication });
            }

            http.Items[SubjectKey] = who;
        }

        try
        {
            return await next(context);
        }
        catch (BadHttpRequestException e)
        {
            return Problems.Of(new() { Title = "the request is wrong", Status = e.StatusCode, Detail = e.InnerException?.Message ?? e.Message, Code = (int)ErrorCode.RpcApi });
        }
        catch (TimeoutException e)
        {
            return Problems.Of(new() { Title = "too late", Status = 504, Detail = e.Message, Code = (int)ErrorCode.Internal });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            return Problems.Of(new() { Title = "it failed", Status = 500, Detail = $"The appliance could not answer; its log says why (trace {http.TraceIdentifier}).", Code = (int)ErrorCode.Internal });
        }
    }

    /// <summary>user:secret of Basic; a Bearer token is a login token of whichever user has it.</summary>
    private string? Session(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || header.Parameter is not { } given)
            return null;
        if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[given.Length];
            return Convert.TryFromBase64String(given, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
        }

        if (!header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return null;
        var hash = LoginToken.HashOf(given);
        var owner = inventory.All(PoolKind.User).Values.FirstOrDefault(u => LoginToken.All(u).Any(t => t.Hash == hash));
        return owner is null ? null : $"{owner.Name}:{given}";
    }
}

/// <summary>Marks a route that needs no log-in.</summary>
internal sealed class OpenDoor;
