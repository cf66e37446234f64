using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Operations;

/// <summary>Login tokens.</summary>
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
        var groups = (user.Fact("GIDS") ?? "1").Split(',');
        if (seconds != 0 && group >= 0 && (!groups.Contains(Permitted.Text(group)) || (!who.IsAdmin && !who.IsIn(new(group)))))
            return (null, new(ErrorCode.RpcApi, $"EGID is not in user group list: user {user.Name} has {string.Join(", ", groups)}, not {group}", "EGID", Permitted.Text(group)));
        if (seconds != 0 && group < 0 && user.Id == who.User.Value && !groups.All(g => who.IsIn(new(int.Parse(g, CultureInfo.InvariantCulture)))))
            return (null, new(ErrorCode.RpcApi, "Cannot create a full token with a specific group token", "EGID", Permitted.Text(group)));

        var now = time.GetUtcNow();
        var tokens = LoginToken.All(user).ToList();
        var token = given;
        if (seconds == 0)
        {
            if (given.Length > 0 && !tokens.Exists(t => t.Hash == LoginToken.HashOf(given) || t.Hash == given))
                return (null, new(ErrorCode.RpcApi, "Could not find token: it was dropped, has expired or is another user's.", "token"));
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

        var answer = await Set(user.Id, ("TOKENS", LoginToken.Fact(tokens, now))).ConfigureAwait(false);
        return answer.Refusal is { } why ? (null, why) : (token, null);
    }

    private Task<Answer> Set(int id, params IEnumerable<(string Fact, string Value)> facts) => cloud.Pool(new PoolProtocol.SetFacts(
        PoolKind.User, id, facts.ToImmutableSortedDictionary(f => f.Fact, f => f.Value, StringComparer.Ordinal)));
}
