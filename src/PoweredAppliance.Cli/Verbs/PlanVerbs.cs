using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered plan</c></summary>
internal static class PlanVerbs
{
    public static Verb Build() => new("plan", "What would come of it; nothing is touched") { Lose() };

    private static Verb Lose()
    {
        var hosts = NameArgument.Several("host", "Ids or names");
        return new Verb("lose", "Say which VMs would find a place if these hosts were lost, and which not and why", async call =>
        {
            var plan = await call.Client.PlanLoss(call.Value(hosts), call.Stop);
            if (call.Json)
            {
                call.PrintJson(plan, WireJson.Default.LossPlan);
                return Code(plan);
            }

            if (plan.Vms.Count > 0)
                call.Print(Table(plan));
            call.Print(Paint.Tame(Summary(plan)));
            return Code(plan);
        })
        {
            Examples = ["powered plan lose rack1-a", "powered plan lose rack1-a rack1-b --json"],
        }.With(hosts);
    }

    private static int Code(LossPlan plan) => plan.Fits ? Exit.Ok : Exit.Refused;

    private static Table Table(LossPlan plan)
    {
        var table = new Table(("ID", Side.Right), ("NAME", Side.Left), ("PRIORITY", Side.Right), ("FROM", Side.Left), ("TO", Side.Left), ("WHY", Side.Left));
        foreach (var vm in plan.Vms)
        {
            var why = vm.Reasons.Count > 0 ? string.Join("; ", vm.Reasons.Select(r => r.Text)) : vm.Text;
            table.Add(vm.Id, vm.Name, vm.Priority, vm.From, new Cell(vm.To ?? "nowhere", vm.To is null ? Tone.Bad : Tone.Plain), vm.To is null ? why : "");
        }

        return table;
    }

    private static string Summary(LossPlan plan)
    {
        var (hosts, all, lost) = (string.Join(", ", plan.Hosts), plan.Vms.Count, plan.Vms.Count(vm => vm.ToHostId is null));
        return (all, lost) switch
        {
            (0, _) => $"no VM has its place on {hosts}",
            (1, 0) => $"without {hosts} its VM finds a place",
            (_, 0) => $"without {hosts} all {all} VMs find a place",
            _ => $"without {hosts} {lost} of {all} {(all == 1 ? "VM finds" : "VMs find")} no place",
        };
    }
}
