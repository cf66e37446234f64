using System.Globalization;
using PoweredAppliance.Scheduling.Numa;
using PoweredAppliance.Scheduling.Packing;

namespace Benchmarks.Packing;

/// <summary>
/// Hosts of two NUMA cells and five sequences of VMs, in the folder TRACE (mdl1104/Dataset-for-topology-aware-VM-placement). Its racks, of 15
/// to 19 hosts, are not in the folder; hosts in a row stand for them.
/// </summary>
internal static class RecordedNuma
{
    private const int HostsOfRack = 17;

    public static IReadOnlyList<NumaHost> Hosts { get; } =
    [
        .. Rows("huawei-numa-hosts.csv").Select((row, id) => new NumaHost(id, id / HostsOfRack, new NumaRoom(Size(row[0], row[1]), Size(row[2], row[3])))),
    ];

    public static IReadOnlyList<(string Name, IReadOnlyList<(NumaWish Wish, NumaGroup Group)> Vms)> Sequences { get; } =
    [
        .. Rows("huawei-numa-vms.csv").GroupBy(row => row[0], row => (new NumaWish(Size(row[1], row[2]), Number(row[3])), Group(row)))
            .Select(s => (s.Key, (IReadOnlyList<(NumaWish, NumaGroup)>)[.. s])),
    ];

    private static NumaGroup Group(string[] row) => row[4] switch
    {
        "affinity" => new(Grouping.Together, Number(row[5])),
        "anti-affinity" => new(Grouping.Apart, Number(row[5])),
        "fault_domain" => new(Grouping.Domains, Number(row[5]), Number(row[6])),
        _ => default,
    };

    private static Size Size(string cores, string gib) => new(Number(cores) * 100L, Number(gib) * 1024L);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Rows(string file) =>
        File.ReadLines(Path.Combine(RecordedVms.Folder(), file)).Skip(1).Select(line => line.Split(','));
}
