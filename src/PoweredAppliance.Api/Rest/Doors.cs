using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Client;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Api.Rest;

/// <summary>
/// What stands before every route, and before a byte of a body is read: readiness, who asks, whether the zone is changed now, how large a body may be. Whatever
/// breaks or was not found behind it is answered as a problem.
/// </summary>
internal sealed class Doors(RequestDelegate next, Gate gate, Sessions sessions, TokenOwners tokens, Inventory inventory, ILogger<Doors> log)
{
    /// <summary>In bytes. Templates are text; images have a limit of their own.</summary>
    public const long MaxBody = 1 << 20;

    private static readonly object AdmissionKey = new();
    private static readonly object NameKey = new();

    public static Subject Who(HttpContext context) => Admitted(context)!.Subject;

    /// <summary>Null: nobody was let in.</summary>
    public static Admission? Admitted(HttpContext context) => context.Items[AdmissionKey] as Admission;

    /// <summary>The name that was given, whether it was let in or not; empty: none was.</summary>
    public static string NameGiven(HttpContext context) => context.Items[NameKey] as string ?? "";

    public async Task InvokeAsync(HttpContext http)
    {
        if (!gate.IsOpen)
        {
            http.Response.Headers.RetryAfter = "1";
            await Problems.Of(new() { Title = "not ready", Status = 503, Detail = "The controller is recovering its journal; try again in a second.", Code = (int)ErrorCode.Internal }).ExecuteAsync(http);
            return;
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<OpenDoor>() is null)
        {
            if (await Enter(http) is not { } who)
                return;
            http.Items[AdmissionKey] = who;
        }

        if (IsOfAnotherSite(http.Request))
        {
            await Problems.Of(new() { Title = "not authorised", Status = 403, Detail = $"A page of {http.Request.Headers.Origin} may not act here.", Field = "Origin", Code = (int)ErrorCode.Authorization }).ExecuteAsync(http);
            return;
        }

        if (ZoneRule.Refuses(inventory, http.Request) is { } disabled)
        {
            await Problems.Of(new() { Title = "zone disabled", Status = 409, Detail = disabled.Text, Code = (int)disabled.Code }).ExecuteAsync(http);
            return;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBody;
        await Answer(http);
    }

    /// <summary>Null: it has been answered why not.</summary>
    private async Task<Admission?> Enter(HttpContext http)
    {
        var entry = Entry.Refused("Give user:secret by HTTP Basic, or a login token as Bearer.");
        if (Session(http.Request) is { } session)
        {
            http.Items[NameKey] = SessionString.Parse(session)?.User;
            entry = await sessions.Authenticate(session, http.Connection.RemoteIpAddress, http.RequestAborted);
        }

        if (entry.Admission is { OnlyToLogIn: true } && (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText != Routes.Root + Routes.Login)
            entry = Entry.NeedsToken;
        if (entry.Admission is { } who)
            return who;
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"powered\", Bearer";
        if (entry.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await Problems.Of(entry.Why!).ExecuteAsync(http);
        return null;
    }

    private async Task Answer(HttpContext http)
    {
        IResult problem;
        try
        {
            await next(http);
            if (http.Response.HasStarted || http.Response.StatusCode < 400 || http.Response.ContentType is not null)
                return;
            problem = Problems.OfStatus(http.Response.StatusCode, http.Request);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            problem = Problems.OfRequest(e);
        }
        catch (TimeoutException e)
        {
            problem = Problems.Of(new() { Title = "too late", Status = 504, Detail = e.Message, Code = (int)ErrorCode.Internal });
        }
        catch (Exception e)
        {
            log.LogError(e, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            problem = Problems.Of(new() { Title = "it failed", Status = 500, Detail = $"The appliance could not answer; its log says why (trace {http.TraceIdentifier}).", Code = (int)ErrorCode.Internal });
        }

        if (http.Response.HasStarted)
            http.Abort(); // half an answer must not look like a whole one
        else
            await problem.ExecuteAsync(http);
    }

    /// <summary>A browser sends the password it remembers along with any page's form or websocket, but says whose page it is.</summary>
    private static bool IsOfAnotherSite(HttpRequest request) =>
        request.Headers.Origin.ToString() is { Length: > 0 } origin
        && (!HttpMethods.IsGet(request.Method) || request.HttpContext.WebSockets.IsWebSocketRequest)
        && !(Uri.TryCreate(origin, UriKind.Absolute, out var site) && site.Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase)
            && (request.Host.Port is not { } port || port == site.Port)); // a proxy in front may have another port

    /// <summary>user:secret of Basic; a Bearer token is a login token of whichever user has it.</summary>
    private string? Session(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || header.Parameter is not { } given)
            return null;
        if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return SessionString.OfBasic(header);
        return header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && tokens.OwnerOf(given) is { } owner ? $"{owner}:{given}" : null;
    }
}

/// <summary>Marks a route that needs no log-in.</summary>
internal sealed class OpenDoor;
