using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Quotas;

/// <summary>The limits on one resource: a network, an image, a datastore, the VMs everywhere or those of some clusters.</summary>
/// <param name="Ids">of the resource or the clusters, ascending; empty: VMs everywhere</param>
/// <param name="Limits">by metric; one that is not here is as the default says</param>
public sealed record QuotaEntry(QuotaKind Kind, ImmutableArray<int> Ids, ImmutableSortedDictionary<string, decimal> Limits)
{
    public string Id => string.Join(',', Ids);

    /// <summary>Limits on clusters have no defaults.</summary>
    public bool IsOfClusters => Kind is QuotaKind.Vm && !Ids.IsEmpty;

    public bool IsFor(QuotaKind kind, ImmutableArray<int> ids) => Kind == kind && Ids.AsSpan().SequenceEqual(ids.AsSpan());
}

/// <summary>A number that what is used may not go beyond.</summary>
public readonly record struct QuotaLimit(QuotaEntry Of, string Metric, decimal Most)
{
    public bool Counts(QuotaKey key) =>
        key.Kind == Of.Kind && key.Metric == Metric && (Of.Ids.IsEmpty ? key.Id == QuotaKey.Everywhere : Of.Ids.Contains(key.Id));

    /// <summary>What is added up.</summary>
    public IEnumerable<QuotaKey> Keys
    {
        get
        {
            var (of, metric) = (Of, Metric);
            return of.Ids.IsEmpty ? [new(of.Kind, QuotaKey.Everywhere, metric)] : of.Ids.Select(id => new QuotaKey(of.Kind, id, metric));
        }
    }
}

/// <summary>The limits of a user or a group, or the defaults of all of them, as a value.</summary>
/// <param name="Entries">by kind and ids</param>
public sealed record QuotaLimits(ImmutableArray<QuotaEntry> Entries)
{
    public const decimal Default = -1, Unlimited = -2;

    /// <summary>The fact of a user or group in which they are kept; oneadmin and its group, who have none, keep the defaults.</summary>
    public const string Fact = "QUOTA";

    public static readonly QuotaLimits None = new(ImmutableArray<QuotaEntry>.Empty);

    /// <summary>Reads what <see cref="ToText"/> wrote; null or empty: none.</summary>
    public static QuotaLimits Of(string? text) => string.IsNullOrEmpty(text)
        ? None
        : new([.. Enum.GetValues<QuotaKind>().SelectMany(kind => Template.Parse(text).Vectors(kind.Word()).Select(v => Stored(kind, v)))]);

    public string ToText() => Template.Of(Entries.Select(e => new VectorAttribute(e.Kind.Word(),
    [
        new(e.Kind is QuotaKind.Vm ? "CLUSTER_IDS" : "ID", e.Id), .. e.Limits.Select(l => KeyValuePair.Create(l.Key, QuotaMetrics.Text(l.Value))),
    ]))).ToText();

    public QuotaEntry? Find(QuotaKind kind, ImmutableArray<int> ids) => Entries.FirstOrDefault(e => e.IsFor(kind, ids));

    /// <summary>The limits that hold for somebody with these of his own, in the order in which they are looked at.</summary>
    public IEnumerable<QuotaLimit> With(QuotaLimits defaults)
    {
        foreach (var entry in Entries.Concat(defaults.Entries.Where(d => Find(d.Kind, d.Ids) is null)).OrderBy(e => e.Kind).ThenBy(e => !e.IsOfClusters))
        {
            var otherwise = defaults.Find(entry.Kind, entry.Ids);
            foreach (var metric in entry.Limits.Keys.Union(otherwise?.Limits.Keys ?? []).OrderBy(QuotaMetrics.Rank))
            {
                var most = entry.Limits.GetValueOrDefault(metric, Default);
                if (most == Default)
                    most = otherwise?.Limits.GetValueOrDefault(metric, Unlimited) ?? Unlimited;
                if (most >= 0)
                    yield return new(entry, metric, most);
            }
        }
    }

