using System.Text;
using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>One host that was looked at for a demand, as it was then.</summary>
public readonly record struct Considered(HostCapacity Host, Demand Demand, Misfit Misfit)
{
    /// <summary>
    /// The numbers behind <see cref="Misfit"/>: <c>1.5 GiB free, 2 GiB asked</c>; for a host that fits what it had free.
    /// </summary>
    public string Detail => Misfit switch
    {
        Misfit.Disabled => "an operator disabled it",
        Misfit.Silent => "its latest reading is overdue",
        Misfit.TooLittleCpu => Amount.Cpu(Host.CpuPercentFree, Demand.CpuPercent),
        Misfit.TooLittleMemory => Amount.Memory(Host.MemoryFreeKibibytes, Demand.MemoryKibibytes),
        Misfit.TooLittleDisk => Amount.Disk(Host.DiskFreeMebibytes, Demand.DiskMebibytes),
        Misfit.RequirementFails => $"does not meet {Demand.Shape.RequirementText ?? "the requirement"}",
        Misfit.VmGroupForbids => Demand.Affinity!.Against(Host.Id)!,
        Misfit.WrongHost => Demand.Leaves == Host.Id ? "the VM has to leave it" : $"the VM's files are on host {Demand.Only}",
        Misfit.WrongCluster => $"is in cluster {Host.Cluster}, the VM may be in {string.Join(", ", Demand.Shape.Clusters)}",
        _ => $"{Amount.Cpu(Host.CpuPercentFree)} and {Amount.Memory(Host.MemoryFreeKibibytes)} free",
    };

    /// <summary>How much of the scarce thing there is; the nearest of the refused has the most.</summary>
    internal long Free => Misfit switch
    {
        Misfit.TooLittleCpu => Host.CpuPercentFree,
        Misfit.TooLittleMemory => Host.MemoryFreeKibibytes,
        Misfit.TooLittleDisk => Host.DiskFreeMebibytes,
        _ => 0,
    };
}

/// <summary>An answer to a demand, with all that was looked at, by ascending host id.</summary>
/// <param name="Chosen">null: no host fits</param>
public sealed record Verdict(Demand Demand, HostId? Chosen, IReadOnlyList<Considered> Considered)
{
    /// <summary>
    /// One sentence for an operator, the refused hosts grouped by reason, the most frequent first:
    /// <c>no host fits: 3 lack memory (nearest: host2 has 1.5 GiB free, 2 GiB asked), 1 disabled</c>.
    /// </summary>
    /// <param name="ways">how room could be made; null: nobody looked</param>
    public string Explain(IReadOnlyList<Way>? ways = null)
    {
        var text = new StringBuilder();
        if (Chosen is { } chosen)
        {
            var fitting = Considered.Count(c => c.Misfit is Misfit.None);
            var best = Considered.First(c => c.Host.Id == chosen);
            text.Append(best.Host.Name).Append(fitting == 1 ? " alone fits" : $" fits best of {fitting}")
                .Append($" ({best.Detail})");
        }
        else
        {
            text.Append("no host fits");
        }

        var reasons = ByReason.Select(g => Reason(g.Key, [.. g])).ToList();
        if (reasons.Count > 0)
            text.Append(": ").AppendJoin(", ", reasons);
        else if (Considered.Count == 0)
            text.Append(": there are no hosts");
        if (Chosen is null && Demand.Only is { } only && Considered.All(c => c.Host.Id != only))
            text.Append($", and host {only} with the VM's files is gone");
        if (ways is { Count: > 0 })
            text.Append("; ").AppendJoin(", ", ways);
        return text.ToString();
    }

    /// <summary>
    /// The refused hosts that are nearest to fitting, the nearest first: those that fail at what is looked at last, of
    /// them those that have most of what they lack; ties to the lowest id.
    /// </summary>
    public IReadOnlyList<Considered> Nearest(int most) =>
    [
        .. Considered.Where(c => c.Misfit is not Misfit.None)
            .OrderBy(c => Distance(c.Misfit)).ThenByDescending(c => c.Free).ThenBy(c => c.Host.Id.Value).Take(most),
    ];

    /// <summary>How many hosts are refused for each reason, the most frequent first.</summary>
    public IReadOnlyList<(Misfit Misfit, int Hosts)> Counts() => [.. ByReason.Select(g => (g.Key, g.Count()))];

    private IEnumerable<IGrouping<Misfit, Considered>> ByReason => Considered.Where(c => c.Misfit is not Misfit.None)
        .GroupBy(c => c.Misfit).OrderByDescending(g => g.Count()).ThenBy(g => g.Key);

    /// <summary>The order of <see cref="Placement.Fit"/>, from its end.</summary>
    private static int Distance(Misfit misfit) => misfit switch
    {
        Misfit.None => 0,
        Misfit.TooLittleDisk => 1,
        Misfit.TooLittleMemory => 2,
        Misfit.TooLittleCpu => 3,
        Misfit.Silent => 4,
        Misfit.Disabled => 5,
        Misfit.VmGroupForbids => 6,
        Misfit.RequirementFails => 7,
        Misfit.WrongCluster => 8,
        Misfit.WrongHost => 9,
        _ => throw new ArgumentOutOfRangeException(nameof(misfit), misfit, "a reason without a place"),
    };

    private string Reason(Misfit misfit, List<Considered> hosts)
    {
        var (count, one) = (hosts.Count, hosts.Count == 1);
        return misfit switch
        {
            Misfit.Disabled => $"{count} disabled",
            Misfit.Silent => $"{count} not monitored",
            Misfit.TooLittleCpu => $"{count} {(one ? "lacks" : "lack")} cpu {Nearest(hosts)}",
            Misfit.TooLittleMemory => $"{count} {(one ? "lacks" : "lack")} memory {Nearest(hosts)}",
            Misfit.TooLittleDisk => $"{count} {(one ? "lacks" : "lack")} disk {Nearest(hosts)}",
            Misfit.RequirementFails =>
                $"{count} {(one ? "does" : "do")} not meet {Demand.Shape.RequirementText ?? "the requirement"}",
            Misfit.VmGroupForbids => $"{count} forbidden by VM group {Demand.Affinity!.Group} ({hosts[0].Host.Name}: {hosts[0].Detail})",
            Misfit.WrongHost when Demand.Only is null => $"{hosts[0].Host.Name} is to be left",
            Misfit.WrongHost => $"{count} {(one ? "has" : "have")} not the VM's files (host {Demand.Only} has)",
            Misfit.WrongCluster => $"{count} in another cluster than {string.Join(", ", Demand.Shape.Clusters)}",
            _ => throw new ArgumentOutOfRangeException(nameof(misfit), misfit, "a reason without words"),
        };
    }

    private static string Nearest(List<Considered> hosts)
    {
        var nearest = hosts[0];
        foreach (var host in hosts)
            nearest = host.Free > nearest.Free ? host : nearest;
        return $"({(hosts.Count == 1 ? "" : "nearest: ")}{nearest.Host.Name} has {nearest.Detail})";
    }
}
