using System.Text.Json.Serialization;
using PoweredAppliance.Cli.Verbs;

namespace PoweredAppliance.Cli;

/// <summary>The one thing that this program prints as JSON and that is not on the wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VersionReport))]
internal sealed partial class CliJson : JsonSerializerContext;
