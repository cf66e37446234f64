using System.Buffers;
using System.IO.Pipelines;
using System.Xml;

namespace PoweredAppliance.Api.XmlRpc.Wire;

/// <summary>Reads a method call. The encoding is what the byte order mark or the XML declaration say, else UTF-8.
/// Whatever the bytes are, the answer is a call or a fault, in time and memory that the limits bound.</summary>
public static class XmlRpcReader
{
    /// <summary>Reads a body to its end and then the call in it. Stops reading as soon as the body is over the
    /// limit.</summary>
    public static async ValueTask<(RpcCall? Call, RpcFault? Fault)> ReadAsync(
        PipeReader body, RpcLimits limits, CancellationToken stop)
    {
        while (true)
        {
            var result = await body.ReadAsync(stop);
            var buffer = result.Buffer;
            if (result.IsCompleted || buffer.Length > limits.MaxBytes)
            {
                var read = Read(buffer, limits);
                body.AdvanceTo(buffer.End);
                return read;
            }

            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Reads no more of a body than its method and first value, which stay in it to be read again. A fault: they are not in its
    /// first <paramref name="within"/> bytes. Done: the whole body is not longer than that.</summary>
    public static async ValueTask<(RpcCall? Opening, RpcFault? Fault, bool Done)> PeekAsync(PipeReader body, int within, RpcLimits limits, CancellationToken stop)
    {
        while (true)
        {
            var result = await body.ReadAsync(stop);
            var buffer = result.Buffer;
            if (!result.IsCompleted && buffer.Length < within)
            {
                body.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            var (opening, fault) = Parse(
                buffer.Slice(0, Math.Min(within, buffer.Length)), limits, reading => reading.Opening(), $"Its session does not come within its first {within} bytes.");
            var done = result.IsCompleted && buffer.Length <= within;
            body.AdvanceTo(buffer.Start);
            return (opening, fault, done);
        }
    }

    public static (RpcCall? Call, RpcFault? Fault) Read(ReadOnlySequence<byte> body, RpcLimits limits) => body.Length > limits.MaxBytes
        ? (null, RpcFault.Unreadable($"It is longer than {limits.MaxBytes} bytes."))
        : Parse(body, limits, reading => reading.Call());

    /// <param name="cut">the fault's text where the bytes end too early; null: they are all there are</param>
    private static (RpcCall? Call, RpcFault? Fault) Parse(ReadOnlySequence<byte> body, RpcLimits limits, Func<CallReading, RpcCall> read, string? cut = null)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            MaxCharactersInDocument = limits.MaxBytes,
        };
        try
        {
            var stream = new SequenceStream(body) { Allowance = CallReading.MaxMarkup };
            using var xml = XmlReader.Create(stream, settings);
            return (read(new CallReading(xml, stream, limits)), null);
        }
        catch (NotACallException e)
        {
            return (null, RpcFault.Unreadable(e.Message));
        }
        catch (XmlException e)
        {
            return (null, RpcFault.Unreadable(cut ?? $"Not well-formed at line {e.LineNumber}, column {e.LinePosition}."));
        }
        catch (ArgumentException)
        {
            // The decoders of XmlReader throw these for bytes that are nothing in the declared encoding.
            return (null, RpcFault.Unreadable("Not well-formed: bytes that the encoding does not have."));
        }
    }

    internal sealed class NotACallException(string why) : Exception(why);
}
