using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Auth;

/// <summary>
/// A second factor for people who log in with a password: codes of an authenticator app, and recovery codes for when that is lost.
/// Each code counts once. Kept in facts of the user that no document shows: TOTP (the shared secret, base32), TOTP_PENDING (one that
/// is not confirmed yet), TOTP_USED (the step of the last code), TOTP_RECOVERY (SHA-256 of the recovery codes that are left).
/// </summary>
public sealed partial class TwoFactor(Cloud cloud, TimeProvider time)
{
    private const string Enabled = "TOTP", Pending = "TOTP_PENDING", Used = "TOTP_USED", Recovery = "TOTP_RECOVERY";
    private const string Issuer = "PoweredAppliance";
    private const int RecoveryCodes = 10;

    /// <summary>A code is looked at and marked as used by one caller at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    public static bool IsOn(PooledObject user) => user.Fact(Enabled) is not null;

    /// <summary><c>PASSWORD:CODE</c>; without a code at its end it is all password.</summary>
    public static (string Password, string? Code) Split(string secret) =>
        secret.LastIndexOf(':') is var colon and > 0 && Code().IsMatch(secret.AsSpan(colon + 1)) ? (secret[..colon], secret[(colon + 1)..]) : (secret, null);

    /// <summary>Whether the code is right; then it is used up, and that is stored.</summary>
    public async Task<bool> Use(PooledObject user, string code, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var now = cloud.Inventory.Find(PoolKind.User, user.Id);
            if (now?.Fact(Enabled) is not { } secret || Totp.FromBase32(secret) is not { } key)
                return false;
            if (Totp.Find(key, code, time.GetUtcNow(), now.FactLong(Used, -1)) is { } step)
                return (await Set(user.Id, (Used, step.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false)).Refusal is null;
            var left = Left(now);
            return left.Remove(LoginToken.HashOf(code)) && (await Set(user.Id, (Recovery, string.Join(' ', left))).ConfigureAwait(false)).Refusal is null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes a secret that counts when a code of it has come.</summary>
    public async Task<((string Secret, string Address) Made, Refusal? Why)> Begin(PooledObject user)
    {
        if (IsOn(user))
            return (default, new(ErrorCode.Action, $"User {user.Name} has two-factor authentication already; take it away first.", ObjectId: user.Id));
        var key = RandomNumberGenerator.GetBytes(Totp.SecretBytes);
        var answer = await Set(user.Id, (Pending, Totp.Base32(key))).ConfigureAwait(false);
        return ((Totp.Base32(key), Totp.Address(Issuer, user.Name, key)), answer.Refusal);
    }

    /// <summary>The code shows that the app has the secret: from now on it is asked for.</summary>
    public async Task<(IReadOnlyList<string> RecoveryCodes, Refusal? Why)> Confirm(PooledObject user, string code)
    {
        if (user.Fact(Pending) is not { } secret || Totp.FromBase32(secret) is not { } key)
            return ([], new(ErrorCode.Action, $"User {user.Name} has not begun to set up two-factor authentication.", ObjectId: user.Id));
        if (Totp.Find(key, code, time.GetUtcNow(), lastUsed: -1) is not { } step)
            return ([], new(ErrorCode.Authorization, "The code is wrong, or the clocks of the telephone and the appliance differ.", "code"));
        IReadOnlyList<string> codes = [.. Enumerable.Range(0, RecoveryCodes).Select(_ => NewRecoveryCode())];
        var answer = await Set(
            user.Id, (Enabled, secret), (Pending, ""), (Used, step.ToString(CultureInfo.InvariantCulture)),
            (Recovery, string.Join(' ', codes.Select(LoginToken.HashOf)))).ConfigureAwait(false);
        return (codes, answer.Refusal);
    }

    public Task<Answer> End(PooledObject user) => Set(user.Id, (Enabled, ""), (Pending, ""), (Used, ""), (Recovery, ""));

    /// <summary>How many recovery codes are left.</summary>
    public static int RecoveryCodesOf(PooledObject user) => Left(user).Count;

    private static List<string> Left(PooledObject user) => [.. (user.Fact(Recovery) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Sixty random bits in three groups of four letters.</summary>
    private static string NewRecoveryCode() =>
        string.Join('-', Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", 4)));

    private Task<Answer> Set(int user, params (string Name, string Value)[] facts) => cloud.Pool(new PoolProtocol.SetFacts(
        PoolKind.User, user, facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal)));

    [GeneratedRegex("^(?:[0-9]{6}|[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4})$")]
    private static partial Regex Code();
}
