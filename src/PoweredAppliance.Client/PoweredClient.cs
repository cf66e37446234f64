using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Client;

/// <summary>
/// The REST API as methods. What the daemon refuses, and what does not arrive, is a <see cref="PoweredException"/>; a
/// cancelled call is
/// an <see cref="OperationCanceledException"/>. One object serves many calls at once.
/// </summary>
public sealed partial class PoweredClient : IDisposable
{
    private static readonly WireJson Json = WireJson.Default;

    private readonly PoweredClientOptions _options;
    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue? _who;

    public PoweredClient(PoweredClientOptions options)
    {
        _options = options;
        var address = options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        Address = new Uri(address.EndsWith(Routes.Root, StringComparison.Ordinal) ? address : address + Routes.Root);
        _who = options switch
        {
            { Token: { } token } => new AuthenticationHeaderValue("Bearer", token),
            { Credentials: { } pair } =>
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))),
            _ => null,
        };
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = !Address.IsLoopback, // a proxy from the environment cannot know this machine's loopback
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // deadlines are ours: they differ for streams
        };
    }

    /// <summary>The address with <c>/api/v1</c>.</summary>
    public Uri Address { get; }

    public void Dispose() => _http.Dispose();

    public Task<Status> GetStatus(CancellationToken stop = default) => Get(Routes.Status, Json.Status, stop);

    public Task<ApiVersion> GetVersion(CancellationToken stop = default) => Get(Routes.Version, Json.ApiVersion, stop);

    public Task<User> GetMe(CancellationToken stop = default) => Get(Routes.Me, Json.User, stop);

    public Task<LoginReply> Login(TimeSpan? expires = null, CancellationToken stop = default) =>
        Post(Routes.Login, Body(new LoginAsk((long?)expires?.TotalSeconds), Json.LoginAsk), Json.LoginReply, stop);

    public Task<TwoFactorSecret> BeginTwoFactor(CancellationToken stop = default) =>
        Post(Routes.TwoFactor, body: null, Json.TwoFactorSecret, stop);

    public Task<RecoveryCodes> ConfirmTwoFactor(string code, CancellationToken stop = default) =>
        Post(Routes.TwoFactorConfirm, Body(new TwoFactorCode(code), Json.TwoFactorCode), Json.RecoveryCodes, stop);

    public Task EndTwoFactor(string code, CancellationToken stop = default) => Delete(Query(Routes.TwoFactor, ("code", code)), stop);

    /// <summary>For somebody who has lost it.</summary>
    public Task EndTwoFactorOf(int user, CancellationToken stop = default) => Delete(At(Routes.TwoFactorOf, user), stop);

    /// <summary>One page of the audit log, newest first.</summary>
    public Task<AuditPage> GetAudit(AuditQuery query, CancellationToken stop = default) => Get(
        Query(
            Routes.Audit,
            ("user", query.User),
            ("method", query.Method),
            ("object", query.Object),
            ("result", query.Result),
            ("since", query.Since?.UtcDateTime.ToString("o", CultureInfo.InvariantCulture)),
            ("until", query.Until?.UtcDateTime.ToString("o", CultureInfo.InvariantCulture)),
            ("before", query.Before),
            ("after", query.After),
            ("limit", query.Limit)),
        Json.AuditPage,
        stop);

    private static string At(string route, int id) =>
        route.Replace("{id}", id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Leaves out what is null.</summary>
    private static string Query(string path, params ReadOnlySpan<(string Key, object? Value)> parts)
    {
        var text = new StringBuilder(path);
        var sign = '?';
        foreach (var (key, value) in parts)
        {
            if (value is null)
                continue;
            text.Append(sign)
                .Append(key)
                .Append('=')
                .Append(Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!));
            sign = '&';
        }

        return text.ToString();
    }

    private static ByteArrayContent Body<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };

    private async Task<T> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await Once(HttpMethod.Get, path, body: null, type, stop).ConfigureAwait(false);
            }
            catch (PoweredException e) when (attempt < _options.Retries && IsPassing(e))
            {
                await Task.Delay(_options.RetryDelay * (1 << attempt), _options.Time, stop).ConfigureAwait(false);
            }
        }
    }

    private static bool IsPassing(PoweredException e) =>
        e.Failure is Failure.Unreachable || (e.Failure is Failure.Refused && e.Problem.Status is 502 or 503 or 504);

    private Task<T> Post<T>(string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken stop) =>
        Once(HttpMethod.Post, path, body, type, stop);

    private async Task Delete(string path, CancellationToken stop)
    {
        using var alarm = Alarm(stop);
        using var reply = await Send(HttpMethod.Delete, path, body: null, alarm, stop).ConfigureAwait(false);
    }

    private async Task<T> Once<T>(
        HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken stop)
    {
        using var alarm = Alarm(stop);
        using var reply = await Send(method, path, body, alarm, stop).ConfigureAwait(false);
        return await Guard(path, alarm, stop, async () =>
        {
            var stream = await reply.Content.ReadAsStreamAsync(alarm.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                return await JsonSerializer.DeserializeAsync(stream, type, alarm.Token).ConfigureAwait(false)
                    ?? throw PoweredException.NotUnderstood(path, (int)reply.StatusCode);
            }
        }).ConfigureAwait(false);
    }

    private CancellationTokenSource Alarm(CancellationToken stop)
    {
        var alarm = CancellationTokenSource.CreateLinkedTokenSource(stop);
        alarm.CancelAfter(_options.Deadline);
        return alarm;
    }

    /// <summary>The answer's head, when it is a success; its problem thrown when not.</summary>
    private Task<HttpResponseMessage> Send(
        HttpMethod method,
        string path,
        HttpContent? body,
        CancellationTokenSource alarm,
        CancellationToken stop,
        string? lastEvent = null) =>
        Guard(path, alarm, stop, async () =>
        {
            using var request = new HttpRequestMessage(method, Address.AbsoluteUri + path) { Content = body };
            request.Headers.Authorization = _who;
            if (body is ContentFrom)
                request.Headers.ExpectContinue = true; // what is refused is refused before it is sent
            if (lastEvent is not null)
                request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEvent);
            var reply = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, alarm.Token).ConfigureAwait(false);
            if (reply.IsSuccessStatusCode)
                return reply;
            using (reply)
                throw await Refusal(path, reply, alarm.Token).ConfigureAwait(false);
        });

    private async Task<T> Guard<T>(
        string path, CancellationTokenSource alarm, CancellationToken stop, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (alarm.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw PoweredException.TimedOut(path, _options.Deadline, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw PoweredException.Unreachable(Address, e);
        }
        catch (JsonException e)
        {
            throw PoweredException.NotUnderstood(path, 200, e);
        }
    }

    private static async Task<PoweredException> Refusal(string path, HttpResponseMessage reply, CancellationToken stop)
    {
        var status = (int)reply.StatusCode;
        var text = await reply.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false);
        if (reply.Content.Headers.ContentType?.MediaType is not "application/problem+json")
        {
            // a bare status, as the web server or a front proxy sends it
            return status is 401 or 403 or 502 or 503 or 504
                ? new PoweredException(
                    Failure.Refused,
                    new Problem { Title = reply.ReasonPhrase ?? "refused", Status = status, Detail = BareStatus(status) })
                : PoweredException.NotUnderstood(path, status);
        }

        var problem = JsonSerializer.Deserialize(text, Json.Problem);
        return problem is null
            ? PoweredException.NotUnderstood(path, status)
            : new PoweredException(Failure.Refused, problem);
    }

    private static string BareStatus(int status) => status switch
    {
        401 => "user or secret is wrong",
        403 => "not authorised",
        _ => $"the appliance is not ready (HTTP {status})",
    };
}
