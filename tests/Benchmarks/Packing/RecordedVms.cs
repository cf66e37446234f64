using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Scheduling;
using PoweredAppliance.Scheduling.Packing;

namespace Benchmarks.Packing;

/// <summary>
/// The VMs of TRACE: a folder or one file of rows <c>at,flavor,life,cens,batch</c> (seconds), with flavours (<c>flavor,cpu,mem_gb</c>) in
/// a file <c>*-flavors.csv</c> beside it.
/// </summary>
internal static class RecordedVms
{
    public static Size Host { get; } = new((long)(Given("HOST_CPU", 64) * 100), (long)(Given("HOST_GB", 160) * 1024));

    public static IReadOnlyList<Recorded> Read()
    {
        var trace = Folder();
        var folder = Directory.Exists(trace) ? trace : Path.GetDirectoryName(Path.GetFullPath(trace))!;
        var flavors = Directory.GetFiles(folder, "*-flavors.csv").Order(StringComparer.Ordinal).SelectMany(f => File.ReadLines(f).Skip(1))
            .Select(line => line.Split(',')).ToDictionary(row => row[0], row => new Size((long)(Number(row[1]) * 100), (long)(Number(row[2]) * 1024)));
        var files = Directory.Exists(trace) ? Directory.GetFiles(trace, "*.csv").Where(IsRecord).Order(StringComparer.Ordinal).ToArray() : [trace];
        if (files.Length == 0)
            throw new BenchmarkException($"{trace} has no file that begins with 'at,flavor,life,cens'");
        return
        [
            .. files.SelectMany(f => File.ReadLines(f).Skip(1)).Select(line => line.Split(',')).Select(row =>
                new Recorded(long.Parse(row[0], CultureInfo.InvariantCulture), flavors[row[1]],
                    row[3] == "1" ? null : long.Parse(row[2], CultureInfo.InvariantCulture))),
        ];
    }

    /// <summary>What they ask of a host, in the order in which they came.</summary>
    public static IReadOnlyList<Demand> Demands(int most) =>
        [.. Read().Take(most).Select((vm, n) => new Demand(new VmId(n), (int)vm.Size.CpuPercent, vm.Size.Mebibytes * 1024, 10_240))];

    /// <summary>TRACE, else the recorded VMs that lie in a folder above the tree.</summary>
    public static string Folder()
    {
        if (Environment.GetEnvironmentVariable("TRACE") is { Length: > 0 } given)
            return given;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "shared", "data", "vm-traces") is var folder && Directory.Exists(folder))
                return folder;
        throw new BenchmarkException("there is no shared/data/vm-traces beside the tree: say TRACE=folder or TRACE=file");
    }

    private static bool IsRecord(string file) => File.ReadLines(file).FirstOrDefault()?.StartsWith("at,flavor,life,cens", StringComparison.Ordinal) == true;

    private static double Given(string name, double otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? Number(text) : otherwise;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
