using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PoweredAppliance.Api.Auth;

/// <summary>What one hash costs. The default is OWASP's first choice for Argon2id: 19 MiB, two passes, one
/// lane.</summary>
public sealed record PasswordCost(int Kibibytes = 19_456, int Passes = 2, int Lanes = 1)
{
    public static readonly PasswordCost Default = new();
}

/// <summary>Passwords are kept as Argon2id in the form that other tools know,
/// <c>$argon2id$v=19$m=KIBIBYTES,t=PASSES,p=LANES$SALT$HASH</c> (base64 without padding). Checking one takes tens of
/// milliseconds on purpose, so callers remember for a while what they have found right.</summary>
public static class Passwords
{
    public const int MinSaltBytes = 16;

    /// <summary>Stands for the stored form of a user who does not exist.</summary>
    public const string Nobody = "nobody";

    /// <summary>In characters. A longer one is never right.</summary>
    public const int MaxLength = 1024;

    private const int HashBytes = 32;
    private const int MaxKibibytes = 1024 * 1024;
    private const int MaxPasses = 64;
    private const int MaxLanes = 64;

    /// <param name="password">Neither empty nor longer than <see cref="MaxLength"/>.</param>
    /// <param name="salt">Random, at least <see cref="MinSaltBytes"/>, never used before.</param>
    /// <param name="cost">Null for the default.</param>
    /// <exception cref="ArgumentException">One of them is not like that.</exception>
    public static string Hash(string password, ReadOnlySpan<byte> salt, PasswordCost? cost = null)
    {
        if (password.Length is 0 or > MaxLength)
            throw new ArgumentException($"a password has 1 to {MaxLength} characters", nameof(password));
        if (salt.Length < MinSaltBytes)
            throw new ArgumentException($"a salt has at least {MinSaltBytes} bytes", nameof(salt));

        var (kibibytes, passes, lanes) = cost ?? PasswordCost.Default;
        var hash = Argon2.Id(Encoding.UTF8.GetBytes(password), salt, kibibytes, passes, lanes, HashBytes);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"$argon2id$v=19$m={kibibytes},t={passes},p={lanes}${Base64(salt)}${Base64(hash)}");
    }

    /// <summary>Compares in constant time. Without a stored form (null, or one that is not ours) the answer is no,
    /// after the time that a wrong password would have taken: an unknown user is not told by the clock.</summary>
    public static bool Verify(string password, string? stored)
    {
        var given = password.Length is 0 or > MaxLength ? "?" : password;
        if (Stored.Parse(stored) is not { } known)
        {
            var (kibibytes, passes, lanes) = PasswordCost.Default;
            Argon2.Id(Encoding.UTF8.GetBytes(given), new byte[MinSaltBytes], kibibytes, passes, lanes, HashBytes);
            return false;
        }

        var cost = known.Cost;
        var hash = Argon2.Id(Encoding.UTF8.GetBytes(given), known.Salt, cost.Kibibytes, cost.Passes, cost.Lanes, known.Hash.Length);
        return CryptographicOperations.FixedTimeEquals(hash, known.Hash) && ReferenceEquals(given, password);
    }

    /// <summary>The stored form is weaker than what a new one would be, so it is to be replaced when its owner next
    /// proves to know the password.</summary>
    public static bool NeedsUpgrade(string? stored, PasswordCost? cost = null)
    {
        var wanted = cost ?? PasswordCost.Default;
        return Stored.Parse(stored) is not { } known
            || known.Cost.Kibibytes < wanted.Kibibytes
            || known.Cost.Passes < wanted.Passes
            || known.Salt.Length < MinSaltBytes
            || known.Hash.Length < HashBytes;
    }

    private static string Base64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private sealed record Stored(PasswordCost Cost, byte[] Salt, byte[] Hash)
    {
        public static Stored? Parse(string? text)
        {
            if (text?.Split('$') is not ["", "argon2id", "v=19", var costs, var salt, var hash]
                || costs.Split(',') is not [var m, var t, var p]
                || Number("m=", m, MaxKibibytes) is not { } kibibytes
                || Number("t=", t, MaxPasses) is not { } passes
                || Number("p=", p, MaxLanes) is not { } lanes
                || kibibytes < 8 * lanes
                || Bytes(salt) is not { Length: >= 8 and <= 64 } saltBytes
                || Bytes(hash) is not { Length: >= 16 and <= 64 } hashBytes)
                return null;
            return new Stored(new PasswordCost(kibibytes, passes, lanes), saltBytes, hashBytes);
        }

        private static int? Number(string name, string text, int max) =>
            text.StartsWith(name, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1 && number <= max ? number : null;

        private static byte[]? Bytes(string text)
        {
            var bytes = new byte[text.Length];
            var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
            return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
        }
    }
}
