using Akka.Actor;
using Akka.Event;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Hosts;

/// <summary>Doing steps for VMs: one at a time each, the newest wins, what starts something needs a stored claim.</summary>
public sealed partial class HostActor
{
    private readonly Dictionary<int, Running> _running = [];
    private readonly Dictionary<int, HostProtocol.Perform> _next = [];

    /// <summary>VMs that asked for a step while this host did not answer.</summary>
    private readonly HashSet<VmId> _turnedAway = [];

    /// <summary>When the last step of a VM ended: a reading that began earlier says nothing about it.</summary>
    private readonly Dictionary<int, long> _ended = [];

    /// <summary>
    /// Live migrations that failed, by VM. Who asks again for the same one, since he has not heard yet, is told the same: begun anew it could
    /// succeed when it counts as failed, and the guest would be where nobody looks for it.
    /// </summary>
    private readonly Dictionary<int, (long Transition, StepOutcome Outcome)> _notMoved = [];

    /// <param name="Waits">for something that the guest does by itself: what is seen of the guest meanwhile counts</param>
    private sealed record Running(long Transition, CancellationTokenSource Stop, bool Waits);

    private void Take(HostProtocol.Perform perform)
    {
        var (step, vm) = (perform.Step, perform.Step.Vm);
        // A host that left the pool took with it what VMs had left on it.
        if (step.Kind is VmStep.Withdraw || (step.Kind is VmStep.Cleanup && _host.Retired))
        {
            GiveBack(step, perform.Transition, StepOutcome.Ok());
            return;
        }

        if (_driver is null || _phase is not Phase.Up)
        {
            _turnedAway.Add(vm);
            return;
        }

        var held = _host.Claims.GetValueOrDefault(vm.Value);
        if (held is not null && held.Generation > step.Generation)
        {
            Tell(step, perform.Transition, StepOutcome.Fail($"generation {step.Generation} is older than {held.Generation}, which host {_host.Settings?.Name} has", retriable: false));
            return;
        }

        var starts = step.Kind is VmStep.Prolog or VmStep.Receive or VmStep.Boot or VmStep.Restore or VmStep.Adopt || perform.Room is not null;
        if ((starts && held?.Generation != step.Generation) || (step.Kind is VmStep.Migrate && held is null))
        {
            Tell(step, perform.Transition, StepOutcome.Fail($"host {_host.Settings?.Name} keeps no room for generation {step.Generation}", retriable: false));
            return;
        }

        if (perform.Peer is { } peer)
        {
            if (AddressOf(peer) is not { } there)
            {
                Tell(step, perform.Transition, StepOutcome.Fail($"host {peer} is not in the pool", retriable: false));
                return;
            }

            perform = perform with { Step = step with { Peer = there } };
        }

        if (perform.Room is { } room)
            Fit(perform, room);
        else
            Admit(perform);
    }

    /// <summary>The room that the step needs is claimed and stored first.</summary>
    private void Fit(HostProtocol.Perform perform, Capacity room)
    {
        var step = perform.Step;
        var decision = _host.Fit(step.Vm, step.Generation, room, Time.GetUtcNow());
        if (decision.Refusal is { } why)
        {
            Tell(step, perform.Transition, StepOutcome.Fail(why.Text));
            return;
        }

        _fitted.Remove(step.Vm.Value); // looked at again when the step has ended, whatever became of it
        Store(decision, () =>
        {
            if (_driver is not null)
                Admit(perform);
        });
    }

    private void Admit(HostProtocol.Perform perform)
    {
        var vm = perform.Step.Vm;
        if (_notMoved.TryGetValue(vm.Value, out var failed))
        {
            if (perform.Step.Kind is VmStep.Migrate && failed.Transition == perform.Transition)
            {
                Tell(perform.Step, perform.Transition, failed.Outcome);
                return;
            }

            _notMoved.Remove(vm.Value);
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

    /// <summary>The host answers: what the VMs that were turned away wait for by now is begun, and not only when they ask again.</summary>
    private void TakeUp()
    {
        foreach (var id in _turnedAway)
            if (_inventory.Vms.Find(id) is { } vm && vm.Works.OfType<VmWork.Perform>().FirstOrDefault(work => work.Host == _host.Id) is { } work)
                Take(HostProtocol.Perform.Of(vm, work));
        _turnedAway.Clear();
    }

    private void Start(HostProtocol.Perform perform)
    {
        var (step, driver) = (perform.Step, _driver!);
        var stop = new CancellationTokenSource();
        _running[step.Vm.Value] = new(perform.Transition, stop, step.Kind is VmStep.AwaitCommand);
        var progress = new Reporter(_inventory);
        Do().PipeTo(Self);

        async Task<StepEnded> Do()
        {
            try
            {
                using var timed = Meters.Step(step.Kind.ToString().ToLowerInvariant());
                return new(step, perform.Transition, await driver.Perform(step with { Spec = _settings.Cipher.Open(step.Spec) }, progress, stop.Token).ConfigureAwait(false), null);
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
        _ended[id] = Time.GetTimestamp();
        _inventory.Ended(step.Vm);
        switch (ended)
        {
            case { Outcome: { Done: true } outcome } when step.Kind is VmStep.Undefine or VmStep.Cleanup:
                GiveBack(step, ended.Transition, outcome);
                break;
            case { Outcome: { } outcome }:
                if (!outcome.Done && step.Kind is VmStep.Migrate)
                    _notMoved[id] = (ended.Transition, outcome);
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

    private HostAddress? AddressOf(HostId host) => _inventory.Find(PoolKind.Host, host.Value) is { } there && _inventory.Zone is { } zone
        ? new(host, there.Name, there.Fact("URI") ?? "", there.Fact("DATASTORE_PATH") ?? "", zone.Deployment, there.Fact("PROFILE"))
        : null;

    /// <summary>The room is free again once that is stored; then the VM is told.</summary>
    private void GiveBack(HostStep step, long transition, StepOutcome outcome) =>
        Store(_host.Free(step.Vm, step.Generation, Time.GetUtcNow()), () =>
        {
            _settled.Add((step.Vm, step.Generation));
            _ended.Remove(step.Vm.Value);
            _fitted.Remove(step.Vm.Value);
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
