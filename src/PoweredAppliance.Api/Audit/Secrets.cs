using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PoweredAppliance.Api.Audit;

/// <summary>
/// Blanks out what must not get into a log: whatever is called a password, secret, token, private key or credential, and what guests
/// are given to run (it may hold any of them).
/// </summary>
internal static partial class Secrets
{
    public const string Blank = "***";

    private const string Names = "PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_?KEY|CREDENTIAL|START_SCRIPT|USER_?DATA|RECOVERY";

    public static bool IsNameOfOne(string name) => Name().IsMatch(name) || name is "code";

    /// <summary>A template as text or as XML, or any other text: what stands behind such a name is blanked out.</summary>
    public static string BlankedTemplate(string text)
    {
        if (!Name().IsMatch(text))
            return text;
        return Element().Replace(Attribute().Replace(text, m => $"{m.Groups["name"].Value}={Blank}"), m => $"<{m.Groups["name"].Value}>{Blank}</{m.Groups["name"].Value}>");
    }

    /// <summary>A JSON document on one line; empty when it is none.</summary>
    public static string BlankedJson(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            var node = JsonNode.Parse(ref reader);
            return Blanked(node)?.ToJsonString() ?? "";
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // a name that stands twice is found late
        {
            return "";
        }
    }

    private static JsonNode? Blanked(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, IsNameOfOne(p.Key) ? Blank : Blanked(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Blanked)]),
        JsonValue v when v.TryGetValue<string>(out var text) => BlankedTemplate(text),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex(Names, RegexOptions.IgnoreCase)]
    private static partial Regex Name();

    /// <summary>NAME = "value" or NAME = value; a quote that was cut off ends with the text.</summary>
    [GeneratedRegex($"""(?<name>\w*(?:{Names})\w*)\s*=\s*(?:"(?:[^"\\]|\\.)*(?:"|$)|[^\s,\]]*)""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Attribute();

    [GeneratedRegex($"""<(?<name>\w*(?:{Names})\w*)\s*>.*?(?:</\k<name>\s*>|$)""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Element();
}
