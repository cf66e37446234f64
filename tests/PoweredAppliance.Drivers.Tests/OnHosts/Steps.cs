using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Steps and readings in few words.</summary>
internal static class Steps
{
    /// <summary>For what never comes: long enough for an emulated guest on a machine that is busy with other things.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    internal static Task<StepOutcome> Do(
        this IHostDriver driver, VmStep kind, VmSpec spec, int generation = 1, Action<StepProgress>? progress = null, CancellationToken stop = default) =>
        driver.Perform(new HostStep(spec.Id, generation, kind, spec), new Told(progress), stop);

    /// <summary>A step of a VM that moves, of the generation that it has on the host it moves to.</summary>
    internal static Task<StepOutcome> Move(
        this IHostDriver driver, VmStep kind, VmSpec spec, HostAddress peer, int generation, Action<StepProgress>? progress = null, CancellationToken stop = default) =>
        driver.Perform(new HostStep(spec.Id, generation, kind, spec) { Peer = peer }, new Told(progress), stop);

    /// <summary>Removes what a VM that has moved on left behind.</summary>
    internal static Task<StepOutcome> Left(this IHostDriver driver, VmSpec spec, int generation) =>
        driver.Perform(new HostStep(spec.Id, generation, VmStep.Cleanup, spec) { Superseded = true }, new Told(null), default);

    internal static Task<StepOutcome> Change(this IHostDriver driver, VmSpec spec, VmChange what) =>
        driver.Perform(new HostStep(spec.Id, 1, VmStep.Change, spec) { Change = what }, new Told(null), default);

    /// <summary>A step about the command that the guest executes as this process.</summary>
    internal static Task<StepOutcome> Command(this IHostDriver driver, VmSpec spec, VmStep kind, long pid, VmChange? what = null) =>
        driver.Perform(new HostStep(spec.Id, 1, kind, spec) { Change = what, Command = new("", "", GuestCommand.Executing, pid) }, new Told(null), default);

    /// <summary>Types a line on a console and reads until the line of the answer, which begins with <paramref name="until"/>, has come whole.</summary>
    internal static async Task<string> Say(this Stream console, string line, string until)
    {
        using var deadline = new CancellationTokenSource(Patience);
        await console.WriteAsync(Encoding.ASCII.GetBytes($"\n{line}\n"), deadline.Token);
        var said = new StringBuilder();
        var buffer = new byte[4096];
        while (!Regex.IsMatch(said.ToString(), $"\n{Regex.Escape(until)}.*\n"))
        {
            var read = await console.ReadAsync(buffer, deadline.Token);
            Assert.True(read > 0, $"the console ended after: {said}");
            said.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        return said.ToString();
    }

    /// <summary>Does the steps and asserts that each is done.</summary>
    internal static async Task Done(this IHostDriver driver, VmSpec spec, params VmStep[] kinds)
    {
        foreach (var kind in kinds)
        {
            var outcome = await driver.Do(kind, spec);
            Assert.True(outcome.Done, $"{kind}: {outcome.Error}");
        }
    }

    /// <summary>The VM's domain as the host has it now; null: it has none.</summary>
    internal static async Task<DomainReading?> Domain(this IHostDriver driver, VmId vm) =>
        (await driver.Read(default)).Domains.SingleOrDefault(d => d.Vm == vm);

    internal static async Task<DomainPower?> Power(this IHostDriver driver, VmId vm) => (await driver.Domain(vm))?.Power;

    internal static async Task Until(Func<Task<bool>> condition, string otherwise)
    {
        var since = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(since.Elapsed < Patience, otherwise);
            await Task.Delay(50);
        }
    }

    private sealed class Told(Action<StepProgress>? tell) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => tell?.Invoke(value);
    }
}
