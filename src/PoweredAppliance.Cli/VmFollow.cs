using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli;

/// <summary>
/// What <c>--wait</c> does: follows VMs until each is where it should come to, or is at rest elsewhere.
/// </summary>
internal static class VmFollow
{
    /// <summary>What an end state is called that is any at all.</summary>
    public const string AnyRest = "";

    /// <param name="amiss">What is wrong with a VM that has come to rest; null: nothing.</param>
    /// <returns>The VMs as they were last seen, in the same order, and the first failure's exit code.</returns>
    public static async Task<(IReadOnlyList<Vm> Vms, int Code)> Until(
        Call call, IReadOnlyList<Vm> begun, string goal, Func<Vm, string?>? amiss = null)
    {
        var seen = begun.ToDictionary(v => v.Id);
        var open = begun.Where(v => !IsOver(v, goal)).Select(v => v.Id).ToHashSet();
        if (open.Count > 0)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
            patience.CancelAfter(call.Patience());
            await using var line = new ProgressLine(call.Shell);
            try
            {
                Show(line, seen, open, goal);
                await Follow(call, seen, open, goal, line, patience.Token);
            }
            catch (OperationCanceledException) when (
                patience.IsCancellationRequested && !call.Stop.IsCancellationRequested)
            {
                // those that are still open are reported below
            }
            catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
            {
                throw new Ending(Exit.Interrupted, "no longer waiting; the appliance goes on by itself");
            }
        }

        var code = await call.Each(begun, vm => Report(call, seen[vm.Id], open.Contains(vm.Id), goal, amiss));
        return (begun.Select(v => seen[v.Id]).ToList(), code);
    }

    private static async Task Follow(
        Call call, Dictionary<int, Vm> seen, HashSet<int> open, string goal, ProgressLine line, CancellationToken stop)
    {
        await foreach (var change in call.Client.Watch(["vm"], seen.Count == 1 ? seen.Keys.First() : null, stop))
        {
            var news = change switch
            {
                { Kind: Change.Ready or Change.Reset } =>
                    await Task.WhenAll(open.Select(id => Look(call, seen[id], stop))),
                { Kind: "vm", Gone: true } when open.Contains(change.Id) => [Ended(seen[change.Id])],
                { Kind: "vm", Vm: { } vm } when open.Contains(vm.Id) => [vm],
                _ => [],
            };
            foreach (var vm in news)
            {
                seen[vm.Id] = vm;
                if (IsOver(vm, goal))
                    open.Remove(vm.Id);
            }

            if (open.Count == 0)
                return;
            Show(line, seen, open, goal);
        }
    }

    private static async Task<Vm> Look(Call call, Vm known, CancellationToken stop)
    {
        try
        {
            return await call.Client.GetVm(known.Id, stop);
        }
        catch (PoweredException e) when (e.Problem.Status == 404)
        {
            return Ended(known);
        }
    }

    private static Vm Ended(Vm vm) => vm with
    {
        State = "DONE",
        StateNumber = 6,
        LcmState = "LCM_INIT",
        LcmStateNumber = 0,
        Progress = null,
    };

    private static bool IsOver(Vm vm, string goal) => VmWords.IsResting(vm) || VmWords.State(vm) == goal;

    /// <summary>It is where it should have come to.</summary>
    public static bool HasReached(Vm vm, string goal) =>
        VmWords.IsResting(vm) && !VmWords.IsFailed(vm) && (goal == AnyRest || VmWords.State(vm) == goal);

    private static Task Report(Call call, Vm vm, bool open, string goal, Func<Vm, string?>? amiss)
    {
        var (state, why) = (VmWords.State(vm), vm.Reason is { } reason ? $": {reason}" : "");
        if (open)
            throw new Ending(
                Exit.TimedOut, $"{Lookup.Title(vm)} is still {state} after {Human.Span(call.Patience())}{why}");
        if (VmWords.IsFailed(vm))
            throw new Ending(Exit.Failed, $"{Lookup.Title(vm)} is {state}{why}");
        if (goal != AnyRest && state != goal)
            throw new Ending(Exit.Failed, $"{Lookup.Title(vm)} did not come to {goal}, it is {state}{why}");
        if (amiss?.Invoke(vm) is { } wrong)
            throw new Ending(Exit.Failed, $"{Lookup.Title(vm)} {wrong}{why}");
        return Task.CompletedTask;
    }

    private static void Show(ProgressLine line, Dictionary<int, Vm> seen, HashSet<int> open, string goal)
    {
        if (seen.Count > 1)
        {
            var done = seen.Count - open.Count;
            line.Show($"{done} of {seen.Count} VMs {(goal == AnyRest ? "settled" : goal)}", 100.0 * done / seen.Count);
            return;
        }

        var vm = seen.Values.Single();
        var step = vm.Progress?.Step ?? vm.Reason;
        line.Show($"{Lookup.Title(vm)}: {VmWords.State(vm)}{(step is null ? "" : ", " + step)}", vm.Progress?.Percent);
    }
}
