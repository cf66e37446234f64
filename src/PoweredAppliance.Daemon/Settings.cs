using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Core.Accounting;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Scheduling;
using YamlDotNet.RepresentationModel;

namespace PoweredAppliance.Daemon;

/// <summary>A setting that is unknown or cannot be: the text names the key and the value.</summary>
public sealed class BadSettingException(string message) : Exception(message);

/// <param name="Port">0: nobody listens, or, where it must, on any that is free</param>
public sealed record Listen(string Address, int Port)
{
    public bool IsOn => Port > 0;

    /// <summary>
    /// Off where another program has the port, which is said: OpenNebula's own servers may be on this machine, and what the appliance
    /// cannot do without them is little.
    /// </summary>
    public Listen UnlessTaken(string section)
    {
        if (!IsOn)
            return this;
        try
        {
            using var probe = new TcpListener(IPAddress.Parse(Address), Port);
            probe.Start();
            return this;
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"poweredd: {section} is off: {Address}:{Port} cannot be listened on ({e.Message}); settings {section}:Address and {section}:Port choose another");
            return this with { Port = 0 };
        }
    }
}

/// <summary>
/// The daemon's settings: appsettings.json, then DATA/powered.yaml, then POWERED__Section__Key of the environment, then
/// <c>--Section:Key value</c> of the command line; later ones win. POWERED_DATA names the data directory. An unknown key stops the start.
/// </summary>
public sealed record Settings(
    string Data, Listen XmlRpc, Listen Grpc, Listen Rest, Listen OneFlow, Listen OneGate, string OneGateEndpoint, string RemotingHostname, int RemotingPort, IReadOnlyList<string> Seeds, string ConnectionString,
    string DatastorePath, string Acceleration, string MigrationUri, bool PeerToPeer, string ProfilesPath, string SimulatedWorld, int ReadEverySeconds, int SilentAfterSeconds, string ZoneName, string LogLevel,
    string KillFile, ImmutableArray<string> QuotaVmAttributes, Prices DefaultPrices, AuditSettings Audit, bool PrivateDownloads, AuthSettings Authentication, Policy Placement)
{
    private static readonly Dictionary<string, string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Data"] = "data directory",
        ["XmlRpc:Address"] = "IP address to listen on for OpenNebula's XML-RPC",
        ["XmlRpc:Port"] = "TCP port, 0: any free one",
        ["Grpc:Address"] = "IP address to listen on for OpenNebula's gRPC",
        ["Grpc:Port"] = "TCP port, 0: no gRPC",
        ["Rest:Address"] = "IP address to listen on for REST, console and metrics",
        ["Rest:Port"] = "TCP port, 0: any free one",
        ["OneFlow:Address"] = "IP address to listen on for OpenNebula's OneFlow",
        ["OneFlow:Port"] = "TCP port, 0: none",
        ["OneGate:Address"] = "IP address to listen on for guests (OpenNebula's OneGate)",
        ["OneGate:Port"] = "TCP port, 0: none, and guests get no tokens",
        ["OneGate:Endpoint"] = "where guests find OneGate; empty: http:// and its address and port",
        ["Remoting:Hostname"] = "name or address by which other controllers reach this one",
        ["Remoting:Port"] = "TCP port, 0: any free one",
        ["Remoting:Seeds"] = "host:port of controllers to join",
        ["Persistence:ConnectionString"] = "PostgreSQL; empty: SQLite in the data directory",
        ["Hosts:DatastorePath"] = "folder on hosts for their datastores; empty: DATA/datastores",
        ["Hosts:Acceleration"] = "kvm, or tcg: REASON where /dev/kvm does not work",
        ["Hosts:MigrationUri"] = "where a host takes guests that move to it, {host} and {name} being the host's; empty: its libvirtd says it",
        ["Hosts:PeerToPeer"] = "true: hosts reach one another's libvirtd, and a migration goes on without the controller",
        ["Hosts:ProfilesPath"] = "folder of hardware profiles; empty: those that came with the daemon",
        ["Hosts:SimulatedWorld"] = "folder in which simulated hosts (sim: addresses) live; empty: DATA/simulated",
        ["Images:PrivateAddresses"] = "true: images may be downloaded from servers that are not public; false: only from administrators' marketplaces",
        ["Monitoring:ReadEverySeconds"] = "1 to 3600",
        ["Monitoring:SilentAfterSeconds"] = "2 to 3600",
        ["Drill:KillFile"] = "crash drill: a file that may appear, with the powered_journal_events_total at which to kill -9 oneself before they are answered; empty: never",
        ["Placement:Policy"] = $"which host a VM gets that has no SCHED_RANK: {Policy.Names}",
        ["Placement:Rank"] = "the rank of the policy custom, as in SCHED_RANK; empty for any other",
        ["Quotas:VmAttributes"] = "attributes of VMs that quotas can limit, with commas (OpenNebula's QUOTA_VM_ATTRIBUTE)",
        ["Showback:CpuCost"] = "of a core for an hour, where a VM's template says nothing (OpenNebula's DEFAULT_COST)",
        ["Showback:MemoryCost"] = "of a MB of memory for an hour",
        ["Showback:DiskCost"] = "of a MB of disk for an hour",
        ["Audit:MaxMebibytes"] = "16 to 1048576: room for the audit log, whose oldest entries go when it is full",
        ["Audit:Reads"] = "true or false: whether calls that only look are kept too",
        ["Zone:Name"] = "name of the zone, used at its first start",
        ["Log:Level"] = "Verbose, Debug, Information, Warning, Error",
    };

    /// <summary>More is a slip, and sums of such would not fit.</summary>
    private const decimal MostPrice = 1_000_000_000;

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
            new(Text(all, "Grpc:Address"), Number(all, "Grpc:Port", 0, 65535)),
            new(Text(all, "Rest:Address"), Number(all, "Rest:Port", 0, 65535)),
            new(Text(all, "OneFlow:Address"), Number(all, "OneFlow:Port", 0, 65535)),
            new(Text(all, "OneGate:Address"), Number(all, "OneGate:Port", 0, 65535)), Text(all, "OneGate:Endpoint"),
            Text(all, "Remoting:Hostname"), Number(all, "Remoting:Port", 0, 65535),
            [.. all.GetSection("Remoting:Seeds").GetChildren().Select(c => c.Value ?? "").Concat(Text(all, "Remoting:Seeds").Split(',')).Where(s => s.Length > 0)],
            Text(all, "Persistence:ConnectionString"), Text(all, "Hosts:DatastorePath"), Text(all, "Hosts:Acceleration"), Text(all, "Hosts:MigrationUri"),
            Flag(all, "Hosts:PeerToPeer"), Text(all, "Hosts:ProfilesPath"), Text(all, "Hosts:SimulatedWorld"), Number(all, "Monitoring:ReadEverySeconds", 1, 3600), Number(all, "Monitoring:SilentAfterSeconds", 2, 3600),
            Text(all, "Zone:Name"), Text(all, "Log:Level"), Text(all, "Drill:KillFile"), Attributes(Text(all, "Quotas:VmAttributes")),
            new(Price(all, "Showback:CpuCost"), Price(all, "Showback:MemoryCost"), Price(all, "Showback:DiskCost")),
            new(Path.Combine(Path.GetFullPath(Text(all, "Data")), "audit"), Number(all, "Audit:MaxMebibytes", 16, 1 << 20), Flag(all, "Audit:Reads")),
            Flag(all, "Images:PrivateAddresses"), AuthenticationKeys.Read(all), Placed(Text(all, "Placement:Policy"), Text(all, "Placement:Rank")));
    }

    private static void Check(IConfiguration all)
    {
        foreach (var (key, value) in all.AsEnumerable())
        {
            if (value is null || key.StartsWith("Remoting:Seeds:", StringComparison.OrdinalIgnoreCase) || Keys.ContainsKey(key) || AuthenticationKeys.Meanings.ContainsKey(key))
                continue;
            throw new BadSettingException($"unknown setting '{key}' (value '{value}'); known are: {string.Join(", ", Keys.Keys.Concat(AuthenticationKeys.Meanings.Keys))}");
        }
    }

    private static ImmutableArray<string> Attributes(string text)
    {
        ImmutableArray<string> names = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        return names.Select(QuotaMetrics.Wrong).FirstOrDefault(wrong => wrong is not null) is { } why
            ? throw new BadSettingException($"setting 'Quotas:VmAttributes' is '{text}': {why}")
            : names;
    }

    private static Policy Placed(string name, string rank) => Policy.TryParse(name, rank, out var policy, out var why)
        ? policy
        : throw new BadSettingException($"setting 'Placement:Policy' is '{name}': {why}");

    private static string Text(IConfiguration all, string key) => all[key] ?? "";

    private static bool Flag(IConfiguration all, string key) => bool.TryParse(all[key], out var value)
        ? value
        : throw new BadSettingException($"setting '{key}' is '{all[key]}'; it must be true or false ({Keys[key]})");

    private static decimal Price(IConfiguration all, string key) =>
        decimal.TryParse(all[key], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= MostPrice
            ? value
            : throw new BadSettingException($"setting '{key}' is '{all[key]}'; it must be 0 to {MostPrice} ({Keys[key]})");

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
