using System.Text.Json;
using System.Text.Json.Nodes;
using PoweredAppliance.Core.Hardware;

namespace PoweredAppliance.Core.Tests.Hardware;

public sealed class ProfileFileTests
{
    private static readonly string Folder = Find();
    private static readonly JsonElement Rules = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "schema.json"))).RootElement;

    public static TheoryData<string> Files() => new(Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileName(f)).Where(f => f != "schema.json"));

    internal static IReadOnlyList<HardwareProfile> All() =>
        [.. Files().Select(f => HardwareProfile.Parse(File.ReadAllText(Path.Combine(Folder, f)), f))];

    [Theory, MemberData(nameof(Files))]
    public void A_profile_keeps_the_schema(string file) =>
        Assert.Empty(Schema.Violations(Rules, JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file))).RootElement));

    [Theory, MemberData(nameof(Files))]
    public void A_profile_is_read_and_its_figures_agree_with_each_other(string file)
    {
        var profile = HardwareProfile.Parse(File.ReadAllText(Path.Combine(Folder, file)), file);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), profile.Name);
        if (profile.Numa.IsEmpty)
            return;
        Assert.Equal(profile.Sockets * profile.CoresPerSocket * profile.ThreadsPerCore, profile.Numa.Sum(c => c.Cpus));
        Assert.Equal(profile.MemoryMib, profile.Numa.Sum(c => c.MemoryMib));
        Assert.InRange(profile.Reserved.CpuPercent, 0, profile.Numa.Sum(c => c.Cpus) * 100 - 1);
        Assert.InRange(profile.Reserved.MemoryMib, 0, profile.MemoryMib!.Value - 1);
    }

    [Fact]
    public void Six_models_and_generic_are_there()
    {
        var names = All().Select(p => p.Name).ToList();
        Assert.Contains(HardwareProfile.Generic, names);
        Assert.True(names.Count >= 7, string.Join(" ", names));
    }

    [Theory]
    [InlineData("fencing", """{"kind":"telnet"}""", "telnet")]
    [InlineData("overcommit", """{"cpu":0.5,"memory":1}""", "0.5")]
    [InlineData("sockets", "0", "0")]
    [InlineData("sockets", "\"two\"", "sockets")]
    [InlineData("reserved", """{"cpuPercent":-1,"memoryMib":0}""", "negative")]
    [InlineData("turbo", "true", "turbo")]
    public void A_bad_field_is_refused_by_the_reader_and_by_the_schema_and_named(string field, string value, string said)
    {
        var text = With(field, value);
        var refusal = Assert.Throws<BadProfileException>(() => HardwareProfile.Parse(text, "bad.json"));
        Assert.StartsWith("bad.json: field ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Schema.Violations(Rules, JsonDocument.Parse(text).RootElement));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("match")]
    [InlineData("reserved")]
    [InlineData("fencing")]
    public void A_missing_field_is_named(string field)
    {
        var text = With(field, null);
        Assert.Contains(field, Assert.Throws<BadProfileException>(() => HardwareProfile.Parse(text, "bad.json")).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Schema.Violations(Rules, JsonDocument.Parse(text).RootElement));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"name\":")]
    public void Text_that_is_no_profile_is_refused_with_the_files_name(string text) =>
        Assert.StartsWith("bad.json: ", Assert.Throws<BadProfileException>(() => HardwareProfile.Parse(text, "bad.json")).Message, StringComparison.Ordinal);

    /// <summary>generic.json with one field set, or removed.</summary>
    private static string With(string field, string? value)
    {
        var profile = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "generic.json")))!.AsObject();
        profile.Remove(field);
        if (value is not null)
            profile[field] = JsonNode.Parse(value);
        return profile.ToJsonString();
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "hw-profiles", "schema.json")))
                return Path.Combine(folder.FullName, "hw-profiles");
        }

        throw new InvalidOperationException("hw-profiles/ is not above the tests");
    }
}
