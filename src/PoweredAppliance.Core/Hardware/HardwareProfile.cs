using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PoweredAppliance.Core.Hardware;

/// <summary>A profile that cannot be read: names the file, the field and what is wrong with it.</summary>
public sealed class BadProfileException(string message) : Exception(message);

/// <summary>SMBIOS manufacturer and product name; * and ? stand for any.</summary>
public sealed record ProfileMatchRule(string Vendor, string Product);

public sealed record ProfileCell(int Cpus, long MemoryMib);

public sealed record ProfileNic(string Model, int Ports, int Gigabits);

public sealed record ProfileDisk(string Kind, long SizeGib, int Count);

/// <param name="VendorId">PCI ids, four hexadecimal digits</param>
public sealed record ProfileGpu(string Model, string VendorId, string DeviceId, long MemoryMib, int Count);

/// <summary>What the host keeps for itself; 100 cpuPercent is one core.</summary>
public sealed record ProfileReserve(int CpuPercent, long MemoryMib);

public sealed record ProfileOvercommit(decimal Cpu, decimal Memory);

/// <param name="Kind">ipmi, redfish or none</param>
public sealed record ProfileFencing(string Kind);

/// <summary>A server model as a partner certified it (hw-profiles/NAME.json; hw-profiles/schema.json). What is null or empty is not promised.</summary>
public sealed record HardwareProfile(
    string Name, string Description, ProfileMatchRule Match, ProfileReserve Reserved, ProfileOvercommit Overcommit, ProfileFencing Fencing)
{
    public const string Generic = "generic";

    /// <summary>For editors: where the schema lies.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }
    public int? Sockets { get; init; }
    public int? CoresPerSocket { get; init; }
    public int? ThreadsPerCore { get; init; }
    public string? CpuModel { get; init; }
    public ImmutableArray<ProfileCell> Numa { get => field.IsDefault ? [] : field; init; } = [];
    public long? MemoryMib { get; init; }
    public ImmutableArray<ProfileNic> Nics { get => field.IsDefault ? [] : field; init; } = [];
    public ImmutableArray<ProfileDisk> Disks { get => field.IsDefault ? [] : field; init; } = [];
    public ImmutableArray<ProfileGpu> Gpus { get => field.IsDefault ? [] : field; init; } = [];
    public string? FirmwareMinimum { get; init; }

    /// <param name="file">for messages</param>
    /// <exception cref="BadProfileException"/>
    public static HardwareProfile Parse(string json, string file)
    {
        HardwareProfile profile;
        try
        {
            profile = JsonSerializer.Deserialize(json, ProfileJson.Default.HardwareProfile)
                ?? throw new BadProfileException($"{file}: it is empty");
        }
        catch (JsonException e)
        {
            throw new BadProfileException($"{file}: field {e.Path ?? "?"}: {e.Message}");
        }

        foreach (var (field, wrong) in Wrong(profile))
            throw new BadProfileException($"{file}: field {field}: {wrong}");
        return profile;
    }

    private static IEnumerable<(string Field, string Wrong)> Wrong(HardwareProfile p)
    {
        foreach (var (field, there) in new (string, object?)[]
        {
            ("name", p.Name), ("description", p.Description), ("match", p.Match), ("reserved", p.Reserved), ("overcommit", p.Overcommit), ("fencing", p.Fencing),
        })
        {
            if (there is null or "")
                yield return (field, "it is missing");
        }

        if (p.Match is { Vendor.Length: 0 } or { Product.Length: 0 })
            yield return ("match", "vendor and product must not be empty");
        if (p.Reserved is { CpuPercent: < 0 } or { MemoryMib: < 0 })
            yield return ("reserved", "it must not be negative");
        if (p.Overcommit is not { Cpu: >= 1 and <= 16, Memory: >= 1 and <= 4 })
            yield return ("overcommit", $"cpu must be 1 to 16 and memory 1 to 4, they are {p.Overcommit?.Cpu} and {p.Overcommit?.Memory}");
        if (p.Fencing is not { Kind: "ipmi" or "redfish" or "none" })
            yield return ("fencing.kind", $"it must be ipmi, redfish or none, it is '{p.Fencing?.Kind}'");
        foreach (var (field, number) in new (string, long?)[]
        {
            ("sockets", p.Sockets), ("coresPerSocket", p.CoresPerSocket), ("threadsPerCore", p.ThreadsPerCore), ("memoryMib", p.MemoryMib),
        })
        {
            if (number is < 1)
                yield return (field, $"it must be 1 or more, it is {number}");
        }

        foreach (var (field, number) in p.Numa.SelectMany((c, i) => new[] { ($"numa[{i}].cpus", c.Cpus), ($"numa[{i}].memoryMib", c.MemoryMib) })
            .Concat(p.Nics.SelectMany((n, i) => new[] { ($"nics[{i}].ports", (long)n.Ports), ($"nics[{i}].gigabits", n.Gigabits) }))
            .Concat(p.Disks.SelectMany((d, i) => new[] { ($"disks[{i}].sizeGib", d.SizeGib), ($"disks[{i}].count", d.Count) }))
            .Concat(p.Gpus.SelectMany((g, i) => new[] { ($"gpus[{i}].memoryMib", g.MemoryMib), ($"gpus[{i}].count", g.Count) })))
        {
            if (number < 1)
                yield return (field, $"it must be 1 or more, it is {number}");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HardwareProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
