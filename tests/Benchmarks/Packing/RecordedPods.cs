using System.Globalization;
using PoweredAppliance.Scheduling.Devices;

namespace Benchmarks.Packing;

/// <summary>The hosts and requests of a cloud with GPUs, in the folder TRACE, as Alibaba publishes them (cluster-trace-gpu-v2023).</summary>
internal static class RecordedPods
{
    public static IReadOnlyList<DeviceHost> Hosts { get; } =
    [
        .. Rows("openb_node_list_gpu_node.csv").Select((row, id) =>
            new DeviceHost(id, Number(row["cpu_milli"]), Number(row["memory_mib"]), row["model"],
                [.. Enumerable.Repeat(DeviceRoom.Whole, Number(row["gpu"]))])),
    ];

    public static IReadOnlyList<DeviceWish> Wishes { get; } =
    [
        .. Rows("openb_pod_list_default.csv").Select(row => new DeviceWish(Number(row["cpu_milli"]), Number(row["memory_mib"]), Number(row["num_gpu"]),
            Number(row["num_gpu"]) > 1 ? DeviceRoom.Whole : Number(row["gpu_milli"]), row["gpu_spec"])),
    ];

    private static int Number(string text) => text.Length == 0 ? 0 : int.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<Dictionary<string, string>> Rows(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(RecordedVms.Folder(), file));
        var names = lines[0].Split(',');
        return lines.Skip(1).Select(line => names.Zip(line.Split(',')).ToDictionary(p => p.Item1, p => p.Item2));
    }
}
