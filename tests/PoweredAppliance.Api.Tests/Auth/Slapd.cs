using System.Diagnostics;
using System.DirectoryServices.Protocols;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Api.Auth;

/// <summary>Debian's slapd on a free port of the loopback with a folder of its own; three people, two groups.</summary>
public sealed class Slapd : IAsyncLifetime
{
    public const string Base = "dc=example,dc=com", Admin = $"cn=admin,{Base}", AdminPassword = "directory-secret";
    public const string Developers = $"cn=developers,ou=groups,{Base}", Leads = $"cn=leads,ou=groups,{Base}";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("powered-slapd-").FullName;
    private Process? _process;

    public int Port { get; } = Ports.Free();

    /// <summary>Folder with the authority of its certificate.</summary>
    public string Authorities => Path.Combine(_folder, "ca");

    public static string PasswordOf(string uid) => $"{uid}-password";

    public static string Dn(string uid) => $"uid={uid},ou=people,{Base}";

    public async ValueTask InitializeAsync()
    {
        const string Program = "/usr/sbin/slapd";
        Assert.SkipUnless(File.Exists(Program), "slapd is not installed (scripts/setup installs it)");
        Directory.CreateDirectory(Path.Combine(_folder, "db"));
        Directory.CreateDirectory(Authorities);
        WriteCertificates();
        await File.WriteAllTextAsync(Path.Combine(_folder, "slapd.conf"), $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            moduleload memberof
            pidfile {_folder}/slapd.pid
            TLSCACertificateFile {_folder}/ca/ca.pem
            TLSCertificateFile {_folder}/server.pem
            TLSCertificateKeyFile {_folder}/server.key
            database mdb
            suffix "{Base}"
            rootdn "{Admin}"
            rootpw {AdminPassword}
            directory {_folder}/db
            overlay memberof

            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["-f", Path.Combine(_folder, "slapd.conf"), "-h", $"ldap://127.0.0.1:{Port}", "-d", "0"]) { RedirectStandardError = true })!;
        for (var since = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            Assert.False(_process.HasExited, $"slapd ended with {(_process.HasExited ? _process.ExitCode : 0)}");
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, "slapd does not answer");
            using var directory = new LdapConnection(new LdapDirectoryIdentifier("127.0.0.1", Port)) { AuthType = AuthType.Basic, Timeout = Patience };
            directory.SessionOptions.ProtocolVersion = 3;
            try
            {
                directory.Bind(new NetworkCredential(Admin, AdminPassword));
            }
            catch (LdapException)
            {
                continue; // not listening yet
            }

            Fill(directory);
            return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void Fill(LdapConnection directory)
    {
        void Add(string dn, string objectClass, params (string Name, string Value)[] attributes) => directory.SendRequest(new AddRequest(
            dn, [new DirectoryAttribute("objectClass", objectClass), .. attributes.Select(a => new DirectoryAttribute(a.Name, a.Value))]));
        Add(Base, "domain", ("dc", "example"));
        Add($"ou=people,{Base}", "organizationalUnit", ("ou", "people"));
        Add($"ou=groups,{Base}", "organizationalUnit", ("ou", "groups"));
        foreach (var uid in new[] { "ann", "ben", "odd*name" })
            Add(Dn(uid), "inetOrgPerson", ("uid", uid), ("cn", uid), ("sn", uid), ("userPassword", PasswordOf(uid)));
        Add(Developers, "groupOfNames", ("cn", "developers"), ("member", Dn("ann")));
        Add(Leads, "groupOfNames", ("cn", "leads"), ("member", Dn("ann")));
    }

    private void WriteCertificates()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        File.WriteAllText(Path.Combine(Authorities, "ca.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
