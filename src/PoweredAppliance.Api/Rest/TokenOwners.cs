using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Rest;

/// <summary>Whose login token it is, by its hash; gathered anew when a user changed, not for each request.</summary>
internal sealed class TokenOwners(Inventory inventory)
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

        return now.Owners.GetValueOrDefault(LoginToken.HashOf(token));
    }
}
