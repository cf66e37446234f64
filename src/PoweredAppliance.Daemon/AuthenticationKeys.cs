using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Auth.Drivers;

namespace PoweredAppliance.Daemon;

/// <summary>The settings <c>Auth:*</c>, which docs/authentication.md explains.</summary>
internal static class AuthenticationKeys
{
    private static readonly string[] Known = ["core", "public", "ssh", "x509", "server_cipher", "server_x509", "ldap", "oidc"];
    private static readonly string[] OfDirectories = ["ldap", "oidc"];

    public static readonly IReadOnlyDictionary<string, string> Meanings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["Auth:Drivers"] = $"drivers that users may have, with commas: {string.Join(", ", Known)} (OpenNebula's AUTHN)",
        ["Auth:DefaultDriver"] = "ldap, oidc or both with a comma: asked about names that no user has, who then becomes one (OpenNebula's DEFAULT_AUTH)",
        ["Auth:SessionSeconds"] = "0 to 86400: how long the word of a driver other than core holds",
        ["Auth:FreeAttempts"] = "1 to 1000: wrong credentials for a name from an address before the next has to wait",
        ["Auth:LockoutSeconds"] = "1 to 86400: the longest wait",
        ["Auth:TrustedProxies"] = "addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed, with commas",
        ["Auth:CertificateFolder"] = "folder of the authorities of x509; empty: DATA/certificates",
        ["Auth:ServerCertificate"] = "file, PEM: the certificate of server_x509; empty: none",
        ["Auth:LdapFile"] = "file: OpenNebula's ldap_auth.conf; empty: no LDAP",
        ["Auth:Oidc:Issuer"] = "address of an OpenID Connect provider; empty: none",
        ["Auth:Oidc:Audience"] = "whom the provider's tokens are for",
        ["Auth:Oidc:UserClaim"] = "claim with the user's name",
        ["Auth:Oidc:GroupsClaim"] = "claim with the names of his groups",
        ["Auth:Oidc:DefaultGroup"] = "id of the group of those who are in no mapped one; -1: they do not come in",
    };

    public static AuthSettings Read(IConfiguration all)
    {
        var ldap = Text(all, "Auth:LdapFile");
        var folder = Text(all, "Auth:CertificateFolder");
        var oidc = Oidc(all);
        var defaults = List(all, "Auth:DefaultDriver", OfDirectories);
        if (defaults.Contains("ldap") && ldap.Length == 0)
            throw Bad(all, "Auth:DefaultDriver", "names ldap, and Auth:LdapFile is empty");
        if (defaults.Contains("oidc") && oidc is null)
            throw Bad(all, "Auth:DefaultDriver", "names oidc, and Auth:Oidc:Issuer is empty");
        return new()
        {
            Drivers = List(all, "Auth:Drivers", Known),
            DefaultDrivers = defaults,
            SessionLives = TimeSpan.FromSeconds(Number(all, "Auth:SessionSeconds", 0, 86_400)),
            Lockouts = new(Number(all, "Auth:FreeAttempts", 1, 1000), TimeSpan.FromSeconds(Number(all, "Auth:LockoutSeconds", 1, 86_400))),
            TrustedProxies = [.. Split(Text(all, "Auth:TrustedProxies")).Select(p => Network(p) ?? throw Bad(all, "Auth:TrustedProxies", $"'{p}' is neither an address nor a network"))],
            CertificateFolder = folder.Length > 0 ? folder : Path.Combine(Path.GetFullPath(Text(all, "Data")), "certificates"),
            ServerCertificate = Text(all, "Auth:ServerCertificate"),
            Ldap = ldap.Length > 0 ? LdapFile.Read(ldap) : null,
            Oidc = oidc,
        };
    }

    private static OidcSettings? Oidc(IConfiguration all)
    {
        if (Text(all, "Auth:Oidc:Issuer") is not { Length: > 0 } issuer)
            return null;
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            throw Bad(all, "Auth:Oidc:Issuer", "it must be an https address");
        if (Text(all, "Auth:Oidc:Audience") is not { Length: > 0 } audience)
            throw Bad(all, "Auth:Oidc:Audience", "it must not be empty: any token of the provider would do");
        var group = Number(all, "Auth:Oidc:DefaultGroup", -1, int.MaxValue);
        return new(address, audience, Text(all, "Auth:Oidc:UserClaim"), Text(all, "Auth:Oidc:GroupsClaim"), DefaultGroup: group < 0 ? null : group);
    }

    private static string[] List(IConfiguration all, string key, string[] known)
    {
        var given = Split(Text(all, key));
        return given.FirstOrDefault(g => !known.Contains(g)) is { } stranger
            ? throw Bad(all, key, $"'{stranger}' is none of {string.Join(", ", known)}")
            : given;
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    private static string Text(IConfiguration all, string key) => all[key] ?? "";

    private static int Number(IConfiguration all, string key, int least, int most) =>
        int.TryParse(all[key], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Bad(all, key, $"it must be {least} to {most}");

    private static BadSettingException Bad(IConfiguration all, string key, string why) => new($"setting '{key}' is '{all[key]}'; {why} ({Meanings[key]})");
}
