using System.Globalization;
using System.Text.RegularExpressions;
using PoweredAppliance.Api.Auth.Drivers;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PoweredAppliance.Daemon;

/// <summary>
/// OpenNebula's ldap_auth.conf: YAML whose keys begin with a colon, a section a server, and <c>:order:</c> or <c>:match_user_regex:</c>.
/// What OpenNebula needs only for its mapping file (mapping_generate, mapping_timeout, mapping_filename) is passed over: groups are
/// looked up as they are now. Beyond OpenNebula: <c>:encryption: :start_tls</c> and <c>:ca_folder:</c>.
/// </summary>
internal static class LdapFile
{
    private static readonly HashSet<string> PassedOver = ["mapping_generate", "mapping_timeout", "mapping_filename", "auth_method"];
    private static readonly TimeSpan MatchWithin = TimeSpan.FromSeconds(1);

    /// <exception cref="BadSettingException">The text names the file, the server and the key.</exception>
    public static LdapSettings Read(string path)
    {
        YamlMappingNode root;
        try
        {
            using var text = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(text);
            root = yaml.Documents is [{ RootNode: YamlMappingNode map }, ..] ? map : throw new BadSettingException($"{path} has no servers");
        }
        catch (Exception e) when (e is YamlException or IOException or UnauthorizedAccessException)
        {
            throw new BadSettingException($"{path} (Auth:LdapFile) cannot be read: {e.Message}");
        }

        var parts = root.Children.ToDictionary(c => Word(c.Key), c => c.Value, StringComparer.Ordinal);
        var servers = parts.Where(p => p.Key is not ("order" or "match_user_regex"))
            .ToDictionary(p => p.Key, p => Server(path, p.Key, p.Value as YamlMappingNode ?? throw new BadSettingException($"{path}: {p.Key} is no server")), StringComparer.Ordinal);
        IReadOnlyList<LdapServer> Named(YamlNode node) =>
        [
            .. (node is YamlSequenceNode list ? list.Children : [node]).Select(n => Word(n))
                .Select(name => servers.GetValueOrDefault(name) ?? throw new BadSettingException($"{path}: there is no server '{name}'")),
        ];
        return (parts.GetValueOrDefault("order"), parts.GetValueOrDefault("match_user_regex")) switch
        {
            (YamlSequenceNode order, null) => new([.. order.Children.Select(Named)], []),
            (null, YamlMappingNode names) => new([], [.. names.Children.Select(c => (Pattern(path, ((YamlScalarNode)c.Key).Value!), Named(c.Value)))]),
            _ => throw new BadSettingException($"{path} must have either :order: (a list) or :match_user_regex: (a mapping)"),
        };
    }

    private static Regex Pattern(string path, string pattern)
    {
        try
        {
            return new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MatchWithin);
        }
        catch (ArgumentException e)
        {
            throw new BadSettingException($"{path}: '{pattern}' is no pattern: {e.Message}");
        }
    }

    private static LdapServer Server(string path, string name, YamlMappingNode node)
    {
        var server = new LdapServer { Name = name, Base = "" };
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in node.Children)
        {
            var (key, value) = (Word(keyNode), valueNode is YamlScalarNode scalar ? scalar.Value ?? "" : throw new BadSettingException($"{path}: {name}: {Word(keyNode)} must be one value"));
            given.Add(key);
            server = key switch
            {
                "host" => server with { Host = value },
                "port" => server with { Port = Number(path, name, key, value, 1, 65_535) },
                "encryption" => server with { Encryption = Encryption(path, name, value) },
                "ca_folder" => server with { CaFolder = value },
                "user" => server with { User = value },
                "password" => server with { Password = value },
                "base" => server with { Base = value },
                "group" => server with { Group = value },
                "group_base" => server with { GroupBase = value },
                "user_field" => server with { UserField = value },
                "user_group_field" => server with { UserGroupField = value },
                "group_field" => server with { GroupField = value },
                "rfc2307bis" => server with { Rfc2307Bis = value is "true" || (value is not "false" ? throw new BadSettingException($"{path}: {name}: rfc2307bis must be true or false, it is '{value}'") : false) },
                "mapping_key" => server with { MappingKey = value },
                "mapping_default" => server with { MappingDefault = value is "false" or "" or "~" ? null : Number(path, name, key, value, 0, int.MaxValue) },
                "group_admin_group_dn" => server with { GroupAdminGroupDn = value },
                "timeout" => server with { Timeout = TimeSpan.FromSeconds(Number(path, name, key, value, 1, 300)) },
                _ when PassedOver.Contains(key) => server,
                _ => throw new BadSettingException($"{path}: {name} has an unknown key '{key}'"),
            };
        }

        if (server.Base.Length == 0)
            throw new BadSettingException($"{path}: {name} has no :base:");
        return server.Encryption is LdapEncryption.Ldaps && !given.Contains("port") ? server with { Port = 636 } : server;
    }

    private static LdapEncryption Encryption(string path, string name, string value) => value.TrimStart(':') switch
    {
        "simple_tls" => LdapEncryption.Ldaps,
        "start_tls" => LdapEncryption.StartTls,
        _ => throw new BadSettingException($"{path}: {name}: encryption must be :simple_tls or :start_tls, it is '{value}'"),
    };

    private static int Number(string path, string name, string key, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new BadSettingException($"{path}: {name}: {key} must be {least} to {most}, it is '{value}'");

    /// <summary>Ruby's symbols begin with a colon.</summary>
    private static string Word(YamlNode node) => ((node as YamlScalarNode)?.Value ?? "").TrimStart(':');
}
