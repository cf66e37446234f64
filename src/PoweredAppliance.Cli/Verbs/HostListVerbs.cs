using System.Globalization;
using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered host list</c> and <c>show</c>.</summary>
internal static class HostListVerbs
{
    public static Verb List() => new Verb("list", "List hosts", RunList)
    {
        Examples = ["powered host list", "powered host list --watch"],
    }.With(Flags.Watch);

    public static Verb Show()
    {
        var hosts = NameArgument.Several("host", "Ids or names");
        return new Verb(
            "show",
            "Show all about hosts: profile and what differs, capacity, VMs",
            call => RunShow(call, call.Value(hosts)))
        {
            Examples = ["powered host show rack1-a", "powered host show 0 --json"],
        }.With(hosts, Flags.Watch);
    }

    private static async Task<int> RunList(Call call)
    {
        if (call.Value(Flags.Watch))
        {
            return await Live.Run(call, View(
                only: null,
                () => call.Client.ListHosts(stop: call.Stop),
                (hosts, height) => Table(call, hosts, height)));
        }

        var all = await call.Client.ListHosts(stop: call.Stop);
        if (call.Json)
            call.PrintJson(all, WireJson.Default.IReadOnlyListHost);
        else
            call.Print(Table(call, all, height: null));
        return Exit.Ok;
    }

    private static LiveView<Host> View(
        int? only, Func<Task<IReadOnlyList<Host>>> list, Func<IReadOnlyList<Host>, int?, string> render) =>
        new(
            "host",
            only,
            list,
            h => h.Id,
            c => c.Host,
            h => new Change { Kind = "host", Sequence = 0, Host = h },
            _ => true,
            render);

    private static string Table(Call call, IReadOnlyList<Host> hosts, int? height)
    {
        if (hosts.Count == 0)
            return "no hosts yet; add one with `powered host add NAME --uri qemu:///system`\n";
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

        return table.Render(call.Shell.Colour, call.Shell.OutIsTerminal ? call.Shell.Size().Width : null, height);
    }

    private static Tone HostTone(Host h) => h.State switch
    {
        "MONITORED" => Tone.Good,
        "ERROR" => Tone.Bad,
        "INIT" => Tone.Busy,
        _ => Tone.Faint,
    };

    private static async Task<int> RunShow(Call call, IReadOnlyList<string> words)
    {
        if (call.Value(Flags.Watch))
        {
            if (words.Count != 1)
                throw new Ending(Exit.Usage, "--watch shows one host");
            var id = await Lookup.Host(call, words[0]);
            return await Live.Run(call, View(
                id,
                async () => [await call.Client.GetHost(id, call.Stop)],
                (hosts, _) => hosts.Count == 0
                    ? $"host {id} is no more\n"
                    : Of(hosts[0], call.Shell.Time).Render(call.Shell.Colour)));
        }

        List<Host> found = [];
        var code = await call.Each(
            words,
            async word => found.Add(await call.Client.GetHost(await Lookup.Host(call, word), call.Stop)));
        if (call.Json)
            PrintJson(call, found, words.Count == 1);
        else if (found.Count > 0)
            call.Print(string.Join('\n', found.Select(h => Of(h, call.Shell.Time).Render(call.Shell.Colour))));
        return code;
    }

    public static void PrintJson(Call call, IReadOnlyList<Host> hosts, bool single)
    {
        if (!single)
            call.PrintJson(hosts, WireJson.Default.IReadOnlyListHost);
        else if (hosts.Count > 0)
            call.PrintJson(hosts[0], WireJson.Default.Host);
    }

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
