using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PoweredAppliance.Conformance;

/// <summary>An answer as it stood on the wire. Fault: its code and text; else the items of the array.</summary>
public sealed record Reply(int? FaultCode, string? FaultText, IReadOnlyList<(string Type, string Text)> Items)
{
    public bool Ok => FaultCode is null && Items is [("boolean", "1"), ..];
    public string Value => Items[1].Text;
    public int Id => int.Parse(Value, CultureInfo.InvariantCulture);
    public int Code => int.Parse(Items[2].Text, CultureInfo.InvariantCulture);
    public XElement Document => XElement.Parse(Value);
    public override string ToString() => FaultCode is { } code ? $"fault {code}: {FaultText}" : string.Join(" | ", Items.Select(i => $"{i.Type} {i.Text}"));
}

/// <summary>Plain XML-RPC over HTTP, as OpenNebula's tools speak it.</summary>
public sealed class Caller(int port, string session)
{
    private readonly HttpClient _http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = Lab.Daemon.Until.Patience };

    public Caller As(string other) => new(port, other);

    public Task<Reply> Call(string method, params object[] arguments) => Raw(Write(method, [session, .. arguments]));

    public Task<Reply> Bare(string method, params object[] arguments) => Raw(Write(method, arguments));

    public Task<Reply> Raw(string body) => Raw(new StringContent(body, Encoding.UTF8, "text/xml"));

    /// <summary>The types of the method's parameters behind the session, as the server describes them.</summary>
    public async Task<string[]> Parameters(string method) =>
        [.. (await Post(new StringContent(Write("system.methodSignature", [method]), Encoding.UTF8, "text/xml"))).Descendants("string").Select(t => t.Value).Skip(2)];

    public async Task<Reply> Raw(HttpContent body)
    {
        var xml = await Post(body);
        if (xml.Element("fault") is { } fault)
        {
            var members = fault.Descendants("member").ToDictionary(m => m.Element("name")!.Value, m => m.Element("value")!.Value);
            return new(int.Parse(members["faultCode"], CultureInfo.InvariantCulture), members["faultString"], []);
        }

        var value = xml.Element("params")!.Element("param")!.Element("value")!;
        var data = value.Element("array")?.Element("data");
        return new(null, null, [.. (data?.Elements("value") ?? [value]).Select(v => v.Elements().FirstOrDefault() is { } typed
            ? (typed.Name.LocalName, typed.Value)
            : ("string", v.Value))]);
    }

    private async Task<XElement> Post(HttpContent body)
    {
        using var response = await _http.PostAsync("/RPC2", body);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        var xml = XDocument.Parse(await response.Content.ReadAsStringAsync()).Root!;
        Assert.Equal("methodResponse", xml.Name.LocalName);
        return xml;
    }

    public Task<HttpResponseMessage> Http(HttpRequestMessage request) => _http.SendAsync(request);

    public static string Write(string method, IEnumerable<object> arguments)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\"?><methodCall><methodName>").Append(method).Append("</methodName><params>");
        foreach (var argument in arguments)
        {
            xml.Append("<param><value>").Append(argument switch
            {
                int n => $"<i4>{n.ToString(CultureInfo.InvariantCulture)}</i4>",
                bool b => $"<boolean>{(b ? 1 : 0)}</boolean>",
                double d => $"<double>{d.ToString(CultureInfo.InvariantCulture)}</double>",
                string s => $"<string>{System.Security.SecurityElement.Escape(s)}</string>",
                int[] ids => $"<array><data>{string.Concat(ids.Select(i => $"<value><i4>{i}</i4></value>"))}</data></array>",
                _ => throw new ArgumentException($"{argument.GetType()} has no type of XML-RPC", nameof(arguments)),
            }).Append("</value></param>");
        }

        return xml.Append("</params></methodCall>").ToString();
    }
}
