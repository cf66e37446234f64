using System.Text.Json;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hardware;

namespace PoweredAppliance.Core.Tests.Hardware;

public sealed class ProfileTests
{
    private const string Good = """
        {"name":"x","description":"d","match":{"vendor":"V","product":"P"},"reserved":{"cpuPercent":0,"memoryMib":0},
         "overcommit":{"cpu":1.0,"memory":1.0},"fencing":{"kind":"none"},"gpus":[{"model":"m","vendorId":"10de","deviceId":"20b0","memoryMib":1,"count":1}]}
        """;

    private static readonly HostFacts Facts = new(
        "h", "Dell Inc.", "PowerEdge R760", "1.10.2", "x86_64", "Xeon", 2000, 2, 16, 2, 6400, 256L << 20, [], "QEMU", "7.2", "kvm", [], [], [], 0, 0);

    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, "hw-profiles")))
                return Path.Combine(at.FullName, "hw-profiles");
        throw new DirectoryNotFoundException("hw-profiles is in no folder above the tests");
    }

    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(Folder(), "*.json").Select(f => Path.GetFileName(f)).Where(f => f != "schema.json").Order(StringComparer.Ordinal)];

    private static JsonElement Schema() => JsonElement.Parse(File.ReadAllText(Path.Combine(Folder(), "schema.json")));

    private static HardwareProfile Profile(string name, string vendor, string product) =>
        HardwareProfile.Parse(Good, "x.json") with { Name = name, Match = new(vendor, product), Gpus = [] };

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_profile_is_read_is_valid_and_has_the_name_of_its_file(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), file));
        Assert.Empty(SchemaCheck.Errors(Schema(), JsonElement.Parse(text)));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), HardwareProfile.Parse(text, file).Name);
    }

    [Fact]
    public void There_are_six_models_and_the_generic_one()
    {
        var names = Files().Select(row => row.Data).ToList();
        Assert.Contains("generic.json", names);
        Assert.True(names.Count >= 7);
    }

    /// <summary>What the daemon refuses the schema refuses as well, so that an editor shows it first.</summary>
    [Theory]
    [InlineData("\"name\":\"x\",", "", "name")]
    [InlineData("\"name\":\"x\"", "\"name\":null", "name")]
    [InlineData("\"description\":\"d\"", "\"description\":\"\"", "description")]
    [InlineData("\"vendor\":\"V\",", "", "vendor")]
    [InlineData("\"product\":\"P\"", "\"product\":\"\"", "match")]
    [InlineData("\"cpuPercent\":0", "\"cpuPercent\":-1", "reserved")]
    [InlineData("\"cpuPercent\":0", "\"cpuPercent\":\"much\"", "reserved.cpuPercent")]
    [InlineData("\"cpu\":1.0", "\"cpu\":17", "overcommit")]
    [InlineData("\"kind\":\"none\"", "\"kind\":\"rope\"", "fencing.kind")]
    [InlineData("\"description\"", "\"sockets\":0,\"description\"", "sockets")]
    [InlineData("\"description\"", "\"colour\":1,\"description\"", "colour")]
    [InlineData("\"count\":1", "\"count\":0", "gpus[0].count")]
    [InlineData("\"model\":\"m\",", "", "model")]
    public void A_bad_profile_names_its_file_and_field(string from, string to, string field)
    {
        Assert.Contains(from, Good, StringComparison.Ordinal);
        var text = Good.Replace(from, to, StringComparison.Ordinal);
        var message = Assert.Throws<BadProfileException>(() => HardwareProfile.Parse(text, "bad.json")).Message;
        Assert.StartsWith("bad.json: field ", message, StringComparison.Ordinal);
        Assert.Contains(field, message, StringComparison.Ordinal);
        Assert.NotEmpty(SchemaCheck.Errors(Schema(), JsonElement.Parse(text)));
        Assert.Empty(SchemaCheck.Errors(Schema(), JsonElement.Parse(Good)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{")]
    public void What_is_no_profile_at_all_names_its_file(string text) => Assert.StartsWith(
        "bad.json: ", Assert.Throws<BadProfileException>(() => HardwareProfile.Parse(text, "bad.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_exact_profile_comes_before_the_wildcard_and_generic_comes_last()
    {
        var (exact, wild, generic) = (Profile("z", "dell inc.", "PowerEdge R760"), Profile("a", "Dell*", "PowerEdge R7?0"), Profile("generic", "*", "*"));
        Assert.Equal("z", ProfileMatch.Of([generic, wild, exact], Facts)?.Profile.Name);
        Assert.Equal("SMBIOS says Dell Inc. PowerEdge R760", ProfileMatch.Of([generic, wild], Facts)?.Why);
        Assert.Equal("a", ProfileMatch.Of([exact, wild, generic], Facts with { Product = "PowerEdge R740" })?.Profile.Name);
        Assert.Equal("no profile is for Dell Inc. Precision", ProfileMatch.Of([exact, wild, generic], Facts with { Product = "Precision" })?.Why);
        Assert.Equal("the machine does not say its model", ProfileMatch.Of([generic], Facts with { Product = "" })?.Why);
        Assert.Equal("an operator chose it", ProfileMatch.Of([exact, wild, generic], Facts, "a")?.Why);
        Assert.Null(ProfileMatch.Of([exact, generic], Facts, "b"));
        Assert.Null(ProfileMatch.Of([], Facts));
    }

    [Fact]
    public void Differences_are_told_in_words_with_both_numbers()
    {
        var profile = Profile("x", "Dell*", "*") with { Sockets = 4, CoresPerSocket = 16, MemoryMib = 524288, CpuModel = "EPYC*", FirmwareMinimum = "1.11" };
        Assert.Equal(
            [
                "sockets: 4 expected, 2 found", "memory: 524288 MiB expected, 262144 MiB found", "processor: EPYC* expected, Xeon found",
                "firmware: 1.11 or newer expected, 1.10.2 found",
            ],
            ProfileMatch.Of([profile], Facts)?.Differences);
        Assert.Empty(ProfileMatch.Of([profile with { Sockets = 2, MemoryMib = 266000, CpuModel = null, FirmwareMinimum = "1.9.9" }], Facts)!.Differences);
    }
}
