using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PoweredAppliance.Core.Flows;

/// <summary>Reads the JSON of services and their templates; tools write numbers as texts, too.</summary>
public static class FlowJson
{
    public static string? Text(JsonObject from, string name) => from[name] is JsonValue value && value.GetValueKind() is JsonValueKind.String
        ? value.GetValue<string>()
        : null;

    public static long? Long(JsonObject from, string name) => Long(from[name]);

    private static long? Long(JsonNode? from) => from is JsonValue value
        && long.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static int? Number(JsonObject from, string name) => Long(from, name) is >= int.MinValue and <= int.MaxValue and var number ? (int)number : null;

    /// <summary>Without what is no number.</summary>
    public static IEnumerable<int> Numbers(JsonObject from, string name) =>
        (from[name] as JsonArray ?? []).Select(Long).Where(n => n is >= 0 and <= int.MaxValue).Select(n => (int)n!.Value);

    /// <summary>False where it is not there.</summary>
    public static bool Flag(JsonObject from, string name) =>
        from[name] is JsonValue value && string.Equals(value.ToString(), "true", StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<JsonObject> Objects(JsonObject from, string name) => (from[name] as JsonArray ?? []).OfType<JsonObject>();

    public static IEnumerable<string> Texts(JsonObject from, string name) =>
        (from[name] as JsonArray ?? []).OfType<JsonValue>().Select(v => v.ToString());

    /// <summary>One JSON object, nothing beside it, no name twice.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonObject? made, [NotNullWhen(false)] out string? wrong)
    {
        try
        {
            made = JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false, MaxDepth = 32 }) as JsonObject;
            wrong = made is null ? "it is JSON, but no object" : null;
        }
        catch (JsonException e)
        {
            (made, wrong) = (null, e.Message);
        }

        return wrong is null;
    }
}
