using System.Collections.Concurrent;
using System.Threading.Channels;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Simulation;

/// <summary>A hypervisor that is not there: the driver contract over a <see cref="SimulatedMachine"/>.</summary>
public sealed class SimulatedHost : IHostDriver
{
    private readonly SimulatedMachine _machine;
    private readonly HostAddress _address;
    private readonly HostFacts _facts;
    private readonly Pace _pace;
    private readonly Dice _dice;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<VmId, SemaphoreSlim> _lanes = new();
    private readonly ConcurrentDictionary<(VmId, int, VmStep), int> _asked = new();
    private readonly ConcurrentDictionary<(VmId Vm, int Start), string> _typed = new();
    private readonly Channel<HostNotice> _notices = Channel.CreateUnbounded<HostNotice>(new() { SingleReader = true });
    private volatile Task? _telling;

    public SimulatedHost(SimulatedMachine machine, HostAddress address, HostFacts facts, Pace pace, Dice dice, TimeProvider time)
    {
        (_machine, _address, _facts, _pace, _dice, _time) = (machine, address, facts, pace, dice, time);
        machine.Attach(OnNotice);
    }

    public Task<HostFacts> Inspect(CancellationToken stop) => Ask(_pace.Inspect, async cuts =>
    {
        await Pass(_pace.Inspect, cuts, stop).ConfigureAwait(false);
        return _machine.See(m => _facts with { DiskFreeMebibytes = _facts.DiskFreeMebibytes - Usage.AllocatedMebibytes(m) });
    }, stop);

    public Task<HostReading> Read(CancellationToken stop) => Ask(_pace.Reading, _ =>
    {
        var now = _time.GetUtcNow();
        return Task.FromResult(_machine.See(m => Usage.Read(m, _facts, _address.Deployment, _dice, now)));
    }, stop);

    public Task<StepOutcome> Perform(HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var ask = _asked.AddOrUpdate((step.Vm, step.Generation, step.Kind), 0, (_, n) => n + 1);
        var (about, vm, generation) = (step.Kind.ToString(), step.Vm.Value, step.Generation);
        var takes = _pace.Of(step.Kind, _machine.Weather) * (0.5 + _dice.Throw("takes" + about, vm, generation, ask));
        if (step is { Kind: VmStep.AwaitCommand, Command: { } command })
            takes += SimulatedCommand.Takes(command);
        var fails = _dice.Hits(_machine.Weather.FailureProbability, "fails" + about, vm, generation, ask);
        var deaf = !step.Spec.Acpi || _dice.Hits(_machine.Weather.DeafGuests, "deaf", vm, generation);
        var work = step.Kind is VmStep.Prolog or VmStep.Receive or VmStep.Migrate or VmStep.AwaitCommand ? stop : CancellationToken.None;
        return Ask(takes, cuts => Do(step, cuts, takes, fails, deaf, progress, work), stop, work);
    }

    public void Listen(Action<HostNotice> onNotice)
    {
        if (_telling is not null)
            throw new InvalidOperationException($"somebody listens to {_machine.Name} already");
        _telling = Task.Run(async () =>
        {
            await foreach (var notice in _notices.Reader.ReadAllAsync().ConfigureAwait(false))
                onNotice(notice);
        });
    }

    public Task<string> ConsoleLog(VmId vm, int maxBytes, CancellationToken stop) => Ask(_pace.Reading, _ =>
    {
        var domain = _machine.See(m => m.Domain(Owner(vm)));
        var text = domain is null || domain.Starts == 0 ? "" : $"simulated guest {domain.Name}, start {domain.Starts}\nGUEST-READY\n{_typed.GetValueOrDefault((vm, domain.Starts))}";
        return Task.FromResult(text.Length > maxBytes ? text[^maxBytes..] : text);
    }, stop);

    public Task<Stream> OpenConsole(VmId vm, CancellationToken stop) => Ask<Stream>(_pace.Reading, _ =>
        _machine.See(m => m.Domain(Owner(vm))) is { Power: DomainPower.Running } domain
            ? Task.FromResult<Stream>(new EchoStream(
                _pace.Step, _time, _machine.Answering, text => _typed.AddOrUpdate((vm, domain.Starts), text, (_, before) => before + text)))
            : throw new HostRefusedException($"VM {vm} is not running on {_machine.Name}"), stop);

    public async ValueTask DisposeAsync()
    {
        _machine.Detach(OnNotice);
        _notices.Writer.TryComplete();
        if (_telling is { } telling)
            await telling.ConfigureAwait(false);
    }

