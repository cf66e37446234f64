using System.CommandLine;
using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;

namespace PoweredAppliance.Cli.Verbs;

/// <summary>What a VM says: its serial console, the text of it so far, and what happened to it.</summary>
internal static class VmTalkVerbs
{
    public static Verb Console()
    {
        var vm = NameArgument.One("vm", "Id or name");
        return new Verb(
            "console",
            "Join the VM's serial console; Ctrl-] leaves",
            call => RunConsole(call, call.Value(vm)[0]))
        {
            Examples = ["powered vm console web"],
        }.With(vm);
    }

    public static Verb Log()
    {
        var vm = NameArgument.One("vm", "Id or name");
        var tail = new Option<int?>("--tail") { Description = "Only the last lines", HelpName = "N" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as it says more, until Ctrl-C" };
        return new Verb(
            "log",
            "Print what the VM's serial console has said",
            call => RunLog(call, call.Value(vm)[0], call.Value(tail), call.Value(follow)))
        {
            Examples = ["powered vm log web", "powered vm log web --tail 20 --follow"],
        }.With(vm, tail, follow);
    }

    public static Verb Events()
    {
        var vm = NameArgument.One("vm", "Id or name");
        return new Verb(
            "events",
            "List what happened to a VM, and who did it",
            call => RunEvents(call, call.Value(vm)[0]))
        {
            Examples = ["powered vm events web", "powered vm events web --json"],
        }.With(vm);
    }

    private static async Task<int> RunConsole(Call call, string word)
    {
        var id = await Lookup.Vm(call, word);
        using var socket = await call.Client.OpenConsole(id, call.Stop);
        call.Note($"VM {id}: serial console. Ctrl-] leaves; Enter may be needed to see a prompt.");
        string ended;
        using (call.Shell.InIsTerminal ? new RawMode() : null)
            ended = await SerialConsole.Join(socket, call.Shell.Keys(), call.Shell.Screen(), call.Shell.Time, call.Stop);
        call.Note($"{System.Environment.NewLine}VM {id}: {ended}");
        return Exit.Ok;
    }

    private static async Task<int> RunLog(Call call, string word, int? tail, bool follow)
    {
        if (tail < 0)
            throw new Ending(Exit.Usage, "--tail is 0 or more");
        var id = await Lookup.Vm(call, word);
        await using var screen = call.Shell.Screen();
        try
        {
            await foreach (var piece in call.Client.ReadVmLog(id, tail, follow, call.Stop))
            {
                await screen.WriteAsync(piece, call.Stop);
                await screen.FlushAsync(call.Stop);
            }
        }
        catch (OperationCanceledException) when (follow && call.Stop.IsCancellationRequested)
        {
            return Exit.Ok; // Ctrl-C is how one leaves
        }

        return Exit.Ok;
    }

    private static async Task<int> RunEvents(Call call, string word)
    {
        var id = await Lookup.Vm(call, word);
        var events = await call.Client.ListVmEvents(id, stop: call.Stop);
        if (call.Json)
        {
            call.PrintJson(events, WireJson.Default.IReadOnlyListVmEvent);
            return Exit.Ok;
        }

        var table = new Table(("TIME", Side.Left), ("BY", Side.Left), ("EVENT", Side.Left), ("WHAT", Side.Left));
        foreach (var e in events)
            table.Add(Human.Moment(e.At, call.Shell.Time), e.By, e.Kind, e.Text);
        call.Print(table);
        return Exit.Ok;
    }
}
