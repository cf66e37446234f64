using System.Globalization;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>The names that requirement expressions may use of a datastore: its template's, then its own.</summary>
internal static class DatastoreAttributes
{
    public static IEnumerable<string> Of(Inventory.Inventory inventory, int id, string name)
    {
        if (inventory.Find(PoolKind.Datastore, id) is not { } store)
            return [];
        if (store.Template[HostAttributes.InTemplate(name)] is { } own)
            return [own];
        return name.ToUpperInvariant() switch
        {
            "ID" => [id.ToString(CultureInfo.InvariantCulture)],
            "NAME" => [store.Name],
            "CLUSTERS/ID" => store.FactIds("CLUSTER_IDS").Select(cluster => cluster.ToString(CultureInfo.InvariantCulture)),
            var fact and ("TYPE" or "TM_MAD" or "DS_MAD" or "TOTAL_MB" or "FREE_MB" or "USED_MB" or "STATE") => store.Fact(fact) is { } said ? [said] : [],
            _ => [],
        };
    }
}
