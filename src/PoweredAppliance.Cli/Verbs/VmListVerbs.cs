using System.CommandLine;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered vm list</c> and <c>show</c>.</summary>
internal static class VmListVerbs
{
    public static readonly Pool<Vm> Pool = new()
    {
        Kind = "vm",
        Title = "VM",
        All = (client, stop) => client.ListVms(stop: stop),
        One = (client, id, stop) => client.GetVm(id, stop),
        Find = Lookup.Vm,
        Id = v => v.Id,
        Read = c => c.Vm,
        Wrap = v => new Change { Kind = "vm", Sequence = 0, Vm = v },
        JsonOfAll = WireJson.Default.IReadOnlyListVm,
        JsonOfOne = WireJson.Default.Vm,
        None = "no VMs yet; create one with `powered vm create --template NAME`",
        Table = Table,
        Facts = VmFacts.Of,
    };

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

    public static Verb Show() => PoolVerbs.Show(
        Pool,
        "Show all about VMs",
        "powered vm show web",
        "powered vm show web db --json",
        "powered vm show 17 --watch");

    private static async Task<int> RunList(Call call)
    {
        int? host = call.Value(OnHost) is { } word ? await Lookup.Host(call, word) : null;
        var (state, done) = (call.Value(State)?.ToUpperInvariant(), call.Value(Done));
        return await PoolVerbs.RunList(
            call,
            state is null && host is null ? Pool : Pool with { None = "no such VMs; `powered vm list` shows all" },
            () => call.Client.ListVms(state: state, host: host, done: done || state == "DONE", stop: call.Stop),
            v => (done || v.State != "DONE" || state == "DONE")
                && (state is null || v.State == state || v.LcmState == state)
                && (host is null || v.HostId == host));
    }

    private static Table Table(IReadOnlyList<Vm> vms, TimeProvider time)
    {
        var now = time.GetUtcNow();
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

        return table;
    }
}
