using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>What is rare in pictures: JSON of the very types.</summary>
internal static class PictureJson
{
    public static byte[] Bytes(VmChange change) => JsonSerializer.SerializeToUtf8Bytes(change, PictureTypes.Default.VmChange);

    public static VmChange Change(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, PictureTypes.Default.VmChange)!;
}

/// <summary>An array of each attribute's name and value; a vector's value is an array of its keys and values.</summary>
internal sealed class TemplateForm : JsonConverter<Template>
{
    public override Template Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var attributes = ImmutableArray.CreateBuilder<TemplateAttribute>(16);
        while (reader.Read() && reader.TokenType is JsonTokenType.String)
            attributes.Add(VectorForm.Attribute(ref reader));
        return Template.Of(attributes);
    }

    public override void Write(Utf8JsonWriter writer, Template value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var attribute in value.Attributes)
            VectorForm.Write(writer, attribute);
        writer.WriteEndArray();
    }
}

/// <inheritdoc cref="TemplateForm"/>
internal sealed class VectorForm : JsonConverter<VectorAttribute>
{
    public override VectorAttribute Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var vector = (VectorAttribute)Attribute(ref reader);
        reader.Read();
        return vector;
    }

    public override void Write(Utf8JsonWriter writer, VectorAttribute value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        Write(writer, value);
        writer.WriteEndArray();
    }

    internal static TemplateAttribute Attribute(ref Utf8JsonReader reader)
    {
        var name = reader.GetString()!;
        reader.Read();
        if (reader.TokenType is JsonTokenType.String)
            return new SingleAttribute(name, reader.GetString()!);
        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(16);
        while (reader.Read() && reader.TokenType is JsonTokenType.String)
        {
            var key = reader.GetString()!;
            reader.Read();
            pairs.Add(new(key, reader.GetString()!));
        }

        return new VectorAttribute(name, pairs.DrainToImmutable());
    }

    internal static void Write(Utf8JsonWriter writer, TemplateAttribute attribute)
    {
        writer.WriteStringValue(attribute.Name);
        if (attribute is SingleAttribute single)
        {
            writer.WriteStringValue(single.Value);
            return;
        }

        writer.WriteStartArray();
        foreach (var (key, value) in ((VectorAttribute)attribute).Pairs)
        {
            writer.WriteStringValue(key);
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}

/// <summary>An object with the kind of change as its one name.</summary>
internal sealed class ChangeForm : JsonConverter<VmChange>
{
    private static readonly Dictionary<string, Type> Kinds = typeof(VmChange).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(VmChange))).ToDictionary(t => t.Name);

    public override VmChange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var kind = Kinds[reader.GetString()!];
        reader.Read();
        var change = (VmChange)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(kind))!;
        reader.Read();
        return change;
    }

    public override void Write(Utf8JsonWriter writer, VmChange value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(value.GetType().Name);
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
        writer.WriteEndObject();
    }
}

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TemplateForm), typeof(VectorForm), typeof(ChangeForm)])]
[JsonSerializable(typeof(VmChange))]
[JsonSerializable(typeof(VmChange.AttachDisk))]
[JsonSerializable(typeof(VmChange.DetachDisk))]
[JsonSerializable(typeof(VmChange.AttachNic))]
[JsonSerializable(typeof(VmChange.DetachNic))]
[JsonSerializable(typeof(VmChange.UpdateNic))]
[JsonSerializable(typeof(VmChange.CreateSnapshot))]
[JsonSerializable(typeof(VmChange.RevertSnapshot))]
[JsonSerializable(typeof(VmChange.DeleteSnapshot))]
[JsonSerializable(typeof(VmChange.CreateDiskSnapshot))]
[JsonSerializable(typeof(VmChange.RevertDiskSnapshot))]
[JsonSerializable(typeof(VmChange.DeleteDiskSnapshot))]
[JsonSerializable(typeof(VmChange.ResizeDisk))]
[JsonSerializable(typeof(VmChange.SaveDisk))]
[JsonSerializable(typeof(VmChange.Resize))]
[JsonSerializable(typeof(VmChange.Reconfigure))]
[JsonSerializable(typeof(VmChange.Execute))]
[JsonSerializable(typeof(VmChange.CancelExecution))]
internal sealed partial class PictureTypes : JsonSerializerContext;
