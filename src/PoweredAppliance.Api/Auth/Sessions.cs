using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Auth;

/// <summary>
/// Authenticates <c>user:secret</c> sessions. The secret is a login token or what the driver of the user takes; for a server user it is
/// <c>target:secret</c> or <c>target:group:secret</c>, and he comes in as the target. What was accepted is remembered (as a keyed hash,
/// in memory) until a record that it was decided on changes, or the driver's word for it is over; so is what was refused, for a short
/// while and apart, so that no flood of guesses makes the accepted forgotten.
/// </summary>
public sealed class Sessions(
    Inventory inventory, AuthSettings settings, AuthDrivers drivers, Lockouts lockouts, TwoFactor twoFactor, Newcomers newcomers, TimeProvider time, ILogger<Sessions> log)
{
    private const int MaxRemembered = 20_000;

    /// <summary>In characters: a token of x509 brings its certificates along.</summary>
    private const int MaxLength = 32 * 1024;

    private static readonly TimeSpan RefusalLives = TimeSpan.FromSeconds(10);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<Digest, Remembered> _accepted = new();
    private readonly ConcurrentDictionary<Digest, Remembered> _refused = new();
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Entry>>> _underWay = new();

    private volatile Users _users = new(ImmutableSortedDictionary<int, PooledObject>.Empty, []);

    /// <param name="User">the record it was decided on; another one now: decide again</param>
    /// <param name="Target">the same of the user whom a server acts for</param>
    private sealed record Remembered(PooledObject? User, PooledObject? Target, Entry Entry, long Since, DateTimeOffset? Until);

    private sealed record Users(ImmutableSortedDictionary<int, PooledObject> From, Dictionary<string, PooledObject> ByName);

    /// <param name="User">the record it was decided on; null: there is no such user</param>
    /// <param name="Until">how long it may be remembered; null: as long as nothing changes</param>
    /// <param name="Once">it may not be remembered at all</param>
    /// <param name="Guessed">wrong credentials, which are held against whoever tried them</param>
    private sealed record Decision(Entry Entry, PooledObject? User = null, DateTimeOffset? Until = null, bool Once = false, bool Guessed = false)
    {
        /// <summary>Null: no server acts for anybody.</summary>
        public PooledObject? Target { get; init; }

        public static Decision Wrong(PooledObject? user) => new(Entry.Rejected, user, Guessed: true);
    }

    /// <param name="from">the client's address</param>
    public async ValueTask<Entry> Authenticate(string session, IPAddress? from, CancellationToken stop)
    {
        if (session.Length > MaxLength || SessionString.Parse(session.TrimEnd()) is not var (name, secret))
            return Entry.Rejected;
        var user = Named(name);
        var key = Digest.Of(_key, session);
        if ((_accepted.TryGetValue(key, out var known) || _refused.TryGetValue(key, out known)) && ReferenceEquals(known.User, user) && StillHolds(known))
            return known.Entry;

        // Many clients may come with the same session at once: it is decided for all of them. A code of a second factor is for one.
        return user is not null && TwoFactor.IsOn(user)
            ? await Decide(key, user, name, secret, from, stop).ConfigureAwait(false)
            : await _underWay.GetOrAdd(key, _ => new(() => Decide(key, user, name, secret, from, CancellationToken.None))).Value.WaitAsync(stop).ConfigureAwait(false);
    }

    private async Task<Entry> Decide(Digest key, PooledObject? user, string name, string secret, IPAddress? from, CancellationToken stop)
    {
        try
        {
            var decision = await Decide(user, name, secret, from, wasRight: _accepted.ContainsKey(key), stop).ConfigureAwait(false);
            if (!decision.Once)
                Remember(key, new(decision.User, decision.Target, decision.Entry, time.GetTimestamp(), decision.Until));
            return decision.Entry;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    private PooledObject? Named(string name)
    {
        var pool = inventory.All(PoolKind.User);
        if (!ReferenceEquals(_users.From, pool))
            _users = new(pool, pool.Values.ToDictionary(u => u.Name, StringComparer.Ordinal));
        return _users.ByName.GetValueOrDefault(name);
    }

    private bool StillHolds(Remembered known) => known.Entry.Admission is null
        ? time.GetElapsedTime(known.Since) < RefusalLives
        : (known.Until is not { } until || time.GetUtcNow() < until)
            && (known.Target is null || ReferenceEquals(inventory.Find(PoolKind.User, known.Target.Id), known.Target));

    private void Remember(Digest key, Remembered decided)
    {
        var (among, others) = decided.Entry.Admission is null ? (_refused, _accepted) : (_accepted, _refused);
        if (among.Count >= MaxRemembered)
            among.Clear();
        among[key] = decided;
        others.TryRemove(key, out _);
    }

    /// <param name="wasRight">the same credentials were accepted before: no guess, so it is looked at whatever others guessed</param>
    private async Task<Decision> Decide(PooledObject? user, string name, string secret, IPAddress? from, bool wasRight, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        if (user is not null && IsEnabled(user) && LoginToken.Find(user, secret, now) is { } token)
            return SubjectOf(user, token.Group) is { } subject
                ? new(Entry.Of(new(subject, user.Name)), user, token.Expires)
                : new(Entry.Refused($"The token is for group {token.Group}, which the user has left."), user);
        if (!wasRight && lockouts.Wait(from, name) is { } wait)
            return new(Entry.Refused($"Too many wrong credentials from {from}; try again in {Math.Ceiling(wait.TotalSeconds)} s.", wait), user, Once: true);

        var decision = user is null
            ? await Newcomer(name, secret, now, from, stop).ConfigureAwait(false)
            : await Known(user, secret, now, from, wasRight, stop).ConfigureAwait(false);
        if (decision.Entry.Admission is not null)
            lockouts.Right(from, name);
        else if (decision.Guessed)
            lockouts.Wrong(from, name);
        return decision;
    }

    /// <summary>No user has the name: the directories are asked, and who is right becomes one.</summary>
    private async Task<Decision> Newcomer(string name, string secret, DateTimeOffset now, IPAddress? from, CancellationToken stop)
    {
        var undecided = false;
        foreach (var driver in drivers.Defaults.DefaultIfEmpty(drivers.Core))
        {
            var proof = await driver.Prove(new(name, null, secret, null, now, from), stop).ConfigureAwait(false);
            undecided |= !proof.IsDecided;
            if (!proof.IsRight)
                log.LogInformation("{Name} is not authenticated by {Driver}: {Why}", name, driver.Name, proof.Why);
            else if (proof.Identity is { } person && await newcomers.Welcome(person, driver.Name).ConfigureAwait(false) is { } user && IsEnabled(user))
                return new(Entry.Of(new(SubjectOf(user, null)!, user.Name)), user, Lives(driver, proof, now), Once: user.Name != name);
        }

        return undecided ? Silent : Decision.Wrong(null);
    }

    private async Task<Decision> Known(PooledObject user, string secret, DateTimeOffset now, IPAddress? from, bool wasRight, CancellationToken stop)
    {
        var name = user.Fact("AUTH_DRIVER") ?? "core";
        if (!IsEnabled(user) || drivers.Find(name) is not { } driver)
        {
            log.LogInformation("{Name} is not authenticated: {Why}", user.Name, IsEnabled(user) ? $"the driver {name} is not set up" : "disabled");
            return Decision.Wrong(user);
        }

        if (name.StartsWith(AuthDrivers.ServerPrefix, StringComparison.Ordinal))
            return await ByServer(user, driver, secret, now, from, stop).ConfigureAwait(false);
        var asksForCode = driver.IsForPeople && TwoFactor.IsOn(user);
        var (password, code) = asksForCode ? TwoFactor.Split(secret) : (secret, null);
        var proof = await driver.Prove(new(user.Name, user.Fact("PASSWORD"), password, null, now, from, wasRight), stop).ConfigureAwait(false);
        if (!proof.IsRight)
        {
            log.LogInformation("{Name} is not authenticated by {Driver}: {Why}", user.Name, name, proof.Why);
            return proof.IsDecided ? Decision.Wrong(user) : Silent;
        }

        if (driver.SetsGroups && proof.Identity is { } person)
            user = await newcomers.Bring(user, person).ConfigureAwait(false);
        var admission = new Admission(SubjectOf(user, null)!, user.Name);
        if (!asksForCode)
            return new(Entry.Of(admission), user, Lives(driver, proof, now));
        if (code is null)
            return new(Entry.NeedsCode, user, Once: true);
        return await twoFactor.Use(user, code, stop).ConfigureAwait(false)
            ? new(Entry.Of(admission with { OnlyToLogIn = true }), user, Once: true)
            : new(Entry.WrongCode, user, Once: true, Guessed: true);
    }

    /// <summary><c>target:secret</c> or <c>target:group:secret</c></summary>
    private async Task<Decision> ByServer(PooledObject server, IAuthDriver driver, string secret, DateTimeOffset now, IPAddress? from, CancellationToken stop)
    {
        var parts = secret.Split(':');
        int? group = parts.Length == 3 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var only) ? only : null;
        if (parts.Length is not (2 or 3) || (parts.Length == 3 && group is null))
            return Decision.Wrong(server);
        var proof = await driver.Prove(new(server.Name, server.Fact("PASSWORD"), parts[^1], parts[0], now, from), stop).ConfigureAwait(false);
        if (!proof.IsRight)
        {
            log.LogInformation("{Name} is not authenticated by {Driver}: {Why}", server.Name, driver.Name, proof.Why);
            return Decision.Wrong(server);
        }

        if (Named(parts[0]) is not { } target || !IsEnabled(target) || SubjectOf(target, group) is not { } subject)
            return new(Entry.Refused($"{server.Name} acts for {parts[0]}, who is no enabled user{(group is null ? "" : $" of group {group}")}."), server, Once: true);
        return new(Entry.Of(new(subject, target.Name, By: target.Id == server.Id ? null : server.Name)), server, Lives(driver, proof, now)) { Target = target };
    }

    private static readonly Decision Silent = new(Entry.Refused("It could not be checked now; try again."), Once: true);

    private DateTimeOffset? Lives(IAuthDriver driver, Proof proof, DateTimeOffset now)
    {
        if (driver == drivers.Core)
            return null;
        var end = now + settings.SessionLives;
        return proof.Until is { } until && until < end ? until : end;
    }

    private static bool IsEnabled(PooledObject user) => user.Fact("ENABLED") != "0";

    /// <summary>Null: he is not in that group.</summary>
    internal static Subject? SubjectOf(PooledObject user, int? onlyGroup)
    {
        var groups = (user.Fact("GIDS") ?? "1").Split(',').Select(g => new GroupId(int.Parse(g, CultureInfo.InvariantCulture))).ToImmutableArray();
        if (onlyGroup is not { } group)
            return new(new(user.Id), groups[0], groups);
        return groups.Contains(new(group)) ? new(new(user.Id), new(group), [new(group)]) : null;
    }

    /// <summary>A keyed hash: whoever reads the memory or measures its search learns no secret.</summary>
    private readonly record struct Digest(UInt128 High, UInt128 Low)
    {
        public static Digest Of(byte[] key, string session)
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(key, MemoryMarshal.AsBytes(session.AsSpan()), hash);
            return new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
        }
    }
}
