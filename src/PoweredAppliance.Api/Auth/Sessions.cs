using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Auth;

/// <summary> Authenticates <c>user:secret</c> sessions, where the secret is a password or a login token. Password
/// hashes are slow on purpose, so what was accepted is remembered (as a keyed hash, in memory) until the user's record
/// changes; so is what was refused, for a short while, and at most two hashes are computed at a time: guessing costs
/// the guesser, not the others. </summary>
public sealed class Sessions(Inventory inventory, TimeProvider time)
{
    private const int MaxRemembered = 20_000;
    private static readonly TimeSpan RefusalLives = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WaitForTurn = TimeSpan.FromSeconds(10);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, Remembered> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _hashing = new(2);

    /// <param name="User">the record it was decided on; another one now: decide again</param>
    private sealed record Remembered(PooledObject? User, Subject? Subject, long Since, DateTimeOffset? Until);

    public static readonly Refusal Rejected = new(ErrorCode.Authentication, "User couldn't be authenticated, aborting call.");

    public async ValueTask<Subject?> Authenticate(string session, CancellationToken stop)
    {
        if (session.Length > 4096 || SessionString.Parse(session.TrimEnd()) is not var (name, secret))
            return null;
        var user = inventory.All(PoolKind.User).Values.FirstOrDefault(u => u.Name == name);
        var key = Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(session)));
        if (_known.TryGetValue(key, out var known) && ReferenceEquals(known.User, user) && StillHolds(known))
            return known.Subject;

        var made = await Decide(user, secret, stop).ConfigureAwait(false);
        if (_known.Count >= MaxRemembered)
            _known.Clear();
        _known[key] = made;
        return made.Subject;
    }

    private bool StillHolds(Remembered known) => known.Subject is null
        ? time.GetElapsedTime(known.Since) < RefusalLives
        : known.Until is not { } until || time.GetUtcNow() < until;

    private async Task<Remembered> Decide(PooledObject? user, string secret, CancellationToken stop)
    {
        var now = time.GetTimestamp();
        if (user is not null && user.Fact("ENABLED") != "0" && LoginToken.Find(user, secret, time.GetUtcNow()) is { } token)
            return new(user, SubjectOf(user, token.Group), now, token.Expires);

        if (!await _hashing.WaitAsync(WaitForTurn, stop).ConfigureAwait(false))
            return new(user, null, now, null);
        try
        {
            // An unknown user costs the same time as a known one.
            var stored = user?.Fact("PASSWORD") ?? Passwords.Nobody;
            var right = await Task.Run(() => Passwords.Verify(secret, stored), stop).ConfigureAwait(false);
            var accepted = right && user is not null && user.Fact("ENABLED") != "0" && user.Fact("AUTH_DRIVER") is "core";
            return new(user, accepted ? SubjectOf(user!, null) : null, now, null);
        }
        finally
        {
            _hashing.Release();
        }
    }

    private static Subject SubjectOf(PooledObject user, int? onlyGroup)
    {
        var groups = (user.Fact("GIDS") ?? "1").Split(',').Select(g => new GroupId(int.Parse(g, CultureInfo.InvariantCulture))).ToImmutableArray();
        return onlyGroup is { } group && groups.Contains(new(group))
            ? new(new(user.Id), new(group), [new(group)])
            : new(new(user.Id), groups[0], groups);
    }
}