    /// <summary>
    /// Asks the machine: refused at once without power, unreachable when it does not answer in time. What was asked of a
    /// silent machine goes on without the asker, until <paramref name="work"/> ends it: a hypervisor moves data only as long
    /// as it is asked to, but starts and stops what it has been told to.
    /// </summary>
    private async Task<T> Ask<T>(
        TimeSpan takes, Func<int, Task<T>> answer, CancellationToken stop, CancellationToken work = default)
    {
        stop.ThrowIfCancellationRequested();
        var cuts = _machine.PowerCuts;
        if (!_machine.On)
            throw new HostUnreachableException($"{_machine.Name} refuses the connection: it has no power");

        var asked = Answer();
        if (asked.IsCompleted)
            return await asked.ConfigureAwait(false);
        try
        {
            return await asked.WaitAsync(_pace.Deadline + takes, _time, stop).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            OnNotice(new(null, null, "no answer"));
            throw new HostUnreachableException(
                $"{_machine.Name} has not answered for {(_pace.Deadline + takes).TotalSeconds:0.#} s", e);
        }

        async Task<T> Answer()
        {
            await Pass(TimeSpan.Zero, cuts, work).ConfigureAwait(false);
            return await answer(cuts).ConfigureAwait(false);
        }
    }

    private async Task<StepOutcome> Do(
        HostStep step, int cuts, TimeSpan takes, bool fails, bool deaf, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var lane = _lanes.GetOrAdd(step.Vm, _ => new SemaphoreSlim(1));
        await lane.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var peer = step.Peer is { } other ? _machine.Beside(other) : null;
            var peerCuts = peer?.PowerCuts ?? 0;
            if (peer is not null)
                await peer.Answering(stop).ConfigureAwait(false);
            if (Lost(peer, peerCuts))
                return Alone(step, peer!);
            var plan = _machine.See(peer, (m, p) => StepPlan.Of(m, p, _address, step, _time.GetUtcNow()));
            var outcome = plan.Outcome;
            var changes = plan.Changes;
            if (outcome.Done && plan.WaitsForGuest && deaf)
                (changes, outcome) = ([], StepOutcome.Fail($"the guest did not react within {takes.TotalSeconds:0.#} s"));
            else if (outcome.Done && fails)
                (changes, outcome) = (changes[..(changes.Length / 2)], StepOutcome.Fail($"simulated failure of {step.Kind}"));

            for (var i = 0; i < changes.Length; i++)
            {
                await Pass(takes / (changes.Length + 1), cuts, stop).ConfigureAwait(false);
                if (peer is not null)
                    await peer.Answering(stop).ConfigureAwait(false);
                if (Lost(peer, peerCuts))
                    return Alone(step, peer!);
                Happen(changes[i].Machine == _machine.Name ? _machine : peer!, changes[i], changes[i].Machine == _machine.Name ? cuts : peerCuts);
                progress.Report(new(step.Vm, step.Kind.ToString(), (i + 1) * 100 / (changes.Length + 1)));
            }

            await Pass(takes / (changes.Length + 1), cuts, stop).ConfigureAwait(false);
            if (outcome.Done && step.Change is VmChange.SaveDisk save)
                Write(save.File, step.Spec.Disks.First(d => d.Id == save.Disk).SizeMebibytes);
            Happen(_machine, new WorldEvent.StepEnded(
                default, _machine.Name, Owner(step.Vm), step.Generation, step.Kind, outcome.Error), cuts);
            return outcome;
        }
        finally
        {
            lane.Release();
        }
    }

    /// <summary>A simulated disk has no content: what is saved of it is zeros, of its size.</summary>
    private static void Write(string path, long mebibytes)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.SetLength(mebibytes << 20);
    }

    private static bool Lost(SimulatedMachine? peer, int cuts) => peer is not null && (!peer.On || peer.PowerCuts != cuts);

    /// <summary>Files can be fetched when the peer is back; a live migration ends with it, and the guest is where it was.</summary>
    private static StepOutcome Alone(HostStep step, SimulatedMachine peer) => step.Kind is VmStep.Migrate
        ? StepOutcome.Fail($"{peer.Name} has no power")
        : throw new HostUnreachableException($"{peer.Name}, which has the files of VM {step.Vm}, has no power");

    private static void Happen(SimulatedMachine where, WorldEvent e, int cuts) => where.Happen((m, now) =>
        m.On && where.PowerCuts == cuts ? [e with { At = now }] : throw new HostUnreachableException($"{where.Name} lost power"));

    private async Task Pass(TimeSpan time, int cuts, CancellationToken stop)
    {
        if (time > TimeSpan.Zero)
            await Task.Delay(time, _time, stop).ConfigureAwait(false);
        await _machine.Answering(stop).ConfigureAwait(false);
        if (_machine.PowerCuts != cuts)
            throw LostPower();
    }

    private HostUnreachableException LostPower() => new($"{_machine.Name} lost power");

    private Owner Owner(VmId vm) => new(_address.Deployment, vm.Value);

    private void OnNotice(MachineNotice notice)
    {
        if (_telling is null)
            return;
        var vm = notice.Owner is { } owner && owner.Deployment == _address.Deployment ? owner.Id : (VmId?)null;
        _notices.Writer.TryWrite(notice.Domain is { } domain
            ? new HostNotice.DomainChanged(domain, vm, notice.What)
            : new HostNotice.ConnectionLost(notice.What));
    }
}
