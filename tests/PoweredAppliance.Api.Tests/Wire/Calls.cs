using System.Buffers;
using System.Text;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Tests.Wire;

internal static class Calls
{
    public static string Of(string method, params string[] values) =>
        $"<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>"
        + string.Concat(values.Select(v => $"<param><value>{v}</value></param>")) + "</params></methodCall>";

    public static (RpcCall? Call, RpcFault? Fault) Read(string xml) => Read(Encoding.UTF8.GetBytes(xml));

    public static (RpcCall? Call, RpcFault? Fault) Read(byte[] body, RpcLimits? limits = null) =>
        XmlRpcReader.Read(new ReadOnlySequence<byte>(body), limits ?? RpcLimits.Default);

    /// <summary>The one value of a call that must be readable.</summary>
    public static RpcValue Value(string xml)
    {
        var (call, fault) = Read(Of("m", xml));
        Assert.Null(fault);
        return Assert.Single(call!.Values);
    }

    /// <summary>The same bytes in segments of that size.</summary>
    public static ReadOnlySequence<byte> InPieces(byte[] bytes, int size)
    {
        if (bytes.Length == 0)
            return default;

        var first = new Segment(bytes.AsMemory(0, Math.Min(size, bytes.Length)), 0);
        var last = first;
        for (var at = size; at < bytes.Length; at += size)
            last = last.Append(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
