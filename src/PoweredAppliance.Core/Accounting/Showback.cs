using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Accounting;

/// <summary>Per hour: of a core, of a MB of memory, of a MB of disk.</summary>
public sealed record Prices(decimal Cpu, decimal Memory, decimal Disk)
{
    /// <summary>A VM's own, where its template gives them.</summary>
    public Prices For(Template template) => new(
        Specification.Number(template["CPU_COST"], Cpu), Specification.Number(template["MEMORY_COST"], Memory), Specification.Number(template["DISK_COST"], Disk));
}

/// <summary>What a VM cost in a month: hours on hosts, hours it ran, and money, all exact.</summary>
public sealed record MonthlyCost(int Year, int Month, decimal Hours, decimal RunningHours, decimal Cpu, decimal Memory, decimal Disk)
{
    public decimal Total => Cpu + Memory + Disk;
}

/// <summary>
/// OpenNebula's showback, from the history records of VMs: every record's hours in a month times what the VM was while the record lasted.
/// Derived whenever it is asked for, so there is nothing that could be out of date.
/// </summary>
public static class Showback
{
    private const decimal SecondsOfAnHour = 3600;

    /// <summary>The months in which the VM was on a host, in order.</summary>
    /// <param name="from">unix second of the first month's beginning</param>
    /// <param name="until">unix second at which it ends: nothing later counts, such as what is still to come</param>
    /// <param name="zone">in which months begin</param>
    public static IEnumerable<MonthlyCost> Of(VirtualMachine vm, Prices defaults, long from, long until, TimeZoneInfo zone)
    {
        if (vm.History is not [var first, ..])
            yield break;
        for (var month = Month(Math.Max(from, first.Start), zone); Begins(month, zone) is var begin && begin < until; month = month.AddMonths(1))
        {
            var end = Math.Min(until, Begins(month.AddMonths(1), zone));
            var cost = new MonthlyCost(month.Year, month.Month, 0, 0, 0, 0, 0);
            foreach (var record in vm.History)
                cost = With(cost, record, record.Template ?? vm.Template, defaults, Math.Max(from, begin), end);
            if (cost.Hours > 0)
                yield return cost;
        }
    }

    /// <summary>The unix second at which a month begins.</summary>
    public static long Begins(DateTime month, TimeZoneInfo zone) => new DateTimeOffset(month, zone.GetUtcOffset(month)).ToUnixTimeSeconds();

    private static MonthlyCost With(MonthlyCost sum, HistoryRecord record, Template template, Prices defaults, long begin, long end)
    {
        var hours = Hours(record.Start, record.End, begin, end);
        if (hours == 0)
            return sum;
        var prices = defaults.For(template);
        var disk = template.Vectors("DISK").Sum(d => Specification.Number(d["SIZE"], 0) + Specification.Number(d["DISK_SNAPSHOT_TOTAL_SIZE"], 0));
        return sum with
        {
            Hours = sum.Hours + hours,
            RunningHours = sum.RunningHours + (record.RunningStart == 0 ? 0 : Hours(record.RunningStart, record.RunningEnd == 0 ? record.End : record.RunningEnd, begin, end)),
            Cpu = sum.Cpu + (prices.Cpu * Specification.Number(template["CPU"], 0) * hours),
            Memory = sum.Memory + (prices.Memory * Specification.Number(template["MEMORY"], 0) * hours),
            Disk = sum.Disk + (prices.Disk * disk * hours),
        };
    }

    private static decimal Hours(long start, long stop, long begin, long end) =>
        Math.Max(0, Math.Min(stop == 0 ? end : stop, end) - Math.Max(start, begin)) / SecondsOfAnHour;

    private static DateTime Month(long second, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(second), zone) is var at ? new(at.Year, at.Month, 1) : default;
}
