using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Images;

/// <summary>
/// Fetches files over http and https. What broke off goes on where it stood, if the server says that it still has the same file; the
/// proof of that lies beside the part. Every address that is connected to, also after a redirect, is looked at.
/// </summary>
internal sealed class Downloads : IDisposable
{
    private const int BlockBytes = 256 * 1024;

    private readonly DownloadRules _rules;
    private readonly TimeProvider _time;
    private readonly HttpClient _anywhere;
    private readonly HttpClient _public;

    public Downloads(DownloadRules rules, TimeProvider time)
    {
        (_rules, _time) = (rules, time);
        // Two clients, so that no connection that was trusted once is used again by somebody who is not.
        _anywhere = Client(anyAddress: true);
        _public = Client(rules.PrivateAddresses);
    }

    /// <summary>Bytes that the server says it has; null: it does not say. Throws <see cref="ImageRefusedException"/>.</summary>
    public async Task<long?> Length(Uri from, bool trusted, CancellationToken stop)
    {
        using var reply = await Ask(HttpMethod.Head, from, trusted, null, stop).ConfigureAwait(false);
        return reply.IsSuccessStatusCode ? Bounded(reply.Content.Headers.ContentLength, from) : null;
    }

    /// <param name="room">bytes that are free where it is put</param>
    public async Task Fetch(Uri from, bool trusted, string part, string proof, long room, Action<long, long> progress, CancellationToken stop)
    {
        for (var fruitless = 0; ; fruitless++)
        {
            var before = SizeOf(part);
            try
            {
                await Once(from, trusted, part, proof, room, progress, stop).ConfigureAwait(false);
                File.Delete(proof);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException && !stop.IsCancellationRequested)
            {
                if (SizeOf(part) > before)
                    fruitless = 0;
                if (fruitless >= _rules.Tries)
                    throw new ImageRefusedException($"{from} could not be downloaded: {e.Message}", e);
                await Task.Delay(_rules.Pause * (1 << fruitless), _time, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task Once(Uri from, bool trusted, string part, string proof, long room, Action<long, long> progress, CancellationToken stop)
    {
        var stored = SizeOf(part);
        var known = stored > 0 && File.Exists(proof) ? await File.ReadAllLinesAsync(proof, stop).ConfigureAwait(false) : [];
        var resume = known is [var source, _] && source == from.AbsoluteUri ? known[1] : null;
        using var reply = await Ask(HttpMethod.Get, from, trusted, resume is null ? null : (stored, resume), stop).ConfigureAwait(false);
        if (!reply.IsSuccessStatusCode)
        {
            if (reply.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable)
                File.Delete(part);
            var text = $"the server answered {(int)reply.StatusCode} {reply.ReasonPhrase}";
            if ((int)reply.StatusCode is >= 500 or 416 or 429 or 408)
                throw new HttpRequestException(text);
            throw new ImageRefusedException($"{from} could not be downloaded: {text}");
        }

        var goesOn = reply.StatusCode is HttpStatusCode.PartialContent && reply.Content.Headers.ContentRange?.From == stored;
        if (reply.StatusCode is HttpStatusCode.PartialContent && !goesOn)
            throw new HttpRequestException("the server answered with another part than was asked for");
        var begin = goesOn ? stored : 0;
        var total = Bounded(reply.Content.Headers.ContentLength is { } rest ? begin + rest : null, from);
        if (total - begin > room)
            throw new ImageRefusedException($"{from} has {total} bytes, and only {room} are free");
        if (!goesOn)
            await Prove(reply, from, proof, stop).ConfigureAwait(false);

        await using var to = new FileStream(part, goesOn ? FileMode.Open : FileMode.Create, FileAccess.Write, FileShare.None, 0, useAsync: true);
        to.Seek(begin, SeekOrigin.Begin);
        await using var body = await reply.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        var (block, done) = (new byte[BlockBytes], begin);
        while (true)
        {
            var read = await Read(body, block, stop).ConfigureAwait(false);
            if (read == 0)
                break;
            done += read;
            if (done > _rules.MaxBytes || done - begin > room)
                throw new ImageRefusedException($"{from} has more than the {Math.Min(_rules.MaxBytes, begin + room)} bytes that there is room for");
            await to.WriteAsync(block.AsMemory(0, read), stop).ConfigureAwait(false);
            progress(done, total ?? 0);
        }

        to.Flush(flushToDisk: true);
        if (total is { } whole && done != whole)
            throw new HttpRequestException($"{done} of {whole} bytes have come");
    }

    private async Task<int> Read(Stream body, byte[] block, CancellationToken stop)
    {
        using var alarm = CancellationTokenSource.CreateLinkedTokenSource(stop);
        alarm.CancelAfter(_rules.Silence);
        try
        {
            return await body.ReadAsync(block, alarm.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"the server said nothing for {_rules.Silence.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Only a strong validator proves that a part and the rest are of one file.</summary>
    private static async Task Prove(HttpResponseMessage reply, Uri from, string proof, CancellationToken stop)
    {
        if (reply.Headers.ETag is { IsWeak: false } tag && reply.Headers.AcceptRanges.Contains("bytes"))
            await File.WriteAllLinesAsync(proof, [from.AbsoluteUri, tag.Tag], stop).ConfigureAwait(false);
        else
            File.Delete(proof);
    }

    private async Task<HttpResponseMessage> Ask(HttpMethod method, Uri from, bool trusted, (long Stored, string Tag)? resume, CancellationToken stop)
    {
        var (at, client) = (from, trusted ? _anywhere : _public);
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, at);
            if (resume is var (stored, tag))
            {
                request.Headers.Range = new RangeHeaderValue(stored, null);
                request.Headers.IfRange = new RangeConditionHeaderValue(tag);
            }

            using var alarm = CancellationTokenSource.CreateLinkedTokenSource(stop);
            alarm.CancelAfter(_rules.ConnectDeadline + _rules.Silence);
            HttpResponseMessage reply;
            try
            {
                reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, alarm.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
            {
                throw new TimeoutException("the server did not answer", e);
            }
            catch (HttpRequestException e) when (Refused(e) is { } refused)
            {
                throw refused;
            }

            if ((int)reply.StatusCode is not (301 or 302 or 303 or 307 or 308) || reply.Headers.Location is not { } location)
                return reply;
            reply.Dispose();
            var next = new Uri(at, location);
            if (next.Scheme is not ("http" or "https") || (at.Scheme is "https" && next.Scheme is "http"))
                throw new ImageRefusedException($"{from} leads to {next}, which is not followed");
            if (redirects == _rules.MaxRedirects)
                throw new ImageRefusedException($"{from} leads through more than {_rules.MaxRedirects} redirects");
            if (next.Authority != at.Authority)
                client = _public; // whoever trusted the one server did not speak of the other
            at = next;
        }
    }

    private static ImageRefusedException? Refused(Exception e) => e as ImageRefusedException ?? (e.InnerException is { } inner ? Refused(inner) : null);

    private long? Bounded(long? bytes, Uri from) => bytes > _rules.MaxBytes
        ? throw new ImageRefusedException($"{from} has {bytes} bytes; {_rules.MaxBytes} are the most that is taken")
        : bytes;

    private HttpClient Client(bool anyAddress) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = _rules.ConnectDeadline,
        ConnectCallback = (context, stop) => Connect(context.DnsEndPoint, anyAddress, stop),
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    private static async ValueTask<Stream> Connect(DnsEndPoint to, bool anyAddress, CancellationToken stop)
    {
        var found = await Dns.GetHostAddressesAsync(to.Host, stop).ConfigureAwait(false);
        var allowed = found.Where(a => anyAddress || DownloadRules.IsPublic(a)).ToArray();
        if (allowed.Length == 0)
            throw new ImageRefusedException($"{to.Host} has no public address ({string.Join(", ", found.Select(a => a.ToString()))}); setting Images:PrivateAddresses lets such servers be named");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static long SizeOf(string file) => new FileInfo(file) is { Exists: true, Length: var length } ? length : 0;

    public void Dispose()
    {
        _anywhere.Dispose();
        _public.Dispose();
    }
}
