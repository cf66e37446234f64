using System.Text.RegularExpressions;

namespace Tidy.Rules;

/// <summary>Which room may know which. The drawing in the architecture page, as data.</summary>
public static partial class Arrows
{
    private const string P = "PoweredAppliance.";

    /// <summary>Rooms that hold rules only: no package, no framework, no file, no clock, no dice.</summary>
    public static readonly string[] Pure = [P + "Core", P + "Scheduling", P + "Metering", P + "Subscriptions"];

    private static readonly Dictionary<string, string[]> Drawn = new()
    {
        ["LibvirtSharp"] = [],
        [P + "Core"] = [],
        [P + "Scheduling"] = [P + "Core"],
        [P + "Metering"] = [P + "Core"],
        [P + "Subscriptions"] = [P + "Core", P + "Metering"],
        [P + "Drivers"] = [P + "Core", "LibvirtSharp"],
        [P + "Simulation"] = [P + "Core"],
        [P + "ControlPlane"] = [P + "Core", P + "Scheduling", P + "Metering", P + "Subscriptions"],
        [P + "Client"] = [],
        [P + "Api"] = [P + "Core", P + "ControlPlane", P + "Client"],
        [P + "Console"] = [P + "Client"],
        [P + "Cli"] = [P + "Client"],
    };

    public static IEnumerable<Finding> Check(SourceFile file)
    {
        if (!file.IsProject)
            yield break;

        var room = file.Room;
        var isDaemon = room == P + "Daemon";
        if (file.Under("src") && !isDaemon && !Drawn.ContainsKey(room))
            yield return new(file.Path, 1, $"no such room is drawn: draw '{room}' and its arrows in docs/architecture.md and tests/Tidy first");

        foreach (Match m in Reference().Matches(file.Text))
        {
            var target = Path.GetRelativePath("/", Path.Combine("/", Path.GetDirectoryName(file.Path)!, m.Groups["to"].Value.Replace('\\', '/')));
            var (folder, to) = (target.Split('/')[0], new SourceFile(target, "").Room);
            var line = file.LineOf(m.Index);
            if (file.Under("src") && folder != "src")
                yield return new(file.Path, line, $"{room} -> {to}: what is shipped must not refer to tests or tools; move what it needs to src");
            else if (file.Under("src") && !isDaemon && Drawn.TryGetValue(room, out var may) && !may.Contains(to))
                yield return new(file.Path, line, $"{room} -> {to} is not drawn: {room} may know {(may.Length == 0 ? "nothing" : string.Join(", ", may))}");
            else if (file.Under("tools") && folder != "tools")
                yield return new(file.Path, line, $"{room} -> {to}: a tool knows nothing of the product; give it what it needs as files");
        }

        if (!Pure.Contains(room) || !file.Under("src"))
            yield break;
        foreach (Match m in Outside().Matches(file.Text))
            yield return new(file.Path, file.LineOf(m.Index), $"{room} is pure: no package or framework beside .NET itself; move what needs it to another room");
    }

    [GeneratedRegex("<ProjectReference\\s+Include=\"(?<to>[^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<(PackageReference|FrameworkReference)\\b")]
    private static partial Regex Outside();
}
