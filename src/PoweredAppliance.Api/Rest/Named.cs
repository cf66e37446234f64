using System.Globalization;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Rest;

/// <summary>Finds by id or by name, the subject's own first; says what is close when there is none.</summary>
internal static class Named
{
    private const int MostCandidates = 5;

    public static (PooledObject? Found, IResult? Why) Find(Inventory inventory, PoolKind kind, string idOrName, Subject who)
    {
        var pool = inventory.All(kind);
        if (int.TryParse(idOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && pool.TryGetValue(id, out var byId))
            return (byId, null);
        var found = pool.Values.Where(o => o.Name == idOrName).OrderByDescending(o => o.Owner.User == who.User).FirstOrDefault();
        if (found is not null)
            return (found, null);
        var close = pool.Values.Select(o => o.Name)
            .Where(n => n.Contains(idOrName, StringComparison.OrdinalIgnoreCase) || idOrName.Contains(n, StringComparison.OrdinalIgnoreCase))
            .Take(MostCandidates).ToList();
        var word = ObjectPool.Word(kind);
        return (null, Problems.Of(new(ErrorCode.NoExists, $"There is no {word} '{idOrName}'.", word, idOrName), close));
    }
}
