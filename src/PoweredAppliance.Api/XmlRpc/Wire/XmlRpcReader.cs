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

    public static (RpcCall? Call, RpcFault? Fault) Read(ReadOnlySequence<byte> body, RpcLimits limits)
    {
        if (body.Length > limits.MaxBytes)
            return (null, RpcFault.Unreadable($"It is longer than {limits.MaxBytes} bytes."));

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
            return (new CallReading(xml, stream, limits).Call(), null);
        }
        catch (NotACallException e)
        {
            return (null, RpcFault.Unreadable(e.Message));
        }
        catch (XmlException e)
        {
            return (null, RpcFault.Unreadable($"Not well-formed at line {e.LineNumber}, column {e.LinePosition}."));
        }
        catch (ArgumentException)
        {
            // The decoders of XmlReader throw these for bytes that are nothing in the declared encoding.
            return (null, RpcFault.Unreadable("Not well-formed: bytes that the encoding does not have."));
        }
    }

    internal sealed class NotACallException(string why) : Exception(why);
}
