using System.Globalization;
using System.Text;

namespace Benchmarks;

/// <summary>A call as it goes over the wire, HTTP head and all, made before the clock runs.</summary>
/// <param name="Kind">the method, for figures of its own</param>
internal sealed record RpcRequest(string Kind, byte[] Bytes)
{
    /// <param name="session"><c>user:secret</c>, put before the arguments</param>
    /// <param name="arguments">int, long, bool, string and arrays of int</param>
    public static RpcRequest Of(Uri endpoint, string session, string method, params object[] arguments) =>
        new(method, Post(endpoint, Encoding.UTF8.GetBytes(Written(method, arguments.Prepend(session)))));

    /// <summary>Without a session, as the <c>system.*</c> methods are called.</summary>
    public static RpcRequest Bare(Uri endpoint, string method, params object[] arguments) =>
        new(method, Post(endpoint, Encoding.UTF8.GetBytes(Written(method, arguments))));

    public byte[] Body => Bytes[(Bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..];

    public static byte[] Post(Uri endpoint, ReadOnlySpan<byte> body) =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST {endpoint.AbsolutePath} HTTP/1.1\r\nHost: {endpoint.Authority}\r\nConnection: keep-alive\r\nContent-Type: text/xml\r\nContent-Length: {body.Length}\r\n\r\n")),
        .. body,
    ];

    private static string Written(string method, IEnumerable<object> arguments)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodCall><methodName>").Append(method).Append("</methodName><params>");
        foreach (var argument in arguments)
        {
            text.Append("<param><value>").Append(argument switch
            {
                int number => string.Create(CultureInfo.InvariantCulture, $"<i4>{number}</i4>"),
                bool yes => $"<boolean>{(yes ? 1 : 0)}</boolean>",
                long number => string.Create(CultureInfo.InvariantCulture, $"<i8>{number}</i8>"),
                int[] ids => $"<array><data>{string.Concat(ids.Select(id => $"<value><i4>{id}</i4></value>"))}</data></array>",
                string s => $"<string>{System.Security.SecurityElement.Escape(s)}</string>",
                _ => throw new ArgumentException($"{argument.GetType()} is no type of OpenNebula's XML-RPC", nameof(arguments)),
            }).Append("</value></param>");
        }

        return text.Append("</params></methodCall>").ToString();
    }
}
