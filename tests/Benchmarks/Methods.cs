using System.Xml.Linq;

namespace Benchmarks;

/// <summary>
/// Every method that a server lists is called with arguments of the types that it says it takes, and has to answer in OpenNebula's
/// envelope. Those work whose help says neither that they are not supported nor that they are in part. The ids asked for are -1, and
/// the texts empty, so that nothing is changed.
/// </summary>
internal static class Methods
{
    private const int Authentication = 256;

    public static async Task Run((Uri Uri, string Session)? other)
    {
        await using var endpoint = await Endpoint.Open(other);
        using var http = new HttpClient();
        var (answering, working) = (0, 0);
        foreach (var method in (await Bare("system.listMethods")).Descendants("string").Select(s => s.Value).Where(n => n.StartsWith("one.", StringComparison.Ordinal)).ToList())
        {
            var types = (await Bare("system.methodSignature", method)).Descendants("data").Last().Elements("value").Select(v => v.Value).Skip(2);
            var answer = await Post(endpoint.Call(method, [.. types.Select(Nothing)]));
            if (Wrong(method, answer) is { } why)
                Console.WriteLine($"  {method}: {why}");
            else
                answering++;
            var help = (await Bare("system.methodHelp", method)).Value;
            working += help.Contains("not supported", StringComparison.Ordinal) || help.Contains("in part", StringComparison.Ordinal) ? 0 : 1;
        }

        Figure.Print("methods_answering", answering, "methods");
        Figure.Print("methods_working", working, "methods");

        Task<XElement> Bare(string method, params object[] arguments) => Post(RpcRequest.Bare(endpoint.Uri, method, arguments));

        async Task<XElement> Post(RpcRequest request)
        {
            using var body = new ByteArrayContent(request.Body);
            using var response = await http.PostAsync(endpoint.Uri, body);
            return XElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        }
    }

    private static object Nothing(string type) => type switch
    {
        "string" => "",
        "boolean" => false,
        "array" => Array.Empty<int>(),
        "i8" => -1L,
        _ => -1,
    };

    /// <summary>Null: the answer is as OpenNebula's are, of three items or five.</summary>
    private static string? Wrong(string method, XElement response)
    {
        if (response.Element("fault") is { } fault)
            return $"a fault, {fault.Value}";
        var items = response.Descendants("data").FirstOrDefault()?.Elements("value").Select(v => v.Elements().FirstOrDefault() ?? new XElement("string", v.Value)).ToList() ?? [];
        var types = string.Join(' ', items.Select(i => i.Name.LocalName is "int" ? "i4" : i.Name.LocalName));
        return (types, items) switch
        {
            ("boolean i4 i4" or "boolean string i4", [{ Value: "1" }, _, { Value: "0" }]) => null,
            ("boolean string i4 i4 i8", [{ Value: "0" }, { Value: var text }, { Value: var code }, ..]) when text.StartsWith($"[{method}] ", StringComparison.Ordinal) =>
                int.Parse(code) is Authentication ? "it did not take the session" : null,
            _ => $"items {types}",
        };
    }
}
