using System.Globalization;
using System.Text;

namespace PoweredAppliance.Conformance;

/// <summary>docs/opennebula-compatibility.md is what a running daemon says of its methods, and nothing else.</summary>
public sealed class CompatibilityTests(Appliance appliance)
{
    /// <summary><c>make docs</c> sets it: the page is written, not compared.</summary>
    private const string Writing = "POWERED_WRITE_DOCS";
    private const string Refused = "is not supported by this version of the appliance", InPart = "is supported in part: ";

    [Fact]
    public async Task The_page_on_compatibility_is_what_the_daemon_says_of_its_methods()
    {
        var page = Render(await Methods());
        var path = Path.Combine(Root(), "docs", "opennebula-compatibility.md");
        if (Environment.GetEnvironmentVariable(Writing) is not null)
            await File.WriteAllTextAsync(path, page, TestContext.Current.CancellationToken);
        Assert.True(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken) == page, $"{path} is not what the daemon says: make docs");
    }

    [Fact]
    public async Task What_is_not_built_says_so_with_an_action_error_and_is_never_a_fake_success()
    {
        foreach (var (name, help) in await Methods())
        {
            if (State(help) is "refused")
            {
                var reply = await appliance.One.Call(name, [.. (await appliance.One.Parameters(name)).Select(Nothing)]);
                Assert.True(reply is { Ok: false, Code: 2048 } && reply.Value.Contains("not supported", StringComparison.Ordinal), $"{name}: {reply}");
            }
        }
    }

    private async Task<List<(string Name, string Help)>> Methods()
    {
        var methods = new List<(string Name, string Help)>();
        foreach (var name in (await appliance.One.Bare("system.listMethods")).Items.Select(i => i.Text).Where(n => n.StartsWith("one.", StringComparison.Ordinal)))
            methods.Add((name, (await appliance.One.Bare("system.methodHelp", name)).Items.Single().Text));
        return methods;
    }

    private static string Render(List<(string Name, string Help)> methods)
    {
        var (works, part, refused) = (methods.Count(m => State(m.Help) is "works"), methods.Count(m => State(m.Help) is "partial"), methods.Count(m => State(m.Help) is "refused"));
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            # OpenNebula's methods

            Made by `make docs` from what a running daemon says of itself; a test holds it to that. Of the {methods.Count} XML-RPC methods of
            OpenNebula 7.4, {works} work, {part} work in part, {refused} are refused with OpenNebula's error ACTION (2048), never with a success that did nothing.
            The same words are in `system.methodHelp`.

            """));
        foreach (var family in methods.GroupBy(m => string.Join('.', m.Name.Split('.')[..2])))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {family.Key}\n\n| method | state | |\n|---|---|---|\n");
            foreach (var (name, help) in family)
                text.Append(CultureInfo.InvariantCulture, $"| {name[(family.Key.Length + 1)..]} | {State(help)} | {Missing(help)} |\n");
        }

        return text.ToString();
    }

    private static string State(string help) =>
        help.Contains(Refused, StringComparison.Ordinal) ? "refused" : help.Contains(InPart, StringComparison.Ordinal) ? "partial" : "works";

    private static string Missing(string help) => State(help) switch
    {
        "partial" => help[(help.IndexOf(InPart, StringComparison.Ordinal) + InPart.Length)..],
        "refused" when help.Contains("between OpenNebula's daemons", StringComparison.Ordinal) => "between OpenNebula's daemons",
        _ => "",
    };

    private static object Nothing(string type) => type switch
    {
        "string" => "",
        "boolean" => false,
        "array" => Array.Empty<int>(),
        _ => -1,
    };

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PoweredAppliance.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is in no source tree");
        return folder.FullName;
    }
}
