using System.Security.Cryptography;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// Tokens of <c>oneuser login --ssh</c>: base64 of <c>USER:EXPIRES</c> encrypted with the private key of ~/.ssh/id_rsa. PASSWORD is
/// the public key: the base64 of its DER (a PEM without its frame), as <c>oneuser key</c> prints it.
/// </summary>
public sealed class SshTokens : IAuthDriver
{
    public string Name => "ssh";
    public bool LetsUsersChangePasswords => true;

    public (string? Stored, Refusal? Why) Store(string password)
    {
        if (StoredText.Check(password) is { } why)
            return (null, why);
        using var key = Key(password);
        return key is null
            ? (null, new(ErrorCode.Internal, "Invalid password, for the driver ssh it is the RSA public key as `oneuser key` prints it.", "PASSWORD"))
            : (password, null);
    }

    public Task<Proof> Prove(Claim claim, CancellationToken stop) => Task.FromResult(Prove(claim));

    private static Proof Prove(Claim claim)
    {
        using var key = Key(claim.Stored ?? "");
        if (key is null)
            return Proof.Wrong("no RSA public key is stored");
        if (SignedText.FromBase64(claim.Secret) is not { } signed || SignedText.Open(key, signed)?.Split(':') is not [var user, var expires])
            return Proof.Wrong("the token was not made with the user's key");
        if (user != claim.User)
            return Proof.Wrong("the token is another user's");
        return SignedText.Expiry(expires, claim.Now) is { } until ? new(true, Until: until) : Proof.Wrong("the token has expired");
    }

    private static RSA? Key(string base64)
    {
        if (SignedText.FromBase64(base64) is not { } der)
            return null;
        var key = RSA.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(der, out _);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }
}
