using System.Text.RegularExpressions;

namespace PoweredAppliance.Api.Auth.Drivers;

public enum LdapEncryption
{
    None,
    StartTls,
    Ldaps,
}

/// <summary>A directory, by the words of OpenNebula's ldap_auth.conf.</summary>
public sealed record LdapServer
{
    public required string Name { get; init; }
    public string Host { get; init; } = "localhost";
    public int Port { get; init; } = 389;
    public LdapEncryption Encryption { get; init; }

    /// <summary>Folder with the authorities (PEM) that its certificate may come from; empty: the machine's.</summary>
    public string CaFolder { get; init; } = "";

    /// <summary>Who looks people up; empty: nobody (anonymously).</summary>
    public string User { get; init; } = "";
    public string Password { get; init; } = "";
    public required string Base { get; init; }

    /// <summary>Whoever is not in it does not come in; empty: all may.</summary>
    public string Group { get; init; } = "";
    public string GroupBase { get; init; } = "";
    public string UserField { get; init; } = "cn";
    public string UserGroupField { get; init; } = "dn";
    public string GroupField { get; init; } = "member";

    /// <summary>Groups stand in a person's memberOf; else groups are searched for him.</summary>
    public bool Rfc2307Bis { get; init; } = true;

    /// <summary>The attribute of a group's template that has the DN of its group in the directory.</summary>
    public string MappingKey { get; init; } = "GROUP_DN";

    /// <summary>The group of those who are in no mapped one; null: they do not come in.</summary>
    public int? MappingDefault { get; init; } = 1;

    /// <summary>Whoever is in it administers all of his groups; empty: nobody.</summary>
    public string GroupAdminGroupDn { get; init; } = "";
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>
/// Which directories are asked about a name. Each entry of <see cref="Order"/> is a group of servers of which the first that answers
/// decides; the next entry is asked when it says no. With <see cref="ByName"/> the first pattern that fits the name chooses the group, and
/// what it captures is the name there.
/// </summary>
public sealed record LdapSettings(IReadOnlyList<IReadOnlyList<LdapServer>> Order, IReadOnlyList<(Regex Name, IReadOnlyList<LdapServer> Servers)> ByName)
{
    public (string Name, IReadOnlyList<IReadOnlyList<LdapServer>> Servers) For(string name)
    {
        foreach (var (pattern, servers) in ByName)
            if (pattern.Match(name) is { Success: true } match)
                return (match.Groups.Count > 1 && match.Groups[1].Success ? match.Groups[1].Value : name, [servers]);
        return (name, Order);
    }
}
