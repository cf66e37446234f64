using Microsoft.Extensions.Logging;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>
/// Sends VMs away that are to leave their host: RESCHED, as <c>onevm resched</c> and <c>onehost flush</c> set it and OpenNebula's scheduler
/// obeys it. Keeps nothing but when it asks again: who found no other host is asked for later and later, up to half a minute.
/// </summary>
internal sealed class LeavingRunner(Cloud cloud, TimeProvider time, ILogger<LeavingRunner> log) : BeatRunner(time)
{
    /// <summary>Migrations that are asked for at once: hosts grant claims one by one, and what moves shares their networks.</summary>
    private const int AtOnce = 8;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(32);

    private readonly Dictionary<VmId, (long At, TimeSpan Pause)> _fruitless = [];

    protected override async Task Look()
    {
        var leaving = cloud.Inventory.Leaving.Where(vm => vm.Moving is null && Lifecycle.Leaving(MigrationWay.Save, vm.Phase) is not null)
            .OrderBy(vm => vm.Id.Value).Select(vm => vm.Id).ToList();
        foreach (var gone in _fruitless.Keys.Where(vm => cloud.Inventory.Vms.Find(vm) is not { Resched: true }).ToList())
            _fruitless.Remove(gone);
        var due = leaving.Where(vm => !_fruitless.TryGetValue(vm, out var last) || Time.GetElapsedTime(last.At) >= last.Pause);
        foreach (var some in due.Chunk(AtOnce).ToList())
        {
            var left = await Task.WhenAll(some.Select(Leave)).ConfigureAwait(false);
            foreach (var (vm, hasLeft) in some.Zip(left))
                if (!hasLeft)
                    _fruitless[vm] = (Time.GetTimestamp(), _fruitless.TryGetValue(vm, out var last) ? Longer(last.Pause) : Beat);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause < Longest ? pause * 2 : Longest;

    private async Task<bool> Leave(VmId vm)
    {
        try
        {
            return (await cloud.Leave(vm).ConfigureAwait(false)).Refusal is null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // It is still to leave: the others go on, and this one is asked for again.
            log.LogError(e, "VM {Vm} could not be sent away", vm);
            return false;
        }
    }
}
