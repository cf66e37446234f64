using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered host list</c> and <c>show</c>.</summary>
internal static class HostListVerbs
{
    public static readonly Pool<Host> Pool = new()
    {
        Kind = "host",
        Title = "host",
        All = (client, stop) => client.ListHosts(stop: stop),
        One = (client, id, stop) => client.GetHost(id, stop),
        Find = Lookup.Host,
        Id = h => h.Id,
        Read = c => c.Host,
        Wrap = h => new Change { Kind = "host", Sequence = 0, Host = h },
        JsonOfAll = WireJson.Default.IReadOnlyListHost,
        JsonOfOne = WireJson.Default.Host,
        None = "no hosts yet; add one with `powered host add NAME --uri qemu:///system`",
        Table = (hosts, _) => Table(hosts),
        Facts = Of,
    };

    public static Verb List() =>
        PoolVerbs.List(Pool, "List hosts", "powered host list", "powered host list --watch");

    public static Verb Show() => PoolVerbs.Show(
        Pool,
        "Show all about hosts: profile and what differs, capacity, VMs",
        "powered host show rack1-a",
        "powered host show 0 --json");

    private static Table Table(IReadOnlyList<Host> hosts)
    {
        var table = new Table(
            ("ID", Side.Right),
            ("NAME", Side.Left),
            ("CLUSTER", Side.Left),
            ("PROFILE", Side.Left),
            ("VMS", Side.Right),
            ("CPU", Side.Right),
            ("MEM", Side.Right),
            ("STATE", Side.Left),
            ("WHY", Side.Left));
        foreach (var h in hosts)
        {
            table.Add(
                h.Id,
                h.Name,
                h.Cluster,
                h.Profile,
                h.Vms.Count,
                $"{Human.Cores(h.Allocated.CpuPercent)}/{Human.Cores(h.Capacity.CpuPercent)}",
                $"{Human.Mib(h.Allocated.MemoryMib)}/{Human.Mib(h.Capacity.MemoryMib)}",
                new Cell(h.State, HostTone(h)),
                new Cell(h.SilenceReason ?? (h.WildVms.Count > 0 ? $"{h.WildVms.Count} wild" : "")));
        }

        return table;
    }

    private static Tone HostTone(Host h) => h.State switch
    {
        "MONITORED" => Tone.Good,
        "ERROR" => Tone.Bad,
        "INIT" => Tone.Busy,
        _ => Tone.Faint,
    };

    private static Facts Of(Host h, TimeProvider time) => new Facts()
        .Add("id", h.Id.ToString(CultureInfo.InvariantCulture))
        .Add("name", h.Name)
        .Add("state", h.State, HostTone(h))
        .Add("silent", h.SilenceReason, Tone.Bad)
        .Add(
            "last seen",
            h.LastSeen is { } seen ? $"{Human.Moment(seen, time)} ({Human.Span(time.GetUtcNow() - seen)} ago)" : null)
        .Add("uri", h.Uri)
        .Add("cluster", h.Cluster)
        .Add("hypervisor", h.Hypervisor is { } v ? $"{v}{(h.Acceleration is { } a ? $", {a}" : "")}" : null)
        .Add("processor", h.CpuModel)
        .Add("profile", h.Profile is { } p ? $"{p}{(h.ProfileDifferences.Count == 0 ? ", matches" : "")}" : null)
        .AddAll("differs", h.ProfileDifferences)
        .Add("capacity", Amount(h.Capacity))
        .Add("allocated", Amount(h.Allocated))
        .Add("free", Amount(h.Free))
        .Add("in use", Amount(h.Used))
        .Add("VMs", h.Vms.Count == 0 ? "none" : string.Join(' ', h.Vms))
        .AddAll("wild VMs", h.WildVms.Select(w => $"{w.Name} ({w.State}, {w.Vcpu} vcpu, {Human.Mib(w.MemoryMib)})"));

    private static string Amount(Resources r) => $"{Human.Cores(r.CpuPercent)} cores, {Human.Mib(r.MemoryMib)}";
}
