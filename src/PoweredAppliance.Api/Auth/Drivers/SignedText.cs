using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// OpenNebula's tools make tokens by encrypting a short text with an RSA private key (PKCS #1 v1.5, block type 1, without a digest;
/// RFC 8017 calls the padding EMSA-PKCS1-v1_5). Whoever has the public key gets the text back.
/// </summary>
internal static class SignedText
{
    private const int LeastModulusBits = 1024;
    private const int LeastPadding = 8;

    /// <summary>Null: it was not made with that key.</summary>
    public static string? Open(RSA publicKey, ReadOnlySpan<byte> signed)
    {
        var key = publicKey.ExportParameters(includePrivateParameters: false);
        var length = key.Modulus!.Length;
        if (publicKey.KeySize < LeastModulusBits || signed.Length != length)
            return null;
        var (modulus, exponent) = (Number(key.Modulus), Number(key.Exponent));
        var number = Number(signed);
        if (number >= modulus)
            return null;
        var block = new byte[length];
        var bytes = BigInteger.ModPow(number, exponent, modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(block.AsSpan(length - bytes.Length));

        // 00 01 FF .. FF 00 text
        if (block is not [0, 1, ..])
            return null;
        var padding = block.AsSpan(2).IndexOfAnyExcept((byte)0xFF);
        return padding >= LeastPadding && block[2 + padding] == 0 ? Encoding.UTF8.GetString(block.AsSpan(3 + padding)) : null;
    }

    /// <summary>Base64 as Ruby reads it: what is no letter of it is passed over. Null: there is none.</summary>
    public static byte[]? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>A time in seconds since 1970 that is not over at <paramref name="now"/>; null: it is, or it is none.</summary>
    public static DateTimeOffset? Expiry(string text, DateTimeOffset now) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds > now.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
