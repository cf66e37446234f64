using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Rest;

/// <summary>
/// Whose bearer token it is: a login token's owner by its hash, gathered anew when a user changed and not for each request; a JWT's by what
/// it says, which the session then proves.
/// </summary>
internal sealed class TokenOwners(Inventory inventory, IEnumerable<OidcTokens> jwts)
{
    private volatile Gathered _now = new(ImmutableSortedDictionary<int, PooledObject>.Empty, []);

    private sealed record Gathered(ImmutableSortedDictionary<int, PooledObject> From, Dictionary<string, string> Owners);

    public string? OwnerOf(string token)
    {
        var users = inventory.All(PoolKind.User);
        var now = _now;
        if (!ReferenceEquals(now.From, users))
        {
            var owners = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var user in users.Values)
                foreach (var known in LoginToken.All(user))
                    owners[known.Hash] = user.Name;
            _now = now = new(users, owners);
        }

        return now.Owners.GetValueOrDefault(LoginToken.HashOf(token)) ?? jwts.Select(j => j.NameIn(token)).FirstOrDefault();
    }
}
