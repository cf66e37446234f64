using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// Tokens of <c>oneuser login --x509</c>: base64 of <c>SIGNED:PEM:PEM...</c>, where SIGNED is the base64 of <c>USER:EXPIRES</c>
/// encrypted with the key of the first certificate. PASSWORD is that certificate's subject, or several between <c>|</c>
/// (see <see cref="SubjectNames"/>).
/// </summary>
public sealed class X509Tokens(CertificateAuthorities authorities) : IAuthDriver
{
    private const int MostCertificates = 8;

    public string Name => "x509";
    public bool LetsUsersChangePasswords => false;

    public (string? Stored, Refusal? Why) Store(string password) => StoredText.AsItIs(password);

    public Task<Proof> Prove(Claim claim, CancellationToken stop)
    {
        if (SignedText.FromBase64(claim.Secret) is not { } token
            || Encoding.ASCII.GetString(token).Split(':') is not [var signed, .. { Length: >= 1 and <= MostCertificates } pems])
            return Task.FromResult(Proof.Wrong("the token is not made of a signed text and certificates"));
        var certificates = new List<X509Certificate2>();
        try
        {
            certificates.AddRange(pems.Select(pem => X509Certificate2.CreateFromPem(pem)));
            return Task.FromResult(Prove(claim, signed, certificates));
        }
        catch (CryptographicException e)
        {
            return Task.FromResult(Proof.Wrong($"a certificate of the token cannot be read: {e.Message}"));
        }
        finally
        {
            certificates.ForEach(c => c.Dispose());
        }
    }

    private Proof Prove(Claim claim, string signed, List<X509Certificate2> certificates)
    {
        using var key = certificates[0].GetRSAPublicKey();
        if (key is null)
            return Proof.Wrong("the certificate's key is not of the kind RSA");
        if (SignedText.FromBase64(signed) is not { } bytes || SignedText.Open(key, bytes)?.Split(':') is not [var user, var expires])
            return Proof.Wrong("the token was not made with the certificate's key");
        if (user != claim.User)
            return Proof.Wrong("the token is another user's");
        if (SignedText.Expiry(expires, claim.Now) is not { } until)
            return Proof.Wrong("the token has expired");
        if (!(claim.Stored ?? "").Split('|').Contains(SubjectNames.Of(certificates[0])))
            return Proof.Wrong($"the certificate's subject is {SubjectNames.Of(certificates[0])}, the user's is another");
        return authorities.Refuse(certificates, claim.Now) is { } why ? Proof.Wrong(why) : new(true, Until: until);
    }
}
