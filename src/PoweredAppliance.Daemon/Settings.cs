using System.Globalization;
using Microsoft.Extensions.Configuration;
using YamlDotNet.RepresentationModel;

namespace PoweredAppliance.Daemon;

/// <summary>A setting that is unknown or cannot be: the text names the key and the value.</summary>
public sealed class BadSettingException(string message) : Exception(message);

public sealed record Listen(string Address, int Port);

/// <summary>
/// The daemon's settings: appsettings.json, then DATA/powered.yaml, then POWERED__Section__Key of the environment, then
/// <c>--Section:Key value</c> of the command line; later ones win. POWERED_DATA names the data directory. An unknown key stops the start.
/// </summary>
public sealed record Settings(
    string Data, Listen XmlRpc, Listen Rest, string RemotingHostname, int RemotingPort, IReadOnlyList<string> Seeds, string ConnectionString,
    string DatastorePath, string Acceleration, string ProfilesPath, string SimulatedWorld, int ReadEverySeconds, int SilentAfterSeconds, string ZoneName, string LogLevel,
    int KillAfterEvents)
{
    private static readonly Dictionary<string, string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Data"] = "data directory",
        ["XmlRpc:Address"] = "IP address to listen on for OpenNebula's XML-RPC",
        ["XmlRpc:Port"] = "TCP port, 0: any free one",
        ["Rest:Address"] = "IP address to listen on for REST, console and metrics",
        ["Rest:Port"] = "TCP port, 0: any free one",
        ["Remoting:Hostname"] = "name or address by which other controllers reach this one",
        ["Remoting:Port"] = "TCP port, 0: any free one",
        ["Remoting:Seeds"] = "host:port of controllers to join",
        ["Persistence:ConnectionString"] = "PostgreSQL; empty: SQLite in the data directory",
        ["Hosts:DatastorePath"] = "folder on hosts for their datastores; empty: DATA/datastores",
        ["Hosts:Acceleration"] = "kvm, or tcg: REASON where /dev/kvm does not work",
        ["Hosts:ProfilesPath"] = "folder of hardware profiles; empty: those that came with the daemon",
        ["Hosts:SimulatedWorld"] = "folder in which simulated hosts (sim: addresses) live; empty: DATA/simulated",
        ["Monitoring:ReadEverySeconds"] = "1 to 3600",
        ["Monitoring:SilentAfterSeconds"] = "2 to 3600",
        ["Drill:KillAfterEvents"] = "crash drill: kill -9 oneself when so many events are stored, before they are answered; 0: never",
        ["Zone:Name"] = "name of the zone, used at its first start",
        ["Log:Level"] = "Verbose, Debug, Information, Warning, Error",
    };

    public static Settings Read(string[] args, IReadOnlyDictionary<string, string?> environment)
    {
        var first = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
            .AddInMemoryCollection(FromEnvironment(environment)).AddCommandLine(args).Build();
        var yaml = Path.Combine(first["Data"] ?? "", "powered.yaml");
        var all = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
            .AddInMemoryCollection(File.Exists(yaml) ? FromYaml(yaml) : [])
            .AddInMemoryCollection(FromEnvironment(environment))
            .AddCommandLine(args)
            .Build();
        Check(all);
        return new(
            Path.GetFullPath(Text(all, "Data")), new(Text(all, "XmlRpc:Address"), Number(all, "XmlRpc:Port", 0, 65535)),
            new(Text(all, "Rest:Address"), Number(all, "Rest:Port", 0, 65535)), Text(all, "Remoting:Hostname"), Number(all, "Remoting:Port", 0, 65535),
            [.. all.GetSection("Remoting:Seeds").GetChildren().Select(c => c.Value ?? "").Concat(Text(all, "Remoting:Seeds").Split(',')).Where(s => s.Length > 0)],
            Text(all, "Persistence:ConnectionString"), Text(all, "Hosts:DatastorePath"), Text(all, "Hosts:Acceleration"), Text(all, "Hosts:ProfilesPath"),
            Text(all, "Hosts:SimulatedWorld"), Number(all, "Monitoring:ReadEverySeconds", 1, 3600), Number(all, "Monitoring:SilentAfterSeconds", 2, 3600),
            Text(all, "Zone:Name"), Text(all, "Log:Level"), Number(all, "Drill:KillAfterEvents", 0, int.MaxValue));
    }

    private static void Check(IConfiguration all)
    {
        foreach (var (key, value) in all.AsEnumerable())
        {
            if (value is null || key.StartsWith("Remoting:Seeds:", StringComparison.OrdinalIgnoreCase) || Keys.ContainsKey(key))
                continue;
            throw new BadSettingException($"unknown setting '{key}' (value '{value}'); known are: {string.Join(", ", Keys.Keys)}");
        }
    }

    private static string Text(IConfiguration all, string key) => all[key] ?? "";

    private static int Number(IConfiguration all, string key, int least, int most) =>
        int.TryParse(all[key], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new BadSettingException($"setting '{key}' is '{all[key]}'; it must be {least} to {most} ({Keys[key]})");

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IReadOnlyDictionary<string, string?> environment)
    {
        foreach (var (name, value) in environment)
            if (name.StartsWith("POWERED__", StringComparison.Ordinal))
                yield return new(name["POWERED__".Length..].Replace("__", ":", StringComparison.Ordinal), value);
            else if (name is "POWERED_DATA" && value is { Length: > 0 })
                yield return new("Data", value);
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromYaml(string path)
    {
        var stream = new YamlStream();
        try
        {
            using var text = new StreamReader(path);
            stream.Load(text);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new BadSettingException($"{path} is no YAML: {e.Message}");
        }

        return stream.Documents.Count == 0 ? [] : Flatten(stream.Documents[0].RootNode, "");
    }

    private static IEnumerable<KeyValuePair<string, string?>> Flatten(YamlNode node, string key) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(c => Flatten(c.Value, key.Length == 0 ? $"{c.Key}" : $"{key}:{c.Key}")),
        YamlSequenceNode list => list.Children.SelectMany((c, i) => Flatten(c, $"{key}:{i}")),
        _ => [new(key, ((YamlScalarNode)node).Value)],
    };
}
