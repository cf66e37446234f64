using Akka.Actor;
using Akka.Event;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Hosts;

/// <summary>Doing steps for VMs: one at a time each, the newest wins, what starts something needs a stored claim.</summary>
public sealed partial class HostActor
{
    private readonly Dictionary<int, Running> _running = [];
    private readonly Dictionary<int, HostProtocol.Perform> _next = [];

    /// <summary>When the last step of a VM ended: a reading that began earlier says nothing about it.</summary>
    private readonly Dictionary<int, long> _ended = [];

    private sealed record Running(long Transition, CancellationTokenSource Stop);

    private void Take(HostProtocol.Perform perform)
    {
        var (step, vm) = (perform.Step, perform.Step.Vm);
        if (step.Kind is VmStep.Withdraw)
        {
            GiveBack(step, perform.Transition, StepOutcome.Ok());
            return;
        }

        if (_driver is null || _phase is not Phase.Up)
            return;
        var held = _host.Claims.GetValueOrDefault(vm.Value);
        if (held is not null && held.Generation > step.Generation)
        {
            Tell(step, perform.Transition, StepOutcome.Fail($"generation {step.Generation} is older than {held.Generation}, which host {_host.Settings?.Name} has", retriable: false));
            return;
        }

        if (step.Kind is VmStep.Prolog or VmStep.Boot or VmStep.Restore or VmStep.Adopt && held?.Generation != step.Generation)
        {
            Tell(step, perform.Transition, StepOutcome.Fail($"host {_host.Settings?.Name} keeps no room for generation {step.Generation}", retriable: false));
            return;
        }

        if (!_running.TryGetValue(vm.Value, out var running))
        {
            Start(perform);
            return;
        }

        if (running.Transition == perform.Transition)
            return;
        _next[vm.Value] = perform;
        running.Stop.Cancel();
    }

    private void Start(HostProtocol.Perform perform)
    {
        var (step, driver) = (perform.Step, _driver!);
        var stop = new CancellationTokenSource();
        _running[step.Vm.Value] = new(perform.Transition, stop);
        var progress = new Reporter(_inventory);
        Do().PipeTo(Self);

        async Task<StepEnded> Do()
        {
            try
            {
                using var timed = _meters.Step(step.Kind.ToString().ToLowerInvariant());
                return new(step, perform.Transition, await driver.Perform(step, progress, stop.Token).ConfigureAwait(false), null);
            }
            catch (Exception e)
            {
                return new(step, perform.Transition, null, e);
            }
        }
    }

    private void Ended(StepEnded ended)
    {
        var (step, id) = (ended.Step, ended.Step.Vm.Value);
        if (!_running.TryGetValue(id, out var running) || running.Transition != ended.Transition)
            return; // of a driver that was given up
        running.Stop.Dispose();
        _running.Remove(id);
        _ended[id] = _time.GetTimestamp();
        _inventory.Ended(step.Vm);
        switch (ended)
        {
            case { Outcome: { Done: true } outcome } when step.Kind is VmStep.Undefine or VmStep.Cleanup:
                GiveBack(step, ended.Transition, outcome);
                break;
            case { Outcome: { } outcome }:
                if (!outcome.Done)
                    _log.Warning("VM {0}: {1} on host {2} failed: {3}", id, step.Kind, _host.Settings?.Name, outcome.Error);
                Tell(step, ended.Transition, outcome);
                if (step.Kind is VmStep.Adopt)
                    Pulse(); // what it does is not known before it is read
                break;
            case { Error: HostUnreachableException why }:
                _log.Warning("VM {0}: {1} on host {2} waits: {3}", id, step.Kind, _host.Settings?.Name, why.Message);
                Pulse();
                break;
            case { Error: OperationCanceledException }:
                break;
            case { Error: { } why }:
                _log.Error(why, "VM {0}: {1} on host {2} broke", id, step.Kind, _host.Settings?.Name);
                Tell(step, ended.Transition, StepOutcome.Fail(why.Message));
                break;
        }

        if (_next.Remove(id, out var next))
            Take(next);
    }

    /// <summary>The room is free again once that is stored; then the VM is told.</summary>
    private void GiveBack(HostStep step, long transition, StepOutcome outcome) =>
        Store(_host.Free(step.Vm, step.Generation, _time.GetUtcNow()), step, () =>
        {
            _settled.Add((step.Vm, step.Generation));
            _ended.Remove(step.Vm.Value);
            Tell(step, transition, outcome);
        });

    private void Tell(HostStep step, long transition, StepOutcome outcome)
    {
        if (transition >= 0)
            _region.Tell(new VmProtocol.StepReport(step.Vm, step.Generation, transition, step.Kind, outcome));
    }

    private void Observe(Task ending) => ending.ContinueWith(
        t => _log.Warning(t.Exception, "host {0}: its driver did not end cleanly", _host.Id), CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private sealed class Reporter(Inventory.Inventory inventory) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => inventory.Put(value);
    }
}
