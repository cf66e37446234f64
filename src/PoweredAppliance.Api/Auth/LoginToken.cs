using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Auth;

/// <summary> A login token as one.user.login makes it. Tokens are 256 random bits; only their SHA-256 is kept, in the
/// user's fact TOKENS: <c>HASH:EXPIRES:GROUP</c> separated by blanks, EXPIRES in unix seconds or -1 (never), GROUP -1
/// (all of the user's). </summary>
public sealed record LoginToken(string Hash, long ExpirationTime, int EffectiveGroup)
{
    public int? Group => EffectiveGroup < 0 ? null : EffectiveGroup;
    public DateTimeOffset? Expires => ExpirationTime < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(ExpirationTime);

    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static IEnumerable<LoginToken> All(PooledObject user)
    {
        foreach (var text in (user.Fact("TOKENS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = text.Split(':');
            yield return new(parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The fact TOKENS of these, less the expired ones.</summary>
    public static string Fact(IEnumerable<LoginToken> tokens, DateTimeOffset now) => string.Join(' ', tokens
        .Where(t => t.Expires is not { } end || end > now)
        .Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Hash}:{t.ExpirationTime}:{t.EffectiveGroup}")));

    /// <summary>Compared in constant time; an expired token is none.</summary>
    public static LoginToken? Find(PooledObject user, string secret, DateTimeOffset now)
    {
        var hash = Encoding.ASCII.GetBytes(HashOf(secret));
        LoginToken? found = null;
        foreach (var token in All(user))
            if (CryptographicOperations.FixedTimeEquals(hash, Encoding.ASCII.GetBytes(token.Hash)) && (token.Expires is not { } end || end > now))
                found = token;
        return found;
    }
}
