using PoweredAppliance.Core;

namespace PoweredAppliance.Scheduling;

/// <summary>A refused host by name, and what it lacks or why it is out; null: the reason says all.</summary>
public readonly record struct NearHost(HostId Host, string Name, string? Lacks);

/// <summary>How many hosts are refused for one reason, and which of them are nearest to fitting.</summary>
/// <param name="What">in words that go with any number of hosts: <c>not enough memory</c></param>
/// <param name="Nearest">the nearest first</param>
public sealed record HostReason(Misfit Misfit, string What, int Hosts, IReadOnlyList<NearHost> Nearest)
{
    /// <summary>So many hosts are kept by name.</summary>
    public const int MostNamed = 5;

    private const int MostInText = 2;

    private bool IsOfRoom => Misfit is Misfit.TooLittleCpu or Misfit.TooLittleMemory or Misfit.TooLittleDisk;

    /// <summary>The reasons of a verdict, that of the most hosts first.</summary>
    /// <param name="cause">a reason in other words than its own, which tell more of one misfit apart; what is particular of the host</param>
    public static IReadOnlyList<HostReason> Of(Verdict verdict, Func<Considered, (string What, string? Of)>? cause = null) =>
    [
        .. verdict.Considered.Where(c => c.Misfit is not Misfit.None)
            .Select(c => (Seen: c, Said: cause?.Invoke(c) ?? Said(c)))
            .GroupBy(c => (c.Seen.Misfit, c.Said.What))
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Misfit).ThenBy(g => g.Key.What, StringComparer.Ordinal)
            .Select(g => new HostReason(g.Key.Misfit, g.Key.What, g.Count(),
            [
                .. g.OrderByDescending(c => c.Seen.Free).ThenBy(c => c.Seen.Host.Id.Value).Take(MostNamed)
                    .Select(c => new NearHost(c.Seen.Host.Id, c.Seen.Host.Name, c.Said.Of)),
            ])),
    ];

    /// <summary>A misfit in words of its own.</summary>
    public static (string What, string? Of) Said(Considered seen) => seen.Misfit switch
    {
        Misfit.Disabled => ("disabled", null),
        Misfit.Silent => ("not monitored", null),
        Misfit.TooLittleCpu => ("not enough cpu", Lacks(seen)),
        Misfit.TooLittleMemory => ("not enough memory", Lacks(seen)),
        Misfit.TooLittleDisk => ("not enough disk", Lacks(seen)),
        Misfit.RequirementFails => ($"{seen.Demand.Shape.RequirementText ?? "the requirement"} is false there", null),
        Misfit.VmGroupForbids => ($"forbidden by VM group {seen.Demand.Affinity!.Group}", seen.Detail),
        Misfit.WrongHost when seen.Demand.Only is null => ("it is to leave it", null),
        Misfit.WrongHost => ($"its files are on host {seen.Demand.Only}", null),
        Misfit.WrongCluster => ($"in another cluster than {string.Join(", ", seen.Demand.Shape.Clusters)}", null),
        _ => throw new ArgumentOutOfRangeException(nameof(seen), seen.Misfit, "a reason without words"),
    };

    /// <summary><c>12 hosts: not enough memory (nearest: host7 lacks 4 GiB, host3 lacks 6 GiB)</c></summary>
    public override string ToString() => $"{Hosts} {(Hosts == 1 ? "host" : "hosts")}: {What} ({Named()})";

    /// <summary>All that is short on the host, what is short first without its name.</summary>
    private static string Lacks(Considered seen)
    {
        var (demand, host, lacks) = (seen.Demand, seen.Host, new List<string>());
        if (demand.CpuPercent > host.CpuPercentFree)
            lacks.Add(Amount.Cpu(demand.CpuPercent - (long)host.CpuPercentFree));
        if (demand.MemoryKibibytes > host.MemoryFreeKibibytes)
            lacks.Add(Amount.Memory(demand.MemoryKibibytes - host.MemoryFreeKibibytes) + (seen.Misfit is Misfit.TooLittleMemory ? "" : " of memory"));
        if (demand.DiskMebibytes > host.DiskFreeMebibytes)
            lacks.Add(Amount.Disk(demand.DiskMebibytes - host.DiskFreeMebibytes) + (seen.Misfit is Misfit.TooLittleDisk ? "" : " of disk"));
        return string.Join(" and ", lacks);
    }

    private string Named()
    {
        var some = string.Join(", ", Nearest.Take(MostInText).Select(near => near.Lacks is null ? near.Name : $"{near.Name}{(IsOfRoom ? " lacks" : ":")} {near.Lacks}"));
        return Hosts <= MostInText ? some : IsOfRoom ? $"nearest: {some}" : $"{some} and {Hosts - MostInText} more";
    }
}
