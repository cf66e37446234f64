using System.CommandLine;
using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered capacity</c></summary>
internal static class CapacityVerb
{
    private const int Enough = 10 * 365;

    private static readonly Option<string?> Template = new("--template")
    {
        Description = "A VM template, by id or name",
        HelpName = "TEMPLATE",
    };
    private static readonly Option<string?> Cpu = new("--cpu") { Description = "Cores of each: 0.5, 2 (1 unless given)", HelpName = "CORES" };
    private static readonly Option<string?> Memory = new("--memory") { Description = "Memory of each: 512M, 4G (1G unless given)", HelpName = "SIZE" };
    private static readonly Option<string?> Disk = new("--disk") { Description = "Disk of each: 20G (none unless given)", HelpName = "SIZE" };
    private static readonly Option<string?> Cluster = new("--cluster") { Description = "Only in this cluster, by id or name", HelpName = "CLUSTER" };

    public static Verb Build() => new Verb("capacity", "Say how many more VMs fit, and when it runs out", Run)
    {
        Examples = ["powered capacity --template small", "powered capacity --cpu 2 --memory 4G --disk 20G", "powered capacity --template small --cluster prod --json"],
    }.With(Template, Cpu, Memory, Disk, Cluster);

    private static async Task<int> Run(Call call)
    {
        if (call.Value(Template) is not null && (call.Value(Cpu) ?? call.Value(Memory) ?? call.Value(Disk)) is not null)
            throw new Ending(Exit.Usage, "--template says what each takes: give it, or --cpu, --memory and --disk");
        var headroom = await call.Client.GetCapacity(
            call.Value(Template), Cores(call.Value(Cpu)), Size("--memory", call.Value(Memory)), Size("--disk", call.Value(Disk)), call.Value(Cluster), call.Stop);
        if (call.Json)
        {
            call.PrintJson(headroom, WireJson.Default.Headroom);
            return Exit.Ok;
        }

        call.Print($"{Fits(headroom)} of {What(headroom)}");
        if (headroom.Clusters.Count > 0)
            call.Print(Table(headroom));
        foreach (var line in Notes(headroom, call.Shell.Time))
            call.Print(Paint.Tame(line));
        return Exit.Ok;
    }

    private static string Fits(Headroom h) => h.Fits switch
    {
        0 => "no more fits",
        1 => "1 more fits",
        var n => $"{(h.AtLeast ? "at least " : "")}{n.ToString(CultureInfo.InvariantCulture)} more fit",
    };

    private static string What(Headroom h)
    {
        var each = $"{Human.Cores(h.CpuPercent)} cpu, {Human.Mib(h.MemoryMib)} memory{(h.DiskMib > 0 ? $", {Human.Mib(h.DiskMib)} disk" : "")}";
        return h.Template is { } name ? Paint.Tame($"template '{name}' ({each})") : $"VMs of {each}";
    }

    private static Table Table(Headroom headroom)
    {
        var table = new Table(("CLUSTER", Side.Left), ("HOSTS", Side.Right), ("FIT", Side.Right), ("IF ALL UP", Side.Right), ("RUNS OUT", Side.Left));
        foreach (var c in headroom.Clusters)
            table.Add(c.Cluster, c.Hosts, Text(c.Fits), Text(c.FitsIfAllUp), c.RunsOutFirst);
        if (headroom.Clusters.Count > 1)
            table.Add("all", headroom.Clusters.Sum(c => c.Hosts), Text(headroom.Fits), Text(headroom.FitsIfAllUp), headroom.RunsOutFirst);
        return table;
    }

    private static IEnumerable<string> Notes(Headroom h, TimeProvider time)
    {
        if (h.Clusters.Count == 0 && h.Reasons.Count == 0)
            yield return "there are no hosts; add one with `powered host add NAME --uri qemu:///system`";
        foreach (var reason in h.Reasons)
            yield return reason.Text;
        var days = h.FullAt is { } at ? (at - time.GetUtcNow()).TotalDays : double.PositiveInfinity;
        yield return days > Enough
            ? $"no growth that would use it up in the last {Days(h.Growth.Days)}"
            : $"full in {Days(days)} if the growth of the last {Days(h.Growth.Days)} goes on: {Rates(h.Growth)} a day";
    }

    private static string Rates(GrowthRate growth) =>
        $"{(growth.CpuPercentPerDay / 100).ToString("0.##", CultureInfo.InvariantCulture)} cpu, {Human.Mib((long)growth.MemoryMibPerDay)} memory, {Human.Mib((long)growth.DiskMibPerDay)} disk";

    private static string Days(double days) => days is > 0.95 and < 1.05 ? "1 day" : $"{days.ToString("0.#", CultureInfo.InvariantCulture)} days";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static int? Cores(string? text) => text is null ? null
        : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cores) && cores is > 0 and <= 1_000_000
            ? (int)Math.Ceiling(cores * 100)
            : throw new Ending(Exit.Usage, $"--cpu: '{text}' is no number of cores; write 0.5 or 2");

    private static long? Size(string option, string? text) => text is null ? null
        : Human.ReadMib(text) ?? throw new Ending(Exit.Usage, $"{option}: '{text}' is no size; write 512M or 4G");
}
