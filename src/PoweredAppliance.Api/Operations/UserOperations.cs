using System.Collections.Immutable;
using System.Security.Cryptography;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Operations;

/// <summary>Login tokens and passwords.</summary>
public sealed class UserOperations(Cloud cloud, Authority authority, TimeProvider time)
{
    /// <summary>OpenNebula's MAX_TOKEN_TIME is not limited by default; here a token lives ten years at most.</summary>
    private const int MaxTokenSeconds = 10 * 365 * 24 * 3600;
    private const int MaxTokens = 64;

    /// <summary>Makes a login token, or drops one, as one.user.login does.</summary>
    /// <param name="given">the token; empty: a random one is made</param>
    /// <param name="seconds">0: drop the given one (all, if empty); -1: no expiry</param>
    /// <param name="group">the one group of the token's sessions, -1: all of the user's</param>
    public async Task<(string? Token, Refusal? Why)> Login(Subject who, string userName, string given, int seconds, int group)
    {
        if (cloud.Inventory.All(PoolKind.User).Values.FirstOrDefault(u => u.Name == userName) is not { } user)
            return (null, new(ErrorCode.NoExists, "Error getting user.", "user", userName));
        if (user.Id != who.User.Value && authority.May(who, Rights.Manage, user) is { } no)
            return (null, no);
        if (seconds is < -1 or > MaxTokenSeconds)
            return (null, new(ErrorCode.RpcApi, $"Token expiration must be -1 (never), 0 (drop it) or 1 to {MaxTokenSeconds} seconds, it is {seconds}.", "expire", Permitted.Text(seconds)));
        if (group >= 0 && !(user.Fact("GIDS") ?? "1").Split(',').Contains(Permitted.Text(group)))
            return (null, new(ErrorCode.Internal, $"EGID {group} is not a group of user {user.Name}.", "EGID", Permitted.Text(group)));

        var now = time.GetUtcNow();
        var tokens = LoginToken.All(user).ToList();
        var token = given;
        if (seconds == 0)
        {
            // Lists show what is kept of a token, its hash; it drops the token as the token itself does.
            tokens = given.Length == 0 ? [] : [.. tokens.Where(t => t.Hash != LoginToken.HashOf(given) && t.Hash != given)];
        }
        else
        {
            token = given.Length > 0 ? given : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            tokens = [.. tokens.Where(t => t.Expires is not { } end || end > now)];
            if (tokens.Count >= MaxTokens)
                return (null, new(ErrorCode.Internal, $"User {user.Name} has {tokens.Count} login tokens, which is the most; drop one first.", "token"));
            tokens.Add(new(LoginToken.HashOf(token), seconds < 0 ? -1 : now.ToUnixTimeSeconds() + seconds, group));
        }

        var answer = await Set(user.Id, "TOKENS", LoginToken.Fact(tokens, now)).ConfigureAwait(false);
        return answer.Refusal is { } why ? (null, why) : (token, null);
    }

    public Task<Answer> SetPassword(Subject who, int id, string password)
    {
        if (cloud.Inventory.Find(PoolKind.User, id) is not { } user)
            return Task.FromResult<Answer>(Refusal.NotFound("user", id));
        if (user.Id != who.User.Value && authority.May(who, Rights.Manage, user) is { } no)
            return Task.FromResult<Answer>(no);
        if (CheckPassword(password) is { } bad)
            return Task.FromResult<Answer>(bad);
        return Set(id, "PASSWORD", Passwords.Hash(password, RandomNumberGenerator.GetBytes(16)));
    }

    /// <summary>OpenNebula's rule: not empty, no blanks.</summary>
    public static Refusal? CheckPassword(string password) => password.Length == 0 || password.Any(char.IsWhiteSpace)
        ? new(ErrorCode.Internal, "Invalid password, it cannot be empty or have blanks in it.", "PASSWORD")
        : null;

    private Task<Answer> Set(int id, string fact, string value) => cloud.Pool(new PoolProtocol.SetFacts(
        PoolKind.User, id, ImmutableSortedDictionary<string, string>.Empty.Add(fact, value)));
}
