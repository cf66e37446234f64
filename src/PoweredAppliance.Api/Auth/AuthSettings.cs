using System.Net;
using PoweredAppliance.Api.Auth.Drivers;

namespace PoweredAppliance.Api.Auth;

/// <summary>How people and servers prove who they are; docs/authentication.md says what each means.</summary>
public sealed record AuthSettings
{
    /// <summary>Drivers that users may have (OpenNebula's AUTHN); core is always among them.</summary>
    public IReadOnlyList<string> Drivers { get; init; } = ["core", "public", "ssh", "x509", "server_cipher", "server_x509", "ldap", "oidc"];

    /// <summary>Drivers that are asked about names which no user has (OpenNebula's DEFAULT_AUTH); who is right becomes a user.</summary>
    public IReadOnlyList<string> DefaultDrivers { get; init; } = [];

    /// <summary>How long what a driver other than core has accepted holds (OpenNebula's SESSION_EXPIRATION_TIME).</summary>
    public TimeSpan SessionLives { get; init; } = TimeSpan.FromSeconds(900);

    public LockoutSettings Lockouts { get; init; } = LockoutSettings.Default;

    /// <summary>Proxies whose X-Forwarded-For is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Folder of the authorities of x509.</summary>
    public string CertificateFolder { get; init; } = "";

    /// <summary>PEM of the certificate of server_x509; empty: none.</summary>
    public string ServerCertificate { get; init; } = "";

    public LdapSettings? Ldap { get; init; }
    public OidcSettings? Oidc { get; init; }
}
