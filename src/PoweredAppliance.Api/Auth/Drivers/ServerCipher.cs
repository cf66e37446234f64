using System.Security.Cryptography;
using System.Text;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// Servers such as Sunstone and OneFlow share a password with the appliance, act for the users whom they have authenticated, and say so
/// in tokens: base64 of <c>SERVER:TARGET:EXPIRES</c> in AES-256-CBC. PASSWORD is the SHA-256 of the shared password in hexadecimal; its
/// first 32 characters are the key, its first 16 the initialisation vector.
/// </summary>
public sealed class ServerCipher : IAuthDriver
{
    private const int KeyLength = 32, VectorLength = 16;

    public string Name => "server_cipher";
    public bool LetsUsersChangePasswords => false;

    public static string StoredOf(string sharedPassword) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sharedPassword)));

    public (string? Stored, Refusal? Why) Store(string password) => IsDigest(password)
        ? (password, null)
        : (null, new(ErrorCode.Internal, "Invalid password, for the driver server_cipher it is a SHA-256 in hexadecimal (oneuser's --sha256 makes it).", "PASSWORD"));

    public Task<Proof> Prove(Claim claim, CancellationToken stop) => Task.FromResult(Prove(claim));

    private static bool IsDigest(string? text) => text is { Length: 2 * SHA256.HashSizeInBytes } && text.All(char.IsAsciiHexDigit);

    private static Proof Prove(Claim claim)
    {
        if (!IsDigest(claim.Stored))
            return Proof.Wrong("no SHA-256 of a shared password is stored");
        if (Decrypt(claim.Stored!, claim.Secret)?.Split(':') is not [var server, .. var middle, var expires])
            return Proof.Wrong("the token was not made with the shared password");
        if (server != claim.User)
            return Proof.Wrong("the token is another server's");
        if (string.Join(':', middle) != claim.Target)
            return Proof.Wrong("the token is for another user");
        return SignedText.Expiry(expires, claim.Now) is { } until ? new(true, Until: until) : Proof.Wrong("the token has expired");
    }

    private static string? Decrypt(string stored, string secret)
    {
        if (SignedText.FromBase64(secret) is not { Length: > 0 } bytes)
            return null;
        using var aes = Aes.Create();
        aes.Key = Encoding.ASCII.GetBytes(stored[..KeyLength]);
        try
        {
            return Encoding.UTF8.GetString(aes.DecryptCbc(bytes, Encoding.ASCII.GetBytes(stored[..VectorLength])));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
