using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;

namespace Benchmarks;

/// <summary>OpenNebula's answer: the value's text, or the error's with its code.</summary>
internal sealed record XmlRpcReply(bool Ok, string Value, int Code)
{
    public int Id => int.Parse(Value, CultureInfo.InvariantCulture);
}

/// <summary>OpenNebula's XML-RPC as its tools speak it, over at most <paramref name="connections"/> connections that stay open.</summary>
/// <param name="session"><c>user:secret</c></param>
internal sealed class XmlRpcClient(Uri endpoint, string session, int connections) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections,
        UseProxy = false,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
    })
    { Timeout = TimeSpan.FromSeconds(60) };

    /// <param name="arguments">int, bool and string; the session is put before them</param>
    public async Task<XmlRpcReply> Call(string method, params object[] arguments)
    {
        using var content = new ByteArrayContent(Write(method, session, arguments));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/xml") { CharSet = "utf-8" };
        using var response = await _http.PostAsync(endpoint, content);
        if (!response.IsSuccessStatusCode)
            throw new BenchmarkException($"{method} was answered with HTTP {(int)response.StatusCode} by {endpoint}");
        await using var body = await response.Content.ReadAsStreamAsync();
        return Read(body, method);
    }

    public void Dispose() => _http.Dispose();

    internal static byte[] Write(string method, string session, object[] arguments)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodCall><methodName>").Append(method)
            .Append("</methodName><params>");
        foreach (var argument in arguments.Prepend(session))
        {
            text.Append("<param><value>").Append(argument switch
            {
                int number => string.Create(CultureInfo.InvariantCulture, $"<i4>{number}</i4>"),
                bool yes => $"<boolean>{(yes ? 1 : 0)}</boolean>",
                string s => $"<string>{System.Security.SecurityElement.Escape(s)}</string>",
                _ => throw new ArgumentException($"{argument.GetType()} is no type of OpenNebula's XML-RPC", nameof(arguments)),
            }).Append("</value></param>");
        }

        return Encoding.UTF8.GetBytes(text.Append("</params></methodCall>").ToString());
    }

    /// <summary>Answers are flat: the text of every scalar in order is success, value, code.</summary>
    internal static XmlRpcReply Read(Stream body, string method)
    {
        using var xml = XmlReader.Create(body, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false });
        var scalars = new List<string>(5);
        var isFault = false;
        while (xml.Read())
        {
            if (xml.NodeType is not XmlNodeType.Element)
                continue;
            isFault |= xml.Name == "fault";
            if (xml.Name is "string" or "i4" or "int" or "i8" or "boolean")
                scalars.Add(xml.ReadElementContentAsString());
            while (xml.NodeType is XmlNodeType.Element && xml.Name is "string" or "i4" or "int" or "i8" or "boolean")
                scalars.Add(xml.ReadElementContentAsString());
        }

        if (isFault || scalars.Count < 3)
            throw new BenchmarkException($"{method} was answered with {(isFault ? "a fault" : "no array of three")}: {string.Join(", ", scalars)}");
        return new(scalars[0] == "1", scalars[1], int.Parse(scalars[2], CultureInfo.InvariantCulture));
    }
}
