using System.Globalization;

namespace PoweredAppliance.Core.Tests.Quotas;

/// <summary>Somebody's thing: a VM, an image or a reserved network. Numbers as OpenNebula's.</summary>
internal sealed record NaiveThing
{
    public required string Kind { get; init; }
    public required int Id { get; init; }
    public required int User { get; init; }
    public required int Group { get; init; }
    public string Name { get; init; } = "";

    // A VM.
    public int State { get; init; } = 1;
    public int Lcm { get; init; }
    public int Cluster { get; init; } = -1;
    public decimal Cpu { get; init; }
    public int Memory { get; init; }
    public int Vcpu { get; init; }
    public (int? Image, int Size, int Snapshots, bool Copied)[] Disks { get; init; } = [];
    public int[] Networks { get; init; } = [];

    /// <summary>MB of each snapshot with its memory.</summary>
    public int[] Saved { get; init; } = [];

    /// <summary>MB that the first disk is just growing by.</summary>
    public int Growing { get; init; }
    public (int Devices, int Nics) Pci { get; init; }

    /// <summary>An image's datastore, or the network that was reserved from.</summary>
    public int Of { get; init; }

    /// <summary>MB, or addresses.</summary>
    public int Size { get; init; }

    private static readonly int[] AsleepWhileActive = [27, 28, 33, 34, 51, 52, 53, 54, 55, 56, 63, 64, 65, 67, 68];

    private bool Runs => State is 1 or 2 or 10 or 11 || (State == 3 && !AsleepWhileActive.Contains(Lcm));

    /// <summary>How much of one metric of one resource this is.</summary>
    public decimal Amount(string kind, string resource, string metric)
    {
        var ids = resource.Length == 0 ? [] : resource.Split(',').Select(int.Parse).ToArray();
        if (Kind == "image")
            return kind == "DATASTORE" && ids[0] == Of ? metric == "IMAGES" ? 1 : Size : 0;
        if (Kind == "reservation")
            return kind == "NETWORK" && ids[0] == Of ? Size : 0;
        if (State == 6)
            return 0;
        if (kind == "IMAGE")
            return Disks.Count(d => d.Image == ids[0]);
        if (kind == "NETWORK")
            return Networks.Count(n => n == ids[0]);
        if (kind != "VM" || (ids.Length > 0 && !ids.Contains(Cluster)))
            return 0;
        if (metric.StartsWith("RUNNING_", StringComparison.Ordinal))
            return Runs ? Amount(kind, resource, metric["RUNNING_".Length..]) : 0;
        return metric switch
        {
            "VMS" => 1,
            "CPU" => Cpu,
            "MEMORY" => Memory,
            "VCPU" => Vcpu,
            "PCI_DEV" => Pci.Devices,
            "PCI_NIC" => Pci.Nics,
            _ => Saved.Sum() + Disks.Select((d, i) => d.Image is not null && !d.Copied ? 0 : d.Size + d.Snapshots + (i == 0 ? Growing : 0)).Sum(),
        };
    }

    public bool IsPaidBy(string holder) => holder == $"User [{User}]" || holder == $"Group [{Group}]";
}

/// <summary>Quotas as one would tell them to a customer: everything is counted anew for each question.</summary>
internal sealed class NaiveZone
{
    public static readonly Dictionary<string, string[]> Metrics = new()
    {
        ["NETWORK"] = ["LEASES"],
        ["VM"] =
        [
            "VMS", "RUNNING_VMS", "CPU", "RUNNING_CPU", "MEMORY", "RUNNING_MEMORY", "PCI_DEV", "RUNNING_PCI_DEV", "PCI_NIC", "RUNNING_PCI_NIC",
            "SYSTEM_DISK_SIZE", "VCPU", "RUNNING_VCPU",
        ],
        ["IMAGE"] = ["RVMS"],
        ["DATASTORE"] = ["SIZE", "IMAGES"],
    };

    public const int Clusters = 3;

    public List<NaiveThing> Things { get; } = [];

    /// <summary>What was let to become, by ticket.</summary>
    public Dictionary<long, NaiveThing> Promises { get; } = [];

    /// <summary>Holder, kind, resource, metric: the limit as it was set.</summary>
    public Dictionary<(string Holder, string Kind, string Resource, string Metric), decimal> Limits { get; } = [];

    public decimal Used(string holder, string kind, string resource, string metric) =>
        Things.Where(t => t.IsPaidBy(holder)).Sum(t => t.Amount(kind, resource, metric));

