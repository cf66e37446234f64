using System.Text.Json;
using System.Text.Json.Nodes;

namespace PoweredAppliance.Core.Templates;

/// <summary>
/// Templates as OpenNebula's JSON tools write them: a single attribute is a text, a vector an object of texts, and what comes more than
/// once an array.
/// </summary>
public static class TemplateJson
{
    /// <summary>Ends where the template ends: an object.</summary>
    /// <param name="wanted">null: every attribute</param>
    public static JsonObject Write(Template template, Func<string, bool>? wanted = null)
    {
        var made = new JsonObject();
        foreach (var group in template.Attributes.Where(a => wanted is null || wanted(a.Name)).GroupBy(a => a.Name, StringComparer.Ordinal))
            made[group.Key] = group.ToArray() is [var one] ? Value(one) : new JsonArray([.. group.Select(Value)]);
        return made;
    }

    public static JsonNode Write(VectorAttribute vector)
    {
        var made = new JsonObject();
        foreach (var (key, value) in vector.Pairs)
            made[key] = value;
        return made;
    }

    /// <summary>Numbers and booleans are taken as the texts that they are written with.</summary>
    /// <returns>Null with a reason that names the attribute, where one is neither text, number, boolean, object nor an array of them.</returns>
    public static (Template? Template, Refusal? Why) Read(JsonObject from, string field)
    {
        var attributes = new List<TemplateAttribute>();
        foreach (var (name, value) in from)
            foreach (var one in value is JsonArray many ? [.. many] : new[] { value })
                try
                {
                    attributes.Add(one is JsonObject vector
                        ? VectorAttribute.Of(name, [.. vector.Select(p => (p.Key, Text(p.Value) ?? throw new FormatException($"{p.Key} is no text")))])
                        : new SingleAttribute(name, Text(one) ?? throw new FormatException("it is no text and no object of texts")));
                }
                catch (Exception e) when (e is FormatException or ArgumentException)
                {
                    return (null, Refusal.Bad($"{field}/{name}", one?.ToJsonString(), $"{field}/{name} cannot be an attribute of a template: {e.Message}"));
                }

        return (Template.Of(attributes), null);
    }

    private static JsonNode Value(TemplateAttribute attribute) => attribute is VectorAttribute vector ? Write(vector) : JsonValue.Create(((SingleAttribute)attribute).Value)!;

    private static string? Text(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
        JsonValueKind.Null or null => "",
        _ => null,
    };
}
