using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PoweredAppliance.Api.Auth;

/// <summary>Makes tokens as OpenNebula's tools do, with what .NET has: the padding is written out here, the encryption is RSA's bare power.</summary>
internal static class Tokens
{
    public static byte[] EncryptWithPrivateKey(RSA key, string text)
    {
        var p = key.ExportParameters(includePrivateParameters: true);
        var data = Encoding.UTF8.GetBytes(text);
        var block = new byte[p.Modulus!.Length];
        block[1] = 1;
        block.AsSpan(2, block.Length - 3 - data.Length).Fill(0xFF);
        data.CopyTo(block.AsSpan(block.Length - data.Length));
        var power = BigInteger.ModPow(new(block, true, true), new(p.D, true, true), new(p.Modulus, true, true)).ToByteArray(true, true);
        var result = new byte[block.Length];
        power.CopyTo(result.AsSpan(result.Length - power.Length));
        return result;
    }

    public static string Ssh(RSA key, string user, DateTimeOffset expires) =>
        Convert.ToBase64String(EncryptWithPrivateKey(key, $"{user}:{expires.ToUnixTimeSeconds()}"));

    /// <summary>What `oneuser key` prints: the PEM without its frame.</summary>
    public static string PublicKey(RSA key) => Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());

    public static string X509(RSA key, string user, DateTimeOffset expires, params X509Certificate2[] certificates) => Convert.ToBase64String(Encoding.ASCII.GetBytes(
        string.Join(':', [Ssh(key, user, expires), .. certificates.Select(c => c.ExportCertificatePem())])));

    public static string Server(string sharedPassword, string server, string target, DateTimeOffset expires)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sharedPassword)));
        using var aes = Aes.Create();
        aes.Key = Encoding.ASCII.GetBytes(digest[..32]);
        return Convert.ToBase64String(aes.EncryptCbc(Encoding.UTF8.GetBytes($"{server}:{target}:{expires.ToUnixTimeSeconds()}"), Encoding.ASCII.GetBytes(digest[..16])));
    }
}
