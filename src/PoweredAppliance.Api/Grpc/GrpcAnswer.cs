using System.Buffers;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using PoweredAppliance.Api.Xml;

namespace PoweredAppliance.Api.Grpc;

/// <summary>What a call is answered with: a ResponseID or a ResponseXML, messages of one field, number 1.</summary>
internal abstract record GrpcAnswer
{
    private const int Field = 1;

    /// <summary>ResponseID: <c>int32 oid = 1</c></summary>
    public sealed record Id(int Number) : GrpcAnswer;

    /// <summary>ResponseXML: <c>string xml = 1</c>, a text that is there</summary>
    public sealed record Text(string Whole) : GrpcAnswer;

    /// <summary>ResponseXML: <c>string xml = 1</c>, a document to be written</summary>
    public sealed record Xml(Document Document) : GrpcAnswer;

    public byte[] Message() => this switch
    {
        Id { Number: var number } => Write(CodedOutputStream.ComputeInt32Size(number), output =>
        {
            output.WriteTag(Field, WireFormat.WireType.Varint);
            output.WriteInt32(number);
        }),
        Text { Whole: var text } => Delimited(Encoding.UTF8.GetBytes(text)),
        Xml { Document: var document } => Delimited(Bytes(document)),
        _ => throw new InvalidOperationException($"an answer of type {GetType().Name} is no message"),
    };

    public static GrpcAnswer OfXml(int number) => new Text(number.ToString(CultureInfo.InvariantCulture));

    private static byte[] Delimited(ReadOnlySpan<byte> content)
    {
        var message = new byte[1 + CodedOutputStream.ComputeLengthSize(content.Length) + content.Length];
        var head = new CodedOutputStream(message);
        head.WriteTag(Field, WireFormat.WireType.LengthDelimited);
        head.WriteLength(content.Length);
        head.Flush();
        content.CopyTo(message.AsSpan(message.Length - content.Length));
        return message;
    }

    private static byte[] Write(int size, Action<CodedOutputStream> write)
    {
        var message = new byte[1 + size];
        var output = new CodedOutputStream(message);
        write(output);
        output.Flush();
        return message;
    }

    private static ReadOnlySpan<byte> Bytes(Document document)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        document.WriteTo(bytes);
        return bytes.WrittenSpan;
    }
}
