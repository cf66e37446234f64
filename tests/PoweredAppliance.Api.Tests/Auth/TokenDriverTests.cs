using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PoweredAppliance.Api.Auth.Drivers;

namespace PoweredAppliance.Api.Auth;

public sealed class TokenDriverTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly RSA _key = RSA.Create(2048), _other = RSA.Create(2048);
    private readonly string _folder = Directory.CreateTempSubdirectory("powered-ca-").FullName;

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<Proof> Prove(IAuthDriver driver, string user, string? stored, string secret, string? target = null) =>
        driver.Prove(new(user, stored, secret, target, Now), CancellationToken.None);

    [Fact]
    public async Task A_token_of_the_users_ssh_key_is_right_until_it_expires()
    {
        var (driver, stored) = (new SshTokens(), Tokens.PublicKey(_key));
        var proof = await Prove(driver, "alice", stored, Tokens.Ssh(_key, "alice", Now.AddHours(1)));
        Assert.True(proof.IsRight, proof.Why);
        Assert.Equal(Now.AddHours(1), proof.Until);
        string[] wrong =
        [
            Tokens.Ssh(_key, "alice", Now), Tokens.Ssh(_key, "bob", Now.AddHours(1)), Tokens.Ssh(_other, "alice", Now.AddHours(1)),
            "", "no base64 !", Convert.ToBase64String(new byte[256]), Convert.ToBase64String(new byte[12]), stored,
        ];
        foreach (var secret in wrong)
            Assert.False((await Prove(driver, "alice", stored, secret)).IsRight, secret);
        Assert.False((await Prove(driver, "alice", null, Tokens.Ssh(_key, "alice", Now.AddHours(1)))).IsRight);
        Assert.NotNull(driver.Store("no-key").Why);
        Assert.Equal(stored, driver.Store(stored).Stored);
    }

    /// <summary>Made once by OpenNebula's own SshAuth and ServerCipherAuth under Ruby 3.1.</summary>
    [Fact]
    public async Task Tokens_that_OpenNebulas_own_code_made_are_right()
    {
        var before = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);
        Assert.True((await new SshTokens().Prove(new("alice", Made.SshPublicKey, Made.SshToken, null, before), CancellationToken.None)) is { IsRight: true } ssh
            && ssh.Until == DateTimeOffset.FromUnixTimeSeconds(2_000_000_000));
        var session = Made.ServerSession.Split(':');
        Assert.Equal(["serveradmin", "alice"], session[..2]);
        Assert.True((await new ServerCipher().Prove(new("serveradmin", ServerCipher.StoredOf("shared-secret"), session[2], "alice", before), CancellationToken.None)).IsRight);
        await File.WriteAllTextAsync(Path.Combine(_folder, "own.0"), Made.Certificate);
        var x509 = await new X509Tokens(new(_folder)).Prove(new("alice", Made.Subject, Made.X509Token, null, before), CancellationToken.None);
        Assert.True(x509.IsRight, x509.Why);
    }

    [Fact]
    public async Task A_server_acts_for_the_user_that_its_token_names_and_for_no_other()
    {
        var (driver, stored) = (new ServerCipher(), ServerCipher.StoredOf("shared"));
        Assert.True((await Prove(driver, "serveradmin", stored, Tokens.Server("shared", "serveradmin", "alice", Now.AddMinutes(5)), "alice")).IsRight);
        (string Secret, string Target)[] wrong =
        [
            (Tokens.Server("shared", "serveradmin", "alice", Now.AddMinutes(5)), "oneadmin"), (Tokens.Server("shared", "serveradmin", "alice", Now), "alice"),
            (Tokens.Server("another", "serveradmin", "alice", Now.AddMinutes(5)), "alice"), (Tokens.Server("shared", "other", "alice", Now.AddMinutes(5)), "alice"), ("AAAA", "alice"), ("", ""),
        ];
        foreach (var (secret, target) in wrong)
            Assert.False((await Prove(driver, "serveradmin", stored, secret, target)).IsRight, secret);
        Assert.NotNull(driver.Store("a plain password").Why);
    }

    [Fact]
    public async Task A_certificate_of_a_trusted_authority_lets_its_subject_in()
    {
        using var authority = Authority(_other);
        using var certificate = Issue(authority, "CN=alice, O=ACME Corp, C=ES", serial: 7);
        var driver = new X509Tokens(new(_folder));
        const string Stored = "/C=ES/O=ACME\\20Corp/CN=alice";
        var token = Tokens.X509(_key, "alice", Now.AddHours(1), certificate);
        Assert.False((await Prove(driver, "alice", Stored, token)).IsRight); // nobody is trusted yet
        await File.WriteAllTextAsync(Path.Combine(_folder, "acme.pem"), authority.ExportCertificatePem());

        var proof = await Prove(driver, "alice", Stored, token);
        Assert.True(proof.IsRight, proof.Why);
        Assert.True((await Prove(driver, "alice", $"/CN=other|{Stored}", token)).IsRight);
        Assert.False((await Prove(driver, "alice", "/CN=alice", token)).IsRight);
        Assert.False((await Prove(driver, "bob", Stored, token)).IsRight);
        Assert.False((await Prove(driver, "alice", Stored, Tokens.X509(_other, "alice", Now.AddHours(1), certificate))).IsRight);
        Assert.False((await Prove(driver, "alice", Stored, Tokens.X509(_key, "alice", Now, certificate))).IsRight);

        using var own = new CertificateRequest("CN=alice, O=ACME Corp, C=ES", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Now.AddDays(-1), Now.AddYears(1));
        Assert.False((await Prove(driver, "alice", Stored, Tokens.X509(_key, "alice", Now.AddHours(1), own))).IsRight);
        Assert.False((await Prove(driver, "alice", Stored, Tokens.X509(_key, "alice", Now.AddHours(1), own, authority))).IsRight);
    }

    [Fact]
    public async Task A_certificate_that_its_authority_has_revoked_lets_nobody_in()
    {
        using var authority = Authority(_other);
        using var certificate = Issue(authority, "CN=alice", serial: 7);
        var driver = new X509Tokens(new(_folder));
        await File.WriteAllTextAsync(Path.Combine(_folder, "acme.0"), authority.ExportCertificatePem());
        var token = Tokens.X509(_key, "alice", Now.AddHours(1), certificate);

        await File.WriteAllBytesAsync(Path.Combine(_folder, "acme.r0"), List(authority, serial: 8));
        Assert.True((await Prove(driver, "alice", "/CN=alice", token)) is { IsRight: true });
        await File.WriteAllBytesAsync(Path.Combine(_folder, "acme.r0"), List(authority, serial: 7));
        Assert.Contains("revoked", (await Prove(driver, "alice", "/CN=alice", token)).Why, StringComparison.Ordinal);

        using var impostor = Authority(_key);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "acme.r0"), List(impostor, serial: 9));
        Assert.Contains("not signed", (await Prove(driver, "alice", "/CN=alice", token)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_a_certificate_acts_for_the_user_that_its_token_names()
    {
        using var certificate = new CertificateRequest("CN=sunstone", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Now.AddDays(-1), Now.AddYears(1));
        var file = Path.Combine(_folder, "server.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        var driver = new ServerX509(file);
        string Token(RSA key, string target) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(
            Convert.ToBase64String(Tokens.EncryptWithPrivateKey(key, $"serveradmin:{target}:{Now.AddMinutes(5).ToUnixTimeSeconds()}"))));
        Assert.True((await Prove(driver, "serveradmin", "/CN=sunstone", Token(_key, "alice"), "alice")).IsRight);
        Assert.False((await Prove(driver, "serveradmin", "/CN=sunstone", Token(_key, "alice"), "bob")).IsRight);
        Assert.False((await Prove(driver, "serveradmin", "/CN=sunstone", Token(_other, "alice"), "alice")).IsRight);
        Assert.False((await Prove(driver, "serveradmin", "/CN=other", Token(_key, "alice"), "alice")).IsRight);
    }

    private static X509Certificate2 Authority(RSA key)
    {
        var request = new CertificateRequest("C=ES, O=ACME Corp, CN=authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
    }

    private X509Certificate2 Issue(X509Certificate2 authority, string subject, byte serial) =>
        new CertificateRequest(subject, _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Create(authority, Now.AddDays(-1), Now.AddDays(30), [serial]);

    private static byte[] List(X509Certificate2 authority, byte serial)
    {
        var list = new CertificateRevocationListBuilder();
        list.AddEntry([serial]);
        using var key = authority.GetRSAPrivateKey()!;
        return list.Build(authority.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), 1, Now.AddDays(30), HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromIssuerNameAndSerialNumber(authority.SubjectName, authority.SerialNumberBytes.Span));
    }
}
