using System.Collections.Immutable;
using PoweredAppliance.Core.Quotas;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// DATASTORE_QUOTA, NETWORK_QUOTA, VM_QUOTA, IMAGE_QUOTA: an entry for each resource that is limited or used, in it each limit with what
/// is used of it, by name. -1 is the default, -2 no limit.
/// </summary>
internal static class QuotaElements
{
    private static readonly QuotaKind[] Order = [QuotaKind.Datastore, QuotaKind.Network, QuotaKind.Vm, QuotaKind.Image];

    /// <param name="asDefaults">they are everybody's defaults, of which nothing is used</param>
    public static void Write(
        DocumentWriter to, QuotaLimits limits, ImmutableDictionary<QuotaKey, decimal> used, ImmutableArray<string> generic, bool asDefaults)
    {
        foreach (var kind in Order)
        {
            to.Open(kind.Word() + "_QUOTA");
            foreach (var entry in Entries(kind, limits, used))
                Write(to, entry, used, generic, asDefaults);
            to.Close(kind.Word() + "_QUOTA");
        }
    }

    private static IEnumerable<QuotaEntry> Entries(QuotaKind kind, QuotaLimits limits, ImmutableDictionary<QuotaKey, decimal> used)
    {
        var limited = limits.Entries.Where(e => e.Kind == kind).ToList();
        // What the VMs of a cluster use is only of interest where they are limited.
        var unlimited = used.Keys.Where(k => k.Kind == kind && (kind is not QuotaKind.Vm || k.Id == QuotaKey.Everywhere)).Select(k => k.Id).Distinct()
            .Select(id => (ImmutableArray<int>)(id == QuotaKey.Everywhere ? [] : [id]))
            .Where(ids => limits.Find(kind, ids) is null)
            .Select(ids => new QuotaEntry(kind, ids, ImmutableSortedDictionary<string, decimal>.Empty));
        return limited.Concat(unlimited).OrderBy(e => e.Ids.FirstOrDefault(-1));
    }

    private static void Write(
        DocumentWriter to, QuotaEntry entry, ImmutableDictionary<QuotaKey, decimal> used, ImmutableArray<string> generic, bool asDefaults)
    {
        var elements = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!entry.Ids.IsEmpty)
            elements[entry.IsOfClusters ? "CLUSTER_IDS" : "ID"] = entry.Id;
        foreach (var metric in QuotaMetrics.Of(entry.Kind, generic))
        {
            var most = entry.Limits.GetValueOrDefault(metric, asDefaults || entry.IsOfClusters ? QuotaLimits.Unlimited : QuotaLimits.Default);
            elements[metric] = QuotaMetrics.Text(most);
            elements[metric + "_USED"] = QuotaMetrics.Text(new QuotaLimit(entry, metric, most).Keys.Sum(key => used.GetValueOrDefault(key)));
        }

        to.Open(entry.Kind.Word());
        foreach (var (name, value) in elements)
            to.CData(name, value);
        to.Close(entry.Kind.Word());
    }
}
