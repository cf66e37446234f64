using System.Text.Json;
using System.Text.RegularExpressions;

namespace PoweredAppliance.Core.Tests.Hardware;

/// <summary>As much of JSON Schema as hw-profiles/schema.json uses; a word it does not know is an error, not ignored.</summary>
internal static class SchemaCheck
{
    public static IEnumerable<string> Errors(JsonElement schema, JsonElement value, string at = "")
    {
        foreach (var rule in schema.EnumerateObject())
            foreach (var error in Errors(rule, schema, value))
                yield return error.StartsWith('/') ? at + error : $"{at}: {error}";
    }

    private static IEnumerable<string> Errors(JsonProperty rule, JsonElement schema, JsonElement value)
    {
        switch (rule.Name)
        {
            case "$schema" or "$id" or "title" or "description":
                break;
            case "type":
                if (!Is(rule.Value.GetString()!, value))
                    yield return $"no {rule.Value}";
                break;
            case "enum":
                if (!rule.Value.EnumerateArray().Any(e => JsonElement.DeepEquals(e, value)))
                    yield return $"{value} is none of {rule.Value}";
                break;
            case "pattern":
                if (value.ValueKind is JsonValueKind.String && !Regex.IsMatch(value.GetString()!, rule.Value.GetString()!))
                    yield return $"{value} is not like {rule.Value}";
                break;
            case "minLength":
                if (value.ValueKind is JsonValueKind.String && value.GetString()!.Length < rule.Value.GetInt32())
                    yield return $"shorter than {rule.Value}";
                break;
            case "minimum" or "maximum":
                if (value.ValueKind is JsonValueKind.Number && value.GetDecimal().CompareTo(rule.Value.GetDecimal()) == (rule.Name is "minimum" ? -1 : 1))
                    yield return $"{value} is beyond the {rule.Name} {rule.Value}";
                break;
            case "required":
                foreach (var name in rule.Value.EnumerateArray())
                    if (value.ValueKind is JsonValueKind.Object && !value.TryGetProperty(name.GetString()!, out _))
                        yield return $"/{name}: missing";
                break;
            case "additionalProperties":
                if (value.ValueKind is JsonValueKind.Object && !rule.Value.GetBoolean())
                    foreach (var property in value.EnumerateObject())
                        if (!schema.GetProperty("properties").TryGetProperty(property.Name, out _))
                            yield return $"/{property.Name}: unknown";
                break;
            case "properties":
                foreach (var property in rule.Value.EnumerateObject())
                    if (value.ValueKind is JsonValueKind.Object && value.TryGetProperty(property.Name, out var inner))
                        foreach (var error in Errors(property.Value, inner, $"/{property.Name}"))
                            yield return error;
                break;
            case "items":
                if (value.ValueKind is JsonValueKind.Array)
                    foreach (var (item, i) in value.EnumerateArray().Select((item, i) => (item, i)))
                        foreach (var error in Errors(rule.Value, item, $"/{i}"))
                            yield return error;
                break;
            default:
                throw new NotSupportedException($"the schema says {rule.Name}, which is not checked here");
        }
    }

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind is JsonValueKind.Object,
        "array" => value.ValueKind is JsonValueKind.Array,
        "string" => value.ValueKind is JsonValueKind.String,
        "number" => value.ValueKind is JsonValueKind.Number,
        "integer" => value.ValueKind is JsonValueKind.Number && decimal.IsInteger(value.GetDecimal()),
        _ => throw new NotSupportedException($"the schema's type {type} is not checked here"),
    };
}
