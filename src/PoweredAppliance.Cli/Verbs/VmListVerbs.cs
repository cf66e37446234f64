using System.CommandLine;
using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered vm list</c> and <c>show</c>.</summary>
internal static class VmListVerbs
{
    private static readonly Option<bool> Done = new("--done") { Description = "Also those that are DONE" };
    private static readonly Option<string?> State = new("--state")
    {
        Description = "Only those in this state: RUNNING, POWEROFF, ...",
        HelpName = "STATE",
    };
    private static readonly Option<string?> OnHost = new("--host")
    {
        Description = "Only those on this host",
        HelpName = "HOST",
    };

    public static Verb List() => new Verb("list", "List VMs", RunList)
    {
        Examples = ["powered vm list", "powered vm list --watch", "powered vm list --state running --json"],
    }.With(State, OnHost, Done, Flags.Watch);

    public static Verb Show()
    {
        var vms = NameArgument.Several("vm", "Ids or names");
        return new Verb("show", "Show all about VMs", call => RunShow(call, call.Value(vms)))
        {
            Examples = ["powered vm show web", "powered vm show web db --json", "powered vm show 17 --watch"],
        }.With(vms, Flags.Watch);
    }

    public static void PrintJson(Call call, IReadOnlyList<Vm> vms, bool single)
    {
        if (!single)
            call.PrintJson(vms, WireJson.Default.IReadOnlyListVm);
        else if (vms.Count > 0)
            call.PrintJson(vms[0], WireJson.Default.Vm);
    }

    private static async Task<int> RunList(Call call)
    {
        int? host = call.Value(OnHost) is { } word ? await Lookup.Host(call, word) : null;
        var (state, done) = (call.Value(State)?.ToUpperInvariant(), call.Value(Done));
        Task<IReadOnlyList<Vm>> List() =>
            call.Client.ListVms(state: state, host: host, done: done || state == "DONE", stop: call.Stop);
        if (call.Value(Flags.Watch))
        {
            return await Live.Run(call, new LiveView<Vm>(
                "vm",
                Only: null,
                List,
                v => v.Id,
                c => c.Vm,
                v => new Change { Kind = "vm", Sequence = 0, Vm = v },
                v =>
                    (done || v.State != "DONE" || state == "DONE")
                        && (state is null || v.State == state || v.LcmState == state)
                        && (host is null || v.HostId == host),
                (vms, height) => Table(call, vms, height)));
        }

        var all = await List();
        if (call.Json)
            call.PrintJson(all, WireJson.Default.IReadOnlyListVm);
        else
            call.Print(Table(call, all, height: null));
        return Exit.Ok;
    }

    private static string Table(Call call, IReadOnlyList<Vm> vms, int? height)
    {
        if (vms.Count == 0)
        {
            return call.Value(State) is null && call.Value(OnHost) is null
                ? "no VMs yet; create one with `powered vm create --template NAME`\n"
                : "no such VMs; `powered vm list` shows all\n";
        }

        var now = call.Shell.Time.GetUtcNow();
        var table = new Table(
            ("ID", Side.Right),
            ("USER", Side.Left),
            ("GROUP", Side.Left),
            ("NAME", Side.Left),
            ("STAT", Side.Left),
            ("CPU", Side.Right),
            ("MEM", Side.Right),
            ("HOST", Side.Left),
            ("IP", Side.Left),
            ("TIME", Side.Right));
        foreach (var vm in vms)
        {
            table.Add(
                vm.Id,
                vm.Owner,
                vm.Group,
                vm.Name,
                new Cell(VmWords.Short(vm), VmWords.Tone(vm)),
                Human.Cores(vm.CpuPercent),
                Human.Mib(vm.MemoryMib),
                vm.Host,
                vm.Ips.Count > 1 ? $"{vm.Ips[0]}, +{vm.Ips.Count - 1}" : vm.Ips.FirstOrDefault(),
                Human.Age((vm.Ended ?? now) - vm.Created));
        }

        return table.Render(call.Shell.Colour, call.Shell.OutIsTerminal ? call.Shell.Size().Width : null, height);
    }

    private static async Task<int> RunShow(Call call, IReadOnlyList<string> words)
    {
        if (call.Value(Flags.Watch))
        {
            if (words.Count != 1)
                throw new Ending(Exit.Usage, "--watch shows one VM");
            var id = await Lookup.Vm(call, words[0]);
            return await Live.Run(call, new LiveView<Vm>(
                "vm",
                Only: id,
                async () => [await call.Client.GetVm(id, call.Stop)],
                v => v.Id,
                c => c.Vm,
                v => new Change { Kind = "vm", Sequence = 0, Vm = v },
                _ => true,
                (vms, _) => vms.Count == 0
                    ? $"VM {id} is no more\n"
                    : VmFacts.Of(vms[0], call.Shell.Time).Render(call.Shell.Colour)));
        }

        List<Vm> vms = [];
        var code = await call.Each(
            words,
            async word => vms.Add(await call.Client.GetVm(await Lookup.Vm(call, word), call.Stop)));
        if (call.Json)
            PrintJson(call, vms, words.Count == 1);
        else if (vms.Count > 0)
            call.Print(string.Join('\n', vms.Select(v => VmFacts.Of(v, call.Shell.Time).Render(call.Shell.Colour))));
        return code;
    }
}
