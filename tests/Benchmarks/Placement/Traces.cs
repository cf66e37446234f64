using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Scheduling;

namespace Benchmarks.Placement;

/// <summary>What VMs asked for in a recorded cloud: <c>azure2017-flavors.csv</c> and <c>azure2017-part*.csv</c> of TRACE, a folder.</summary>
internal static class Traces
{
    public static string Folder { get; } = Environment.GetEnvironmentVariable("TRACE") is { Length: > 0 } given ? given : FoundFolder();

    /// <summary>The sizes, in the order in which VMs came.</summary>
    public static IReadOnlyList<Demand> Azure(int most)
    {
        var sizes = File.ReadLines(Path.Combine(Folder, "azure2017-flavors.csv")).Skip(1).Select(line => line.Split(',')).ToDictionary(
            row => row[0], row => (Cpu: (int)(Number(row[1]) * 100), Memory: (long)(Number(row[2]) * 1024 * 1024)));
        return
        [
            .. Directory.GetFiles(Folder, "azure2017-part*.csv").Order(StringComparer.Ordinal).SelectMany(file => File.ReadLines(file).Skip(1))
                .Select(line => sizes[line.Split(',')[1]]).Take(most).Select((size, n) => new Demand(new VmId(n), size.Cpu, size.Memory, 10_240)),
        ];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string FoundFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "shared", "data", "vm-traces") is var folder && Directory.Exists(folder))
                return folder;
        throw new BenchmarkException("there is no shared/data/vm-traces beside the tree: say TRACE=folder");
    }
}
