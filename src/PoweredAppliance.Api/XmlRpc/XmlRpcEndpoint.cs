using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>
/// POST /RPC2 over HTTP: 404 for other paths, 405 for other methods; whatever the body is, the answer is a call's or a fault, with
/// status 200. Small answers come in one piece with their length, large ones are sent as they are written, at the client's pace.
/// </summary>
internal sealed class XmlRpcEndpoint(Dispatcher dispatcher, Gate gate, ILogger<XmlRpcEndpoint> log)
{
    public const string Path = "/RPC2";

    private const int Piece = 64 * 1024;
    private const int LargeBody = 1024 * 1024;
    private const int MostLargeBodies = 4;

    /// <summary>A large body is read and kept only when its first bytes show who sends it.</summary>
    private const int OpeningBytes = 16 * 1024;

    /// <summary>A call that has not come by then does not come.</summary>
    private static readonly TimeSpan ReceiveWithin = TimeSpan.FromSeconds(60);

    private static readonly RpcLimits Limits = RpcLimits.Default;

    /// <summary>A whole call is in memory before it is read, so few large ones at a time.</summary>
    private readonly SemaphoreSlim _large = new(MostLargeBodies);

    public async Task Answer(HttpContext http)
    {
        if (!http.Request.Path.Equals(Path, StringComparison.Ordinal) && !http.Request.Path.Equals(Path + "/", StringComparison.Ordinal))
        {
            await Refuse(http, StatusCodes.Status404NotFound, "Not Found").ConfigureAwait(false);
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = "POST";
            await Refuse(http, StatusCodes.Status405MethodNotAllowed, "Method Not Allowed").ConfigureAwait(false);
            return;
        }

        if (!gate.IsOpen)
        {
            http.Response.Headers.RetryAfter = "1";
            await Refuse(http, StatusCodes.Status503ServiceUnavailable, "The controller is recovering; try again in a second.").ConfigureAwait(false);
            return;
        }

        var (call, refused) = await Read(http).ConfigureAwait(false);
        var reply = refused ?? await dispatcher.Answer(call!, OriginOf(http), http.RequestAborted).ConfigureAwait(false);
        await Send(http, reply, call?.Method ?? "").ConfigureAwait(false);
    }

    private static Origin OriginOf(HttpContext http) => new("xmlrpc", http.Connection.RemoteIpAddress, http.Connection.LocalPort, http.TraceIdentifier);

    /// <summary>The call; or why it is not read any further, with as much of it as was.</summary>
    private async Task<(RpcCall? Call, Reply? Refused)> Read(HttpContext http)
    {
        var length = http.Request.ContentLength;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
            most.MaxRequestBodySize = Limits.MaxBytes + 1L;
        if (length > Limits.MaxBytes)
            return Unreadable($"It is longer than {Limits.MaxBytes} bytes.");

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadline.CancelAfter(ReceiveWithin);
        var large = length is null or > LargeBody;
        try
        {
            if (large)
            {
                var (opening, wrong, done) = await XmlRpcReader.PeekAsync(http.Request.BodyReader, OpeningBytes, Limits, deadline.Token).ConfigureAwait(false);
                large = !done;
                var refused = !large ? null : wrong is not null
                    ? new Reply.Fault(wrong)
                    : await dispatcher.Stranger(opening!, OriginOf(http), deadline.Token).ConfigureAwait(false);
                if (refused is not null)
                {
                    http.Response.Headers.Connection = "close";
                    return (opening, refused);
                }
            }

            if (large)
                await _large.WaitAsync(deadline.Token).ConfigureAwait(false);
            try
            {
                var (call, fault) = await XmlRpcReader.ReadAsync(http.Request.BodyReader, Limits, deadline.Token).ConfigureAwait(false);
                return (call, fault is null ? null : new Reply.Fault(fault));
            }
            finally
            {
                if (large)
                    _large.Release();
            }
        }
        catch (BadHttpRequestException e)
        {
            return Unreadable(e.Message);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return Unreadable($"It did not come within {ReceiveWithin.TotalSeconds:0} s.");
        }

        (RpcCall?, Reply?) Unreadable(string why)
        {
            http.Response.Headers.Connection = "close";
            return (null, new Reply.Fault(RpcFault.Unreadable(why)));
        }
    }

    private async Task Send(HttpContext http, Reply reply, string method)
    {
        http.Response.ContentType = "text/xml; charset=utf-8";
        if (reply is Reply.Xml { Document: var document })
        {
            await (document.Ready is { } ready ? Send(http, ready) : Send(http, document, method)).ConfigureAwait(false);
            return;
        }

        var whole = new ArrayBufferWriter<byte>(1024);
        reply.WriteTo(whole, method);
        await End(http, whole).ConfigureAwait(false);
    }

    /// <summary>Copies what is ready-made, at the client's pace: in few large blocks, since each block asked for and each one sent has its price.</summary>
    private static async Task Send(HttpContext http, ReadyMade document)
    {
        var length = XmlRpcWriter.FrameLength + document.Length;
        http.Response.ContentLength = length;
        if (length <= Piece)
        {
            var whole = new ArrayBufferWriter<byte>((int)length);
            XmlRpcWriter.StartDocument(whole);
            foreach (var piece in document.Pieces())
                whole.Write(piece.Span);
            XmlRpcWriter.EndDocument(whole);
            await http.Response.BodyWriter.WriteAsync(whole.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        await http.Response.StartAsync(http.RequestAborted).ConfigureAwait(false);
        var body = http.Response.BodyWriter;
        XmlRpcWriter.StartDocument(body);
        var (block, filled) = (body.GetMemory(Piece), 0);
        foreach (var piece in document.Pieces())
            for (var left = piece; !left.IsEmpty;)
            {
                var taken = Math.Min(left.Length, block.Length - filled);
                left.Span[..taken].CopyTo(block.Span[filled..]);
                (left, filled) = (left[taken..], filled + taken);
                if (filled < block.Length)
                    continue;
                body.Advance(filled);
                if ((await body.FlushAsync(http.RequestAborted).ConfigureAwait(false)).IsCompleted)
                    return;
                (block, filled) = (body.GetMemory(Piece), 0);
            }

        body.Advance(filled);
        XmlRpcWriter.EndDocument(body);
        await body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    private async Task Send(HttpContext http, Document document, string method)
    {
        var pending = new ArrayBufferWriter<byte>(4096);
        try
        {
            XmlRpcWriter.StartDocument(pending);
            using (var escaping = new XmlEscaping(pending))
            using (var writer = new DocumentWriter(escaping))
                foreach (var _ in document.Pieces(writer))
                {
                    if (pending.WrittenCount < Piece)
                        continue;
                    await http.Response.BodyWriter.WriteAsync(pending.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
                    pending.ResetWrittenCount();
                }

            XmlRpcWriter.EndDocument(pending);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Half an answer may be on its way: the client must see that it is not whole.
            log.LogError(e, "the document of {Method} could not be written", method);
            http.Abort();
            return;
        }

        await End(http, pending).ConfigureAwait(false);
    }

    private static async Task End(HttpContext http, ArrayBufferWriter<byte> pending)
    {
        if (!http.Response.HasStarted)
            http.Response.ContentLength = pending.WrittenCount;
        await http.Response.BodyWriter.WriteAsync(pending.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }

    private static Task Refuse(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync($"<html><head><title>{status}</title></head><body><p>{status} {text}</p></body></html>\n");
    }
}
