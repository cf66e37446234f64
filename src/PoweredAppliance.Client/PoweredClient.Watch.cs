using System.Globalization;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Client;

public sealed partial class PoweredClient
{
    /// <summary>The daemon says something at least every 15 s; three times that is silence.</summary>
    private static readonly TimeSpan WatchSilence = TimeSpan.FromSeconds(45);

    /// <summary>
    /// What changes, until stopped. When the stream breaks it is opened again; then <see cref="Change.Ready"/> (nothing
    /// was missed) or
    /// <see cref="Change.Reset"/> comes again. On either, list: what is listed then is no older than the stream. Throws
    /// when the daemon
    /// stays away for the deadline, or refuses.
    /// </summary>
    /// <param name="kinds">Of <see cref="Change.Kinds"/>; none: all.</param>
    /// <param name="id">Only the thing with this id.</param>
    public async IAsyncEnumerable<Change> Watch(
        IReadOnlyList<string> kinds, int? id = null, [EnumeratorCancellation] CancellationToken stop = default)
    {
        var path = Query(Routes.Watch, ("kinds", kinds.Count == 0 ? null : string.Join(',', kinds)), ("id", id));
        string? last = null;
        var heard = _options.Time.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            using var alarm = Alarm(stop);
            HttpResponseMessage? reply = null;
            try
            {
                reply = await Send(HttpMethod.Get, path, body: null, alarm, stop, last).ConfigureAwait(false);
            }
            catch (PoweredException e) when (IsPassing(e) && MayGoOn())
            {
                // the pause below, then again
            }

            if (reply is not null)
            {
                using (reply)
                {
                    await foreach (var change in Changes(reply, alarm, stop).ConfigureAwait(false))
                    {
                        (failures, heard) = (0, _options.Time.GetTimestamp());
                        last = change.Sequence.ToString(CultureInfo.InvariantCulture);
                        yield return change;
                    }
                }
            }

            await Task.Delay(
                _options.RetryDelay * (1 << Math.Min(failures, 5)), _options.Time, stop).ConfigureAwait(false);

            bool MayGoOn() =>
                last is null ? failures < _options.Retries : _options.Time.GetElapsedTime(heard) < _options.Deadline;
        }
    }

    /// <summary>
    /// The VM's serial console: binary messages both ways, from now on. Dispose to leave; the guest does not notice.
    /// </summary>
    public async Task<WebSocket> OpenConsole(int id, CancellationToken stop = default)
    {
        var address = new UriBuilder(Address.AbsoluteUri + At(Routes.VmConsole, id));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (_who is not null)
            socket.Options.SetRequestHeader("Authorization", _who.ToString());
        if (Address.IsLoopback)
            socket.Options.Proxy = null;
        using var alarm = Alarm(stop);
        try
        {
            return await Guard(Routes.VmConsole, alarm, stop, async () =>
            {
                await socket.ConnectAsync(address.Uri, alarm.Token).ConfigureAwait(false);
                return socket;
            }).ConfigureAwait(false);
        }
        catch (WebSocketException e)
        {
            var status = (int)socket.HttpStatusCode;
            socket.Dispose();
            if (status == 0)
                throw PoweredException.Unreachable(Address, e);

            throw await WhyNoConsole(id, status, e, stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The body of a refused upgrade cannot be read: a plain request for the same path is refused with the same
    /// problem.
    /// </summary>
    private async Task<PoweredException> WhyNoConsole(
        int id, int status, WebSocketException cause, CancellationToken stop)
    {
        try
        {
            using var alarm = Alarm(stop);
            using var reply = await Send(
                HttpMethod.Get, At(Routes.VmConsole, id), body: null, alarm, stop).ConfigureAwait(false);
        }
        catch (PoweredException e) when (e.Problem.Status == status)
        {
            return e;
        }

        var detail = $"VM {id} has no console now (HTTP {status})";
        return new PoweredException(
            Failure.Refused, new Problem { Title = "no console", Status = status, Detail = detail }, cause);
    }

    /// <summary>One stream of server-sent events, until it ends or breaks.</summary>
    private static async IAsyncEnumerable<Change> Changes(
        HttpResponseMessage reply, CancellationTokenSource alarm, [EnumeratorCancellation] CancellationToken stop)
    {
        using var lines = new StreamReader(await reply.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
        var data = "";
        while (true)
        {
            string? line;
            try
            {
                alarm.CancelAfter(WatchSilence);
                line = await lines.ReadLineAsync(alarm.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (
                e is IOException or HttpRequestException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                yield break; // broken or silent: the caller opens another
            }

            if (line is null)
                yield break;
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                data += line.AsSpan(5).TrimStart(' ').ToString();
            }
            else if (line.Length == 0 && data.Length > 0)
            {
                if (JsonSerializer.Deserialize(data, Json.Change) is { } change)
                    yield return change;
                data = "";
            }
        }
    }
}
