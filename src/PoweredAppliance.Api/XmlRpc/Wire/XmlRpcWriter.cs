using System.Buffers;
using System.Globalization;
using System.Text;

namespace PoweredAppliance.Api.XmlRpc.Wire;

/// <summary>Writes answers as UTF-8. A success is an array of three (true, the value, 0); a failure one of five (false,
/// the text, the code, the object's id or -1, the replication index); a fault is XML-RPC's own.</summary>
public static class XmlRpcWriter
{
    private static ReadOnlySpan<byte> Head => "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse>"u8;

    private static ReadOnlySpan<byte> ArrayStart => "<params><param><value><array><data>"u8;

    private static ReadOnlySpan<byte> ArrayEnd => "</data></array></value></param></params></methodResponse>"u8;

    private static ReadOnlySpan<byte> SuccessStart => "<value><boolean>1</boolean></value>"u8;

    private static ReadOnlySpan<byte> SuccessEnd => "<value><i4>0</i4></value>"u8;

    private static ReadOnlySpan<byte> StringStart => "<value><string>"u8;

    private static ReadOnlySpan<byte> StringEnd => "</string></value>"u8;

    /// <summary>A value that stands alone: a number, a text, or for a few methods a boolean.</summary>
    public static void WriteSuccess(IBufferWriter<byte> to, RpcValue value)
    {
        StartSuccess(to);
        Value(to, value);
        EndSuccess(to);
    }

    /// <summary>A document, which <paramref name="write"/> puts as plain UTF-8 into the writer that it is
    /// given.</summary>
    public static void WriteSuccess<T>(IBufferWriter<byte> to, T document, Action<IBufferWriter<byte>, T> write)
    {
        StartDocument(to);
        using (var escaping = new XmlEscaping(to))
            write(escaping, document);
        EndDocument(to);
    }

    /// <summary>Of what stands before and behind a document.</summary>
    public static int FrameLength { get; } = Head.Length + ArrayStart.Length + SuccessStart.Length + StringStart.Length + StringEnd.Length + SuccessEnd.Length + ArrayEnd.Length;

    /// <summary>What stands before a document that is sent in pieces, each through one <see cref="XmlEscaping"/>.</summary>
    public static void StartDocument(IBufferWriter<byte> to)
    {
        StartSuccess(to);
        to.Write(StringStart);
    }

    /// <summary>What stands behind it.</summary>
    public static void EndDocument(IBufferWriter<byte> to)
    {
        to.Write(StringEnd);
        EndSuccess(to);
    }

    public static void WriteFailure(
        IBufferWriter<byte> to, string text, int code, int objectId = -1, long replicationIndex = -1)
    {
        to.Write(Head);
        to.Write(ArrayStart);
        to.Write("<value><boolean>0</boolean></value>"u8);
        Value(to, text);
        Value(to, code);
        Value(to, objectId);
        Value(to, new RpcValue.Long(replicationIndex));
        to.Write(ArrayEnd);
    }

    public static void WriteFault(IBufferWriter<byte> to, RpcFault fault)
    {
        to.Write(Head);
        to.Write("<fault>"u8);
        Value(to, new RpcValue.Struct([new("faultCode", fault.Code), new("faultString", fault.Text)]));
        to.Write("</fault></methodResponse>"u8);
    }

    /// <summary>An answer without OpenNebula's envelope, as the <c>system.*</c> methods of XML-RPC give.</summary>
    public static void WriteBare(IBufferWriter<byte> to, RpcValue value)
    {
        to.Write(Head);
        to.Write("<params><param>"u8);
        Value(to, value);
        to.Write("</param></params></methodResponse>"u8);
    }

    private static void StartSuccess(IBufferWriter<byte> to)
    {
        to.Write(Head);
        to.Write(ArrayStart);
        to.Write(SuccessStart);
    }

    private static void EndSuccess(IBufferWriter<byte> to)
    {
        to.Write(SuccessEnd);
        to.Write(ArrayEnd);
    }

    private static void Value(IBufferWriter<byte> to, RpcValue value)
    {
        switch (value)
        {
            case RpcValue.Text text:
                to.Write(StringStart);
                Escaped(to, text.Value);
                to.Write(StringEnd);
                break;
            case RpcValue.Int { Value: var number }:
                Number(to, "<value><i4>"u8, number, "</i4></value>"u8);
                break;
            case RpcValue.Long { Value: var number }:
                Number(to, "<value><i8>"u8, number, "</i8></value>"u8);
                break;
            case RpcValue.Bool { Value: var yes }:
                Number(to, "<value><boolean>"u8, yes ? 1 : 0, "</boolean></value>"u8);
                break;
            case RpcValue.Double { Value: var number }:
                to.Write("<value><double>"u8);
                Escaped(to, number.ToString("0.#################", CultureInfo.InvariantCulture)); // no exponents
                to.Write("</double></value>"u8);
                break;
            case RpcValue.Array { Items: var items }:
                to.Write("<value><array><data>"u8);
                foreach (var item in items)
                    Value(to, item);
                to.Write("</data></array></value>"u8);
                break;
            case RpcValue.Struct { Members: var members }:
                to.Write("<value><struct>"u8);
                foreach (var (name, member) in members)
                {
                    to.Write("<member><name>"u8);
                    Escaped(to, name);
                    to.Write("</name>"u8);
                    Value(to, member);
                    to.Write("</member>"u8);
                }

                to.Write("</struct></value>"u8);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value, "a value that is never sent");
        }
    }

    private static void Number<T>(IBufferWriter<byte> to, ReadOnlySpan<byte> start, T number, ReadOnlySpan<byte> end)
        where T : IUtf8SpanFormattable
    {
        Span<byte> digits = stackalloc byte[40];
        number.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        to.Write(start);
        to.Write(digits[..length]);
        to.Write(end);
    }

    private static void Escaped(IBufferWriter<byte> to, string text)
    {
        using var escaping = new XmlEscaping(to);
        Encoding.UTF8.GetBytes(text, escaping);
    }
}
