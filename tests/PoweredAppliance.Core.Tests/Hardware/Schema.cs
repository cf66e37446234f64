using System.Text.Json;
using System.Text.RegularExpressions;

namespace PoweredAppliance.Core.Tests.Hardware;

/// <summary>The keywords of JSON Schema 2020-12 that hw-profiles/schema.json uses; any other keyword is an error of the test.</summary>
internal static class Schema
{
    /// <summary>What is wrong with <paramref name="value"/>, each with its place; empty: nothing.</summary>
    internal static IEnumerable<string> Violations(JsonElement schema, JsonElement value, string at = "$") =>
        schema.EnumerateObject().SelectMany(keyword => Keyword(schema, keyword, value, at));

    private static IEnumerable<string> Keyword(JsonElement schema, JsonProperty keyword, JsonElement value, string at)
    {
        var rule = keyword.Value;
        return keyword.Name switch
        {
            "$schema" or "$id" or "title" or "description" => [],
            "type" => When(!Is(rule.GetString()!, value), $"{at}: {rule} expected, {value.ValueKind} found"),
            "enum" => When(rule.EnumerateArray().All(e => e.ToString() != value.ToString()), $"{at}: {value} is none of {rule}"),
            "pattern" => When(value.ValueKind is JsonValueKind.String && !Regex.IsMatch(value.GetString()!, rule.GetString()!), $"{at}: '{value}' is not like {rule}"),
            "minLength" => When(value.ValueKind is JsonValueKind.String && value.GetString()!.Length < rule.GetInt32(), $"{at}: too short"),
            "minimum" => When(value.ValueKind is JsonValueKind.Number && value.GetDecimal() < rule.GetDecimal(), $"{at}: {value} is less than {rule}"),
            "maximum" => When(value.ValueKind is JsonValueKind.Number && value.GetDecimal() > rule.GetDecimal(), $"{at}: {value} is more than {rule}"),
            "required" => rule.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)).Select(r => $"{at}: {r} is missing"),
            "additionalProperties" => value.EnumerateObject()
                .Where(p => !schema.GetProperty("properties").TryGetProperty(p.Name, out _)).Select(p => $"{at}: {p.Name} is unknown"),
            "properties" => rule.EnumerateObject()
                .SelectMany(p => value.TryGetProperty(p.Name, out var v) ? Violations(p.Value, v, $"{at}.{p.Name}") : []),
            "items" => value.EnumerateArray().SelectMany((v, i) => Violations(rule, v, $"{at}[{i}]")),
            _ => throw new InvalidOperationException($"keyword {keyword.Name} of the schema is not known to this test"),
        };
    }

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind is JsonValueKind.Object,
        "array" => value.ValueKind is JsonValueKind.Array,
        "string" => value.ValueKind is JsonValueKind.String,
        "number" => value.ValueKind is JsonValueKind.Number,
        "integer" => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new InvalidOperationException($"type {type} of the schema is not known to this test"),
    };

    private static IEnumerable<string> When(bool wrong, string what) => wrong ? [what] : [];
}
