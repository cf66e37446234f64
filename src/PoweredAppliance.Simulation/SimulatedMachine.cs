using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>
/// The hardware under a simulated host, and the hands on it: what guests do by themselves, what an operator does behind
/// our back, power and silence. Drivers of it come and go; it stays.
/// </summary>
public sealed class SimulatedMachine
{
    private readonly SimulatedWorld _world;
    private readonly Lock _gate = new();
    private readonly List<Action<MachineNotice>> _listeners = [];
    private TaskCompletionSource? _silence;
    private int _powerCuts;

    internal SimulatedMachine(SimulatedWorld world, string name)
    {
        (_world, Name) = (world, name);
        world.See(p => p.Machine(name));
    }

    public string Name { get; }

    public Weather Weather { get; set; } = Weather.Fine;

    public bool On => See(m => m.On);

    public bool Silent => _silence is not null;

    /// <summary>Power cut: all guests are off, definitions and files stay. Calls fail until <see cref="PowerOn"/>.</summary>
    public void Crash()
    {
        Interlocked.Increment(ref _powerCuts);
        Happen((m, now) => [new WorldEvent.Powered(now, Name, On: false)]);
        Thaw();
        LoseConnection("power cut");
    }

    public void PowerOn() => Happen((m, now) => m.On ? [] : [new WorldEvent.Powered(now, Name, On: true)]);

    /// <summary>
    /// The hypervisor's daemon stops answering, guests run on. Calls wait for their deadline; what they asked for is done
    /// when the machine thaws, though nobody waits for it any more.
    /// </summary>
    public void Silence()
    {
        lock (_gate)
            _silence ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Thaw()
    {
        TaskCompletionSource? ended;
        lock (_gate)
            (ended, _silence) = (_silence, null);
        ended?.SetResult();
    }

    /// <summary>The connection of every driver drops once; the next call connects again.</summary>
    public void LoseConnection(string reason = "connection reset") => Tell(new MachineNotice(null, null, reason));

    /// <summary>The guest powers itself off. False: no such domain alive; so all below.</summary>
    public bool PowersOff(string domain) => Guest(domain, DomainPower.Off, "the guest powered off", d => d.Alive);

    public bool Crashes(string domain) => Guest(domain, DomainPower.Crashed, "the guest panicked", d => d.Alive);

    public bool Pauses(string domain, string reason) => Guest(domain, DomainPower.Paused, reason, d => d.Power is DomainPower.Running);

    /// <summary>The hypervisor process dies: kill -9, out of memory.</summary>
    public bool IsKilled(string domain) => Guest(domain, DomainPower.Off, "the hypervisor process was killed", d => d.Alive);

    /// <summary>Somebody starts a domain that is off, or resumes a paused one, with the hypervisor's own tools.</summary>
    public bool IsStartedByHand(string domain) =>
        Guest(domain, DomainPower.Running, "started by hand", d => d.Power is not DomainPower.Running);

    /// <summary>Somebody defines and starts a domain of his own.</summary>
    public void WildDomain(string name, int vcpu, long memoryMebibytes)
    {
        var uuid = Guid.Parse($"00000000-0000-4000-8000-{(long)(new Dice(0).Throw(name) * 0xFFFF_FFFF_FFFF):x12}");
        Happen((m, now) => m.On && !m.DomainsByName.ContainsKey(name)
            ?
            [
                new WorldEvent.DomainDefined(now, Name, name, null, 0, uuid, vcpu, memoryMebibytes, 0, []),
                new WorldEvent.DomainChanged(now, Name, name, DomainPower.Running, "started by hand"),
            ]
            : []);
    }

    /// <summary>Somebody destroys and undefines a domain, whose ever it is.</summary>
    public void UndefinedByHand(string domain) => Happen((m, now) => m.DomainsByName.ContainsKey(domain)
        ?
        [
            new WorldEvent.DomainChanged(now, Name, domain, DomainPower.Off, "destroyed by hand"),
            new WorldEvent.DomainUndefined(now, Name, domain),
        ]
        : []);

    /// <summary>Somebody deletes a file.</summary>
    public void DeleteFile(string path) => Happen((m, now) => m.Files.FirstOrDefault(f => f.Path == path) is { } file
        ? [new WorldEvent.FileRemoved(now, Name, path, file.Owner)] : []);

    /// <summary>Looks at what is on the machine while nothing moves.</summary>
    public T See<T>(Func<MachinePicture, T> look) => _world.See(p => look(p.Machine(Name)));

    /// <summary>This machine and another one, at the same moment.</summary>
    internal T See<T>(SimulatedMachine? other, Func<MachinePicture, MachinePicture?, T> look) =>
        _world.See(p => look(p.Machine(Name), other is null ? null : p.Machine(other.Name)));

    /// <summary>The machine behind the address of another simulated host.</summary>
    internal SimulatedMachine Beside(HostAddress other) => _world.Machine(SimulatedHosts.MachineOf(other));

    /// <summary>Grows with every power cut: work begun before one is lost.</summary>
    internal int PowerCuts => Volatile.Read(ref _powerCuts);

    internal async Task Answering(CancellationToken stop)
    {
        while (_silence is { } silence)
            await silence.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    internal void Happen(Func<MachinePicture, DateTimeOffset, IEnumerable<WorldEvent>> make)
    {
        var notices = new List<MachineNotice>();
        _world.Happen((p, now) =>
        {
            var events = make(p.Machine(Name), now).ToList();
            notices.AddRange(events.Select(e => Notice(p.Machine(Name), e)).OfType<MachineNotice>());
            return events;
        });
        foreach (var notice in notices)
            Tell(notice);
    }

    internal void Attach(Action<MachineNotice> listener)
    {
        lock (_gate)
            _listeners.Add(listener);
    }

    internal void Detach(Action<MachineNotice> listener)
    {
        lock (_gate)
            _listeners.Remove(listener);
    }

    private bool Guest(string domain, DomainPower power, string reason, Func<SimulatedDomain, bool> can)
    {
        var did = false;
        Happen((m, now) =>
        {
            did = m.On && m.DomainsByName.TryGetValue(domain, out var d) && can(d);
            return did ? [new WorldEvent.DomainChanged(now, Name, domain, power, reason)] : [];
        });
        return did;
    }

    /// <summary>What a silent machine has to say about domains is lost; that its connection ended is noticed on this side.</summary>
    private void Tell(MachineNotice notice)
    {
        lock (_gate)
        {
            if (_silence is not null && notice.Domain is not null)
                return;
            foreach (var listener in _listeners)
                listener(notice);
        }
    }

    private static MachineNotice? Notice(MachinePicture machine, WorldEvent e) => e switch
    {
        WorldEvent.DomainDefined d => new(d.Name, d.Owner, "defined"),
        WorldEvent.DomainChanged c => new(c.Name, OwnerOf(machine, c.Name), c.Reason),
        WorldEvent.DomainUndefined u => new(u.Name, OwnerOf(machine, u.Name), "undefined"),
        _ => null,
    };

    private static Owner? OwnerOf(MachinePicture machine, string domain) => machine.DomainsByName.GetValueOrDefault(domain)?.Owner;
}

/// <param name="Domain">null: the connection ended</param>
internal sealed record MachineNotice(string? Domain, Owner? Owner, string What);
