using System.Security.Cryptography.X509Certificates;
using System.Text;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// As <see cref="ServerCipher"/>, but the text is encrypted with the private key of a certificate that the server has and the
/// appliance knows (base64 of base64, as OpenNebula's server makes it). PASSWORD is that certificate's subject.
/// </summary>
/// <param name="certificateFile">PEM; empty: there is none, and nobody comes in this way</param>
public sealed class ServerX509(string certificateFile) : IAuthDriver
{
    public string Name => "server_x509";
    public bool LetsUsersChangePasswords => false;

    public (string? Stored, Refusal? Why) Store(string password) => StoredText.AsItIs(password);

    public Task<Proof> Prove(Claim claim, CancellationToken stop) => Task.FromResult(Prove(claim));

    private Proof Prove(Claim claim)
    {
        if (certificateFile.Length == 0 || !File.Exists(certificateFile))
            return Proof.Wrong($"the server's certificate '{certificateFile}' (setting Auth:ServerCertificate) is not there");
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        using var key = certificate.GetRSAPublicKey();
        if (key is null || SubjectNames.Of(certificate) != claim.Stored)
            return Proof.Wrong("the server's certificate is not the one of its PASSWORD");
        if (SignedText.FromBase64(claim.Secret) is not { } once || SignedText.FromBase64(Encoding.ASCII.GetString(once)) is not { } signed
            || SignedText.Open(key, signed)?.Split(':') is not [var server, .. var middle, var expires])
            return Proof.Wrong("the token was not made with the server's key");
        if (server != claim.User)
            return Proof.Wrong("the token is another server's");
        if (string.Join(':', middle) != claim.Target)
            return Proof.Wrong("the token is for another user");
        return SignedText.Expiry(expires, claim.Now) is { } until ? new(true, Until: until) : Proof.Wrong("the token has expired");
    }
}
