using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace PoweredAppliance.Conformance;

/// <summary>OpenNebula's gRPC as its clients speak it: a message is written field by field, and read by its one field.</summary>
public sealed class GrpcCaller(int port) : IDisposable
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}", new() { MaxReceiveMessageSize = null });

    /// <summary>The message of the answer.</summary>
    /// <exception cref="RpcException">any other status than OK</exception>
    public async Task<byte[]> Raw(string service, string name, byte[] message, TimeSpan? within = null)
    {
        var method = new Method<byte[], byte[]>(MethodType.Unary, service, name, Bytes, Bytes);
        using var call = _channel.CreateCallInvoker().AsyncUnaryCall(
            method, null, new(deadline: DateTime.UtcNow + (within ?? Lab.Daemon.Until.Patience)), message);
        return await call;
    }

    public async Task<int> Id(string service, string name, params object[] fields)
    {
        var input = new CodedInputStream(await Raw(service, name, Message(fields)));
        return input.ReadTag() switch
        {
            0 => 0,
            0x08 => input.ReadInt32(),
            var other => throw new InvalidOperationException($"{service}/{name} answered with tag {other}"),
        };
    }

    public async Task<string> Xml(string service, string name, params object[] fields)
    {
        var input = new CodedInputStream(await Raw(service, name, Message(fields)));
        Assert.Equal(0x0Au, input.ReadTag());
        return input.ReadString();
    }

    /// <summary>The status that the call ends with, which is not OK.</summary>
    public async Task<Status> Refused(string service, string name, byte[] message, TimeSpan? within = null) =>
        (await Assert.ThrowsAsync<RpcException>(() => Raw(service, name, message, within))).Status;

    /// <summary>Fields from 1 on; a long is written as sint32 is, an int as int32.</summary>
    public static byte[] Message(params object[] fields)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            for (var i = 0; i < fields.Length; i++)
            {
                output.WriteTag(i + 1, fields[i] is string ? WireFormat.WireType.LengthDelimited : WireFormat.WireType.Varint);
                switch (fields[i])
                {
                    case string text:
                        output.WriteString(text);
                        break;
                    case int number:
                        output.WriteInt32(number);
                        break;
                    case long number:
                        output.WriteSInt32((int)number);
                        break;
                    case bool flag:
                        output.WriteBool(flag);
                        break;
                    default:
                        throw new ArgumentException($"{fields[i].GetType()} is no type of these messages", nameof(fields));
                }
            }

        return bytes.ToArray();
    }

    public void Dispose() => _channel.Dispose();
}