    /// <summary>Every answer that would be right: none: it is let through.</summary>
    public List<string> Refusals(NaiveThing after)
    {
        var right = new List<string>();
        var before = Now(after);
        foreach (var holder in new[] { $"User [{after.User}]", $"Group [{after.Group}]" })
        {
            if (holder.EndsWith("[0]", StringComparison.Ordinal))
                continue;
            var defaults = holder[0] == 'U' ? "User [0]" : "Group [0]";
            foreach (var (kind, resource) in Limits.Keys.Where(k => k.Holder == holder || k.Holder == defaults).Select(k => (k.Kind, k.Resource)).Distinct().ToList())
                foreach (var metric in Metrics[kind])
                {
                    if (!Limits.TryGetValue((holder, kind, resource, metric), out var limit) || limit == -1)
                        limit = Limits.GetValueOrDefault((defaults, kind, resource, metric), -2);
                    var asked = after.Amount(kind, resource, metric) - Of(before);
                    if (limit < 0 || asked <= 0)
                        continue;
                    var used = Used(holder, kind, resource, metric);
                    foreach (var promised in Promises.Values.Where(p => p.IsPaidBy(holder)))
                        used += Math.Max(0, promised.Amount(kind, resource, metric) - Of(Now(promised)));
                    if (used + asked > limit)
                        right.Add($"User [{after.User}] : {holder} limit of {Text(limit)} reached for {metric} quota in {kind}"
                            + $"{(resource.Length > 0 ? $" with ID: {resource}" : "")}, {Text(used)} used and {Text(asked)} asked.");

                    decimal Of(NaiveThing? thing) => thing is not null && thing.IsPaidBy(holder) ? thing.Amount(kind, resource, metric) : 0;
                }
        }

        return right;
    }

    /// <summary>The thing as it is: by its number, or where it has none yet by its owner's name for it.</summary>
    public NaiveThing? Now(NaiveThing thing) => Things.Find(t => t.Kind == thing.Kind && (thing.Id >= 0 ? t.Id == thing.Id : t.User == thing.User && t.Name == thing.Name));

    /// <summary>Promises about a thing end when it is what was promised, in every way at least, or when nobody pays for it.</summary>
    public void Keep(NaiveThing now)
    {
        foreach (var (ticket, promised) in Promises.Where(p => p.Value.Kind == now.Kind && (p.Value.Id >= 0 ? p.Value.Id == now.Id : p.Value.User == now.User && p.Value.Name == now.Name)).ToList())
            if (now.State == 6 || now is { User: 0, Group: 0 } || (promised.User == now.User && promised.Group == now.Group && promised.Cluster == now.Cluster
                && Metrics.All(kind => kind.Value.All(metric => Enumerable.Range(-1, 5).All(id => (id < 0 && kind.Key != "VM")
                    || now.Amount(kind.Key, id < 0 ? "" : $"{id}", metric) >= promised.Amount(kind.Key, id < 0 ? "" : $"{id}", metric))))))
                Promises.Remove(ticket);
    }

    /// <summary>False: it is refused, and nothing is changed.</summary>
    public bool Set(string holder, string kind, string resource, Dictionary<string, decimal> limits)
    {
        var asDefaults = holder.EndsWith("[0]", StringComparison.Ordinal);
        if (limits.Values.Any(l => l < 0 && l != -2 && (l != -1 || asDefaults)))
            return false;
        if (kind == "VM" && resource.Length > 0)
        {
            var known = Limits.Keys.Where(k => k.Holder == holder && k.Kind == "VM" && k.Resource.Length > 0).Select(k => k.Resource).ToHashSet();
            var ids = resource.Split(',').Select(int.Parse).ToList();
            if (asDefaults || (!known.Contains(resource) && (ids.Any(id => id >= Clusters) || known.Any(k => k.Split(',').Select(int.Parse).Intersect(ids).Any()))))
                return false;
        }

        foreach (var metric in Metrics[kind])
            Limits.Remove((holder, kind, resource, metric));
        foreach (var (metric, limit) in limits)
            if (limit != -1 && !(limit == -2 && (asDefaults || (kind == "VM" && resource.Length > 0))))
                Limits[(holder, kind, resource, metric)] = limit;
        return true;
    }

    private static string Text(decimal number) => number.ToString("G29", CultureInfo.InvariantCulture);
}
