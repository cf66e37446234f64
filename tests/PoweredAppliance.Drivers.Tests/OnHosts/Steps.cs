using System.Diagnostics;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Steps and readings in few words.</summary>
internal static class Steps
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal static Task<StepOutcome> Do(
        this IHostDriver driver, VmStep kind, VmSpec spec, int generation = 1, Action<StepProgress>? progress = null, CancellationToken stop = default) =>
        driver.Perform(new HostStep(spec.Id, generation, kind, spec), new Told(progress), stop);

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