    /// <summary>
    /// Takes a quota template: <c>VM=[VMS=5,CPU=4] VM=[CLUSTER_IDS="0,100",VMS=2] NETWORK=[ID=3,LEASES=10]</c>. Each entry replaces that of
    /// the same resource whole; a metric that it leaves out goes back to the default. Entries of resources that are not named stay.
    /// </summary>
    /// <param name="asDefaults">they are everybody's defaults: no clusters, and -1 means nothing</param>
    /// <param name="isCluster">whether there is a cluster of that id</param>
    public (QuotaLimits? Limits, Refusal? Why) Set(Template given, bool asDefaults, ImmutableArray<string> generic, Func<int, bool> isCluster)
    {
        var limits = this;
        if (asDefaults && given.Vectors("VM").Count() > 1)
            return (null, Bad("Only one default VM quota can be defined", "VM", null));
        foreach (var kind in Enum.GetValues<QuotaKind>())
            foreach (var vector in given.Vectors(kind.Word()))
            {
                var (entry, why) = Read(kind, vector, asDefaults, generic);
                why ??= entry!.IsOfClusters ? limits.WrongClusters(entry, asDefaults, isCluster) : null;
                if (why is not null)
                    return (null, why);
                limits = limits.Put(entry!);
            }

        return (limits, null);
    }

    public bool Equals(QuotaLimits? other) => other is not null && ToText() == other.ToText();
    public override int GetHashCode() => ToText().GetHashCode(StringComparison.Ordinal);

    private QuotaLimits Put(QuotaEntry entry)
    {
        var others = Entries.Where(e => !e.IsFor(entry.Kind, entry.Ids));
        return new([.. (entry.Limits.IsEmpty ? others : others.Append(entry)).OrderBy(e => e.Kind).ThenBy(e => e.Ids.FirstOrDefault(-1))]);
    }

    private Refusal? WrongClusters(QuotaEntry entry, bool asDefaults, Func<int, bool> isCluster)
    {
        if (asDefaults)
            return Bad("CLUSTER_IDS attribute is not allowed for default VM quota", "CLUSTER_IDS", entry.Id);
        if (Find(QuotaKind.Vm, entry.Ids) is not null)
            return null;
        foreach (var id in entry.Ids)
            if (!isCluster(id))
                return Bad($"Cluster {id} does not exist", "CLUSTER_IDS", entry.Id);
            else if (Entries.Any(e => e.IsOfClusters && e.Ids.Contains(id)))
                return Bad($"Quota for cluster id {id} already exists", "CLUSTER_IDS", entry.Id);
        return null;
    }

    /// <summary>Only what says something is kept: not the default, and for clusters and defaults not the lack of a limit either.</summary>
    private static (QuotaEntry? Entry, Refusal? Why) Read(QuotaKind kind, VectorAttribute vector, bool asDefaults, ImmutableArray<string> generic)
    {
        var wrong = Bad($"Negative limits or bad format in quota {kind.Word()} = [ {string.Join(",", vector.Pairs.Select(p => $"{p.Key}=\"{p.Value}\""))} ]", kind.Word(), vector.ToString());
        if (Ids(kind, vector) is not { } ids)
            return (null, wrong);
        var limits = ImmutableSortedDictionary.CreateBuilder<string, decimal>(StringComparer.Ordinal);
        var tacit = kind is QuotaKind.Vm && !ids.IsEmpty ? Unlimited : Default;
        foreach (var metric in QuotaMetrics.Of(kind, generic))
        {
            if (vector[metric] is not { Length: > 0 } text)
                continue;
            if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var limit)
                || limit > MostOfAll || (limit < 0 && limit != Unlimited && (limit != Default || asDefaults)))
                return (null, wrong);
            if (limit != Default && limit != tacit && !(asDefaults && limit == Unlimited))
                limits[metric] = limit;
        }

        return (new(kind, ids, limits.ToImmutable()), null);
    }

    /// <summary>More is a slip, and sums of such would not fit.</summary>
    private const decimal MostOfAll = 1_000_000_000_000_000_000;

    private static ImmutableArray<int>? Ids(QuotaKind kind, VectorAttribute vector)
    {
        var text = vector[kind is QuotaKind.Vm ? "CLUSTER_IDS" : "ID"] ?? "";
        var ids = ImmutableSortedSet.CreateBuilder<int>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                ids.Add(id);
            else
                return null;
        return kind is QuotaKind.Vm || ids.Count == 1 ? [.. ids] : null;
    }

    private static QuotaEntry Stored(QuotaKind kind, VectorAttribute vector) => new(
        kind, Ids(kind, vector) ?? throw new FormatException($"stored quotas have {vector}"),
        vector.Pairs.Where(p => p.Key is not ("ID" or "CLUSTER_IDS"))
            .ToImmutableSortedDictionary(p => p.Key, p => decimal.Parse(p.Value, CultureInfo.InvariantCulture), StringComparer.Ordinal));

    private static Refusal Bad(string text, string field, string? value) => new(ErrorCode.Action, text, field, value);
}
