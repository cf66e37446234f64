using System.Collections.Immutable;
using System.Text;
using System.Xml;
using Google.Protobuf;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Grpc;

/// <summary>A request that is no message of its kind; the text names the field.</summary>
internal sealed class BadMessageException(string message) : FormatException(message);

/// <summary>One call of a gRPC service: how its request is read as a call of XML-RPC. Field 1 is the session, field n+1 the parameter n.</summary>
/// <param name="AnswersXml">a ResponseXML, else a ResponseID</param>
internal sealed record GrpcCall(string Service, string Name, MethodSignature Signature, bool AnswersXml)
{
    private const int Session = 1;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Fields that are absent have proto3's defaults: 0, false, the empty text. Unknown fields are passed over; the last of a
    /// field that is there twice counts.</summary>
    /// <exception cref="BadMessageException">The bytes are no protobuf, or a field is not of its type.</exception>
    public RpcCall Read(byte[] message)
    {
        var values = Signature.Parameters.Select(p => Absent(p.Type)).Prepend("").ToArray();
        var input = new CodedInputStream(message);
        try
        {
            while (input.ReadTag() is var tag and not 0)
                if (WireFormat.GetTagFieldNumber(tag) is var field && field > values.Length)
                    input.SkipLastField();
                else
                    values[field - 1] = Field(input, field, WireFormat.GetTagWireType(tag), values[field - 1]);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new BadMessageException($"The request is no {Service}/{Name}: {e.Message}");
        }

        return new(Signature.Method, [.. values]);
    }

    private RpcValue Field(CodedInputStream input, int field, WireFormat.WireType wire, RpcValue before) =>
        (field == Session ? RpcType.Text : Signature.Parameters[field - 2].Type, wire) switch
        {
            (RpcType.Text, WireFormat.WireType.LengthDelimited) => Text(input.ReadBytes(), field),
            (RpcType.Bool, WireFormat.WireType.Varint) => input.ReadBool(),
            (RpcType.Int, WireFormat.WireType.Varint) => Int(input, field),
            (RpcType.Long, WireFormat.WireType.Varint) => new RpcValue.Long(input.ReadInt64()),
            (RpcType.Ints, WireFormat.WireType.Varint) => new RpcValue.Array([.. ((RpcValue.Array)before).Items, Int(input, field)]),
            (RpcType.Ints, WireFormat.WireType.LengthDelimited) => new RpcValue.Array([.. ((RpcValue.Array)before).Items, .. Packed(input.ReadBytes(), field)]),
            _ => throw Bad(field, $"has wire type {(int)wire}"),
        };

    private IEnumerable<RpcValue> Packed(ByteString bytes, int field)
    {
        var input = bytes.CreateCodedInput();
        while (!input.IsAtEnd)
            yield return Int(input, field);
    }

    /// <summary>XML-RPC's integers have 32 bits; the gRPC interface has some of 64 or without a sign.</summary>
    private RpcValue.Int Int(CodedInputStream input, int field)
    {
        var number = IsZigZag(Signature.Method, Signature.Parameters[field - 2].Name) ? input.ReadSInt64() : input.ReadInt64();
        return number is >= int.MinValue and <= int.MaxValue ? new((int)number) : throw Bad(field, $"is {number}, more than 32 bits");
    }

    private RpcValue Text(ByteString bytes, int field)
    {
        string text;
        try
        {
            text = Strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            throw Bad(field, "is no UTF-8");
        }

        // Whole pairs of surrogates are all that a strict reading lets through.
        if (text.Any(c => !XmlConvert.IsXmlChar(c) && !char.IsSurrogate(c)))
            throw Bad(field, "has a character that XML cannot hold");
        return text;
    }

    /// <summary>Numbers that OpenNebula declares as sint32, mostly those that may be below 0.</summary>
    private static bool IsZigZag(string method, string parameter) => (method.Split('.'), parameter) switch
    {
        ([_, "documentpool", _], _) => false,
        (_, "filter_flag" or "start_id" or "end_id") => true,
        ([_, "vmpool", _], "state" or "seconds") => true,
        ([_, _, "chmod"], not "id") => true,
        ([_, _, "chown"], "user_id" or "group_id") => true,
        ([_, _, "allocate"], "cluster_id") => true,
        ([_, "vm", "deploy" or "migrate"], "ds_id") => true,
        ([_, "vm", "disksaveas"], "snap_id") => true,
        _ => false,
    };

    private static RpcValue Absent(RpcType type) => type switch
    {
        RpcType.Bool => false,
        RpcType.Text => "",
        RpcType.Long => new RpcValue.Long(0),
        RpcType.Ints => RpcValue.Of(),
        _ => 0,
    };

    private BadMessageException Bad(int field, string why) =>
        new($"The request is no {Service}/{Name}: field {field} ({(field == Session ? "session_id" : Signature.Parameters[field - 2].Name)}) {why}");
}
