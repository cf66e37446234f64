using System.CommandLine;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered vm</c>: creating, the actions, recover.</summary>
internal static class VmVerbs
{
    public static Verb Build() => new("vm", "Virtual machines")
    {
        VmCreateVerb.Build(),
        VmListVerbs.List(),
        VmListVerbs.Show(),
        VmWhyVerb.Build(),
        Action("poweroff", "Shut down; its place and its disks on the host are kept", "POWEROFF", hard: true),
        Action("resume", "Start again after poweroff, suspend, stop or undeploy", "RUNNING"),
        Action("reboot", "Restart the guest", "RUNNING", hard: true),
        Action("suspend", "Save its memory on the host", "SUSPENDED"),
        Action("stop", "Save its memory and give up its host", "STOPPED"),
        Action("undeploy", "Shut down and give up its host; the disks are kept", "UNDEPLOYED", hard: true),
        Migrate(),
        Action("terminate", "Shut down and delete, with the disks that are not persistent", "DONE", hard: true),
        Action("hold", "Do not place it until it is released", "HOLD"),
        Action("release", "Let it be placed", "RUNNING"),
        Recover(),
        VmTalkVerbs.Console(),
        VmTalkVerbs.Log(),
        VmTalkVerbs.Events(),
    };

    private static Verb Action(string action, string description, string goal, bool hard = false)
    {
        var vms = NameArgument.Several("vm", "Ids or names");
        var verb = new Verb(action, description, call =>
        {
            var word = hard && call.Value(Flags.Hard) ? action + "-hard" : action;
            return Run(call, call.Value(vms), id => call.Client.Act(id, word, call.Stop), word, goal);
        })
        {
            Examples =
            [
                $"powered vm {action} web",
                $"powered vm {action} web db 17 --wait",
                .. hard ? [$"powered vm {action} web --hard"] : Array.Empty<string>(),
            ],
        };
        verb.Add(vms);
        if (hard)
            verb.Add(Flags.Hard);
        verb.Add(Flags.Wait);
        verb.Add(Flags.Timeout);
        return verb;
    }

    private static Verb Migrate()
    {
        var vms = NameArgument.Several("vm", "Ids or names");
        var to = new Option<string>("--to") { Description = "The host it goes to: id or name", HelpName = "HOST", Required = true };
        var way = new Option<string>("--way")
        {
            Description = "Of one that runs: live, save its memory, poweroff (or poweroff-hard) and start it there",
            HelpName = "WAY",
            DefaultValueFactory = _ => VmActions.MigrationWays[0],
        };
        way.AcceptOnlyFromAmong([.. VmActions.MigrationWays]);
        return new Verb("migrate", "Move to another host, with its disks", async call =>
        {
            var host = await Lookup.Host(call, call.Value(to)!);
            return await Run(
                call,
                call.Value(vms),
                id => call.Client.Migrate(id, $"{host}", call.Value(way)!, call.Stop),
                "migrate",
                VmFollow.AnyRest,
                vm => vm.HostId == host ? null : $"did not come to host {call.Value(to)}, it is on {vm.Host}");
        })
        {
            Examples = ["powered vm migrate web --to host2", "powered vm migrate web db --to host2 --way poweroff --wait"],
        }.With(vms, to, way, Flags.Wait, Flags.Timeout);
    }

    private static Verb Recover()
    {
        var vms = NameArgument.Several("vm", "Ids or names");
        var operation = new Option<string>("--operation", "-o")
        {
            Description = "retry what failed; take it as success or failure; delete; recreate from the template",
            HelpName = "OPERATION",
            DefaultValueFactory = _ => "retry",
        };
        operation.AcceptOnlyFromAmong([.. VmActions.Recoveries]);
        return new Verb("recover", "Bring a VM out of a state where it is stuck", call =>
        {
            var word = call.Value(operation)!;
            var goal = word switch { "delete" => "DONE", "recreate" => "RUNNING", _ => VmFollow.AnyRest };
            return Run(call, call.Value(vms), id => call.Client.Recover(id, word, call.Stop), $"recover {word}", goal);
        })
        {
            Examples = ["powered vm recover web", "powered vm recover web --operation delete"],
        }.With(vms, operation, Flags.Wait, Flags.Timeout);
    }

    /// <summary>Asks for each, then says what came of it; with <c>--wait</c>, of the end.</summary>
    /// <param name="amiss">What is wrong with a VM that has come to rest; null: nothing.</param>
    private static async Task<int> Run(
        Call call,
        IReadOnlyList<string> words,
        Func<int, Task<Vm>> ask,
        string action,
        string goal,
        Func<Vm, string?>? amiss = null)
    {
        var wait = call.Value(Flags.Wait);
        _ = call.Patience(); // a bad --timeout is found before anything is begun
        List<Vm> begun = [];
        var code = await call.Each(words, async word => begun.Add(await ask(await Lookup.Vm(call, word))));
        return await Tell(
            call,
            begun,
            code,
            words.Count,
            wait ? goal : null,
            vm => $"{Lookup.Title(vm)}: {action} accepted, now {VmWords.State(vm)}",
            amiss);
    }

    /// <summary>Ends a verb that began something with VMs.</summary>
    /// <param name="asked">How many were named: one is printed as an object, several as an array.</param>
    /// <param name="goal">Null: do not wait.</param>
    /// <param name="accepted">The line for people, when nobody waits.</param>
    /// <param name="amiss">What is wrong with a VM that has come to rest; null: nothing.</param>
    public static async Task<int> Tell(
        Call call,
        IReadOnlyList<Vm> begun,
        int code,
        int asked,
        string? goal,
        Func<Vm, string> accepted,
        Func<Vm, string?>? amiss = null)
    {
        var vms = begun;
        if (goal is not null && begun.Count > 0)
        {
            (vms, var waited) = await VmFollow.Until(call, begun, goal, amiss);
            code = code == Exit.Ok ? waited : code;
        }

        if (call.Json)
        {
            VmListVerbs.Pool.PrintJson(call, vms, asked == 1);
            return code;
        }

        foreach (var vm in vms)
        {
            if (goal is null)
                call.Print(accepted(vm));
            else if (VmFollow.HasReached(vm, goal) && amiss?.Invoke(vm) is null)
                call.Print($"{Lookup.Title(vm)} is {VmWords.State(vm)}{Where(vm)}");
        }

        return code;
    }

    private static string Where(Vm vm) => VmWords.State(vm) != "RUNNING" || vm.Host is null
        ? ""
        : $" on {vm.Host}{(vm.Ips.Count > 0 ? $" at {string.Join(", ", vm.Ips)}" : "")}";

    /// <summary>Adds arguments and options.</summary>
    public static Verb With(this Verb verb, params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                verb.Add(argument);
            else if (symbol is Option option)
                verb.Add(option);
        }

        return verb;
    }
}
