using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PoweredAppliance.Api.Auth;

/// <summary>Time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, six digits, thirty seconds.</summary>
public static class Totp
{
    public const int SecretBytes = 20;
    private const int Digits = 6;
    private const int StepSeconds = 30;

    /// <summary>Clocks of people's telephones differ: a step before and a step behind are taken too.</summary>
    private const int StepsOff = 1;

    private const string Base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long StepOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    public static string CodeOf(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, hash);
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0x0F)..]) & 0x7FFF_FFFF;
        return (number % 1_000_000).ToString($"D{Digits}", CultureInfo.InvariantCulture);
    }

    /// <summary>The step that the code is of; null: it is wrong now, or not newer than the last one that was used.</summary>
    public static long? Find(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastUsed)
    {
        long? found = null;
        for (var step = StepOf(now) - StepsOff; step <= StepOf(now) + StepsOff; step++)
            if (step > lastUsed && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(CodeOf(secret, step)), Encoding.UTF8.GetBytes(code)))
                found ??= step;
        return found;
    }

    /// <summary>What an authenticator app reads from a picture.</summary>
    public static string Address(string issuer, string user, ReadOnlySpan<byte> secret) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(user)}?secret={Base32(secret)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}";

    /// <summary>RFC 4648, without padding.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var b in bytes)
        {
            (bits, held) = ((bits << 8) | b, held + 8);
            for (; held >= 5; held -= 5)
                text.Append(Base32Letters[(bits >> (held - 5)) & 31]);
            bits &= (1 << held) - 1;
        }

        if (held > 0)
            text.Append(Base32Letters[(bits << (5 - held)) & 31]);
        return text.ToString();
    }

    /// <summary>Null: it is none.</summary>
    public static byte[]? FromBase32(string text)
    {
        var bytes = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var c in text)
        {
            if (Base32Letters.IndexOf(c, StringComparison.Ordinal) is not (>= 0 and var value))
                return null;
            (bits, held) = ((bits << 5) | value, held + 5);
            if (held < 8)
                continue;
            bytes.Add((byte)(bits >> (held - 8)));
            held -= 8;
            bits &= (1 << held) - 1;
        }

        return [.. bytes];
    }
}
