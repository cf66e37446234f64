using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Hosts;

/// <summary>Keeping in touch: reading the host at a beat and at every notice, and saying what was seen, on evidence only.</summary>
public sealed partial class HostActor
{
    /// <summary>Notices of so long share a reading, and the longer the more VMs there are to read.</summary>
    private TimeSpan Moment => TimeSpan.FromMilliseconds(50 + 2 * _host.Claims.Count);

    private IHostDriver? _driver;
    private HostAddress? _address;
    private HostFacts? _facts;
    private HostUsage? _usage;
    private ImmutableArray<DomainReading> _wild = [];
    private string? _silence;
    private int _connection;
    private bool _asking;
    private bool _askAgain;
    private long _lastAsked, _lastHeard;

    /// <summary>The template that a VM's claim was last seen to fit.</summary>
    private readonly Dictionary<int, Core.Templates.Template> _fitted = [];

    /// <summary>Drops the driver and makes the one that the present settings ask for.</summary>
    private void Readdress()
    {
        var wanted = _host is { Settings: { Status: not HostStatus.Offline } s, Retired: false } && _inventory.Zone is { } zone
            ? new HostAddress(_host.Id, s.Name, s.Uri, s.DatastorePath, zone.Deployment, s.Profile)
            : null;
        if (wanted != _address || wanted is null)
        {
            Forget();
            if (wanted is not null && Driver(wanted) is { } driver)
            {
                (_address, _driver) = (wanted, driver);
                var (self, connection) = (Self, _connection);
                _driver.Listen(notice => self.Tell(new Noticed(connection, notice)));
                (_phase, _silence, _lastHeard) = (Phase.Reaching, null, Time.GetTimestamp());
            }
        }

        if (_host.Retired)
        {
            _inventory.Drop(_host.Id);
            _region.Tell(new Scheduling.SchedulerProtocol.HostGone(_host.Id));
            return;
        }

        Publish();
        Pulse();
    }

    /// <summary>Null where there can be none for this address: the host is in ERROR and says why.</summary>
    private IHostDriver? Driver(HostAddress address)
    {
        try
        {
            return _drivers(address);
        }
        catch (Exception e) when (e is HostUnreachableException or ArgumentException)
        {
            FallSilent(e.Message);
            return null;
        }
    }

    private void Forget()
    {
        foreach (var running in _running.Values)
            running.Stop.Cancel();
        _running.Clear();
        _next.Clear();
        _connection++;
        (_phase, _asking, _askAgain, _wild) = (Phase.Aside, false, false, []);
        if (_driver is { } driver)
            Observe(driver.DisposeAsync().AsTask());
        (_driver, _address) = (null, null);
    }

    private void Pulse()
    {
        if (_driver is null)
        {
            if (_phase is Phase.Aside && _host is { Settings.Status: not HostStatus.Offline, Retired: false } && _inventory.Zone is not null)
                Readdress();
            return;
        }

        FreeForgotten();
        FreeShrunken();
        if (_phase is not Phase.Silent && Time.GetElapsedTime(_lastHeard) >= _settings.SilentAfter)
            FallSilent($"no answer for {_settings.SilentAfter.TotalSeconds:0} s");
        Look();
    }

    private void Ask()
    {
        _asking = true;
        var (driver, connection, began) = (_driver!, _connection, _lastAsked = Time.GetTimestamp());
        var coming = _host.Claims.Values.Where(claim => !IsHere(claim.Vm)).Select(claim => claim.Vm).ToHashSet();
        Call().PipeTo(Self);

        async Task<object> Call()
        {
            var inspect = _facts is null || _phase is not Phase.Up;
            var within = inspect ? _settings.InspectDeadline : _settings.ReadDeadline;
            using var deadline = new CancellationTokenSource(within, Time);
            try
            {
                using var timed = Meters.Call(inspect ? "inspect" : "read");
                return inspect
                    ? new Inspected(connection, await driver.Inspect(deadline.Token).WaitAsync(within, Time).ConfigureAwait(false))
                    : new ReadDone(connection, await driver.Read(deadline.Token).WaitAsync(within, Time).ConfigureAwait(false), began, coming);
            }
            catch (Exception e)
            {
                return new CallFailed(connection, e is TimeoutException or OperationCanceledException
                    ? new HostUnreachableException($"no answer within {within.TotalSeconds:0} s", e) : e);
            }
        }
    }

    private void Heard(Inspected inspected)
    {
        if (inspected.Connection != _connection)
            return;
        var facts = inspected.Facts;
        if (_phase is not Phase.Up)
            _log.Info("host {0} ({1}) answers: {2}, {3}", _host.Id, _host.Settings?.Name, facts.HypervisorVersion, facts.Acceleration);
        (_asking, _facts, _phase, _silence, _lastHeard) = (false, facts, Phase.Up, null, Time.GetTimestamp());
        var total = new Capacity(facts.CpuPercent, facts.MemoryKibibytes, facts.DiskMebibytes);
        Store(_host.Learn(total, Time.GetUtcNow()), Publish);
        TakeUp();
        Ask();
    }

    private void Heard(ReadDone read)
    {
        if (read.Connection != _connection)
            return;
        (_asking, _lastHeard) = (false, Time.GetTimestamp());
        var (reading, now) = (read.Reading, Time.GetUtcNow().ToUnixTimeSeconds());
        _usage = new(now, reading.CpuUsedPercent, reading.MemoryFreeKibibytes, reading.DiskFreeMebibytes, reading.NetReceivedBytes, reading.NetSentBytes);
        _wild = [.. reading.Domains.Where(IsWild)];
        var domains = reading.Domains.Where(d => d.Vm is not null).ToLookup(d => d.Vm!.Value.Value);
        foreach (var claim in _host.Claims.Values)
        {
            var domain = domains[claim.Vm.Value].FirstOrDefault(d => d.Generation == claim.Generation);
            if (domain is not null && IsHere(claim.Vm))
                Measure(claim.Vm, domain, now);
            // Of one that has come since the reading began only its running says anything.
            if (_running.GetValueOrDefault(claim.Vm.Value) is null or { Waits: true } && _ended.GetValueOrDefault(claim.Vm.Value) < read.Began
                && (!read.Coming.Contains(claim.Vm) || domain is { Power: DomainPower.Running }))
                Say(claim, Sight(domain), domain?.Reason ?? $"host {_host.Settings?.Name} has no such domain");
        }

        foreach (var domain in reading.Domains)
            if (domain.Vm is { } vm && !_host.Claims.ContainsKey(vm.Value) && !_running.ContainsKey(vm.Value))
                Disown(vm, domain);
        Publish();
        if (_askAgain)
        {
            _askAgain = false;
            Ask();
        }
    }

    private void Heard(Noticed noticed)
    {
        if (noticed.Connection != _connection)
            return;
        if (noticed.Notice is HostNotice.ConnectionLost lost)
        {
            _log.Warning("host {0} ({1}): connection lost: {2}", _host.Id, _host.Settings?.Name, lost.Reason);
            Pulse();
        }
        else if (noticed.Notice is not HostNotice.DomainChanged { Vm: { } vm } || _running.GetValueOrDefault(vm.Value) is null or { Waits: true })
        {
            ReadSoon(); // of a VM that a step is at the step itself says what became of it
        }
    }

    /// <summary>At once after a rest, else once for all that is told in a moment.</summary>
    private void ReadSoon()
    {
        if (!_asking && Time.GetElapsedTime(_lastAsked) >= Moment)
            Ask();
        else if (!Timers.IsTimerActive(nameof(ReadSoon)))
            Timers.StartSingleTimer(nameof(ReadSoon), LookNow.Instance, Moment);
    }

    private void Look()
    {
        if (_asking)
            _askAgain = true;
        else if (_driver is not null)
            Ask();
    }

    private void NotHeard(CallFailed failed)
    {
        if (failed.Connection != _connection)
            return;
        _asking = false;
        if (failed.Why is not HostUnreachableException)
            _log.Error(failed.Why, "host {0} ({1}) could not be read", _host.Id, _host.Settings?.Name);
        if (Time.GetElapsedTime(_lastHeard) >= _settings.SilentAfter)
            FallSilent(failed.Why.Message);
        else if (_phase is Phase.Up)
            _phase = Phase.Reaching;
        if (_phase is not Phase.Silent)
            Timers.StartSingleTimer("soon", Beat.Instance, TimeSpan.FromMilliseconds(500));
    }

    private void FallSilent(string why)
    {
        if (_phase is Phase.Silent)
        {
            _silence = why;
            return;
        }

        _log.Warning("host {0} ({1}) is silent: {2}", _host.Id, _host.Settings?.Name, why);
        Meters.Silence();
        (_phase, _silence) = (Phase.Silent, why);
        foreach (var claim in _host.Claims.Values)
            Say(claim, Sighting.Silent, $"host {_host.Settings?.Name} does not answer: {why}");
        Publish();
    }

    /// <summary>It is this host's, and not only on its way.</summary>
    private bool IsHere(VmId vm) => _inventory.Vms.Find(vm)?.Host?.Host == _host.Id;

    private static Sighting Sight(DomainReading? domain) => domain?.Power switch
    {
        null => Sighting.Missing,
        DomainPower.Running => Sighting.Running,
        DomainPower.Paused => Sighting.Paused,
        DomainPower.Saved => Sighting.Saved,
        DomainPower.Crashed => Sighting.Crashed,
        _ => Sighting.Off,
    };

    /// <summary>
    /// Told only where it would change something: the partition decides again against its own, newest state. Of a guest that comes here
    /// live the host that it leaves tells the end itself, unless it is silent.
    /// </summary>
    private void Say(Claim claim, Sighting sighting, string detail)
    {
        var seen = new VmProtocol.Observe(claim.Vm, _host.Id, claim.Generation, sighting, detail);
        if (_inventory.Vms.Find(claim.Vm) is { } vm && !(vm is { Moving: not null, Host: { } old } && old.Host != _host.Id && _inventory.Host(old.Host) is { State: HostState.Monitored })
            && VirtualMachine.Decide(vm, seen, Time.GetUtcNow()).Events.Count > 0)
            _region.Tell(seen);
    }

    private void Measure(VmId vm, DomainReading domain, long now)
    {
        decimal? percent = _inventory.Reading(vm) is { Domain: { CpuNanoseconds: { } was } last, At: var at }
            && domain.CpuNanoseconds is { } cpu && cpu >= was && now > at && last.Generation == domain.Generation
                ? decimal.Round((cpu - was) / 10_000_000m / (now - at), 2)
                : null;
        _inventory.Put(vm, new VmReading(now, domain, percent));
    }

    /// <summary>
    /// A domain of ours that has no claim here, of a VM that went on as a newer generation: it may not run (law 1). Its files stay. A
    /// domain whose VM was only dropped from the database belongs to nobody any more: it is shown as a wild one and left alone.
    /// </summary>
    private void Disown(VmId id, DomainReading domain)
    {
        if (_inventory.Vms.Find(id) is not { State: not VmState.Done } vm || vm.Generation <= domain.Generation
            || (vm.Host ?? vm.FilesOn ?? vm.Pledge)?.Host == _host.Id)
            return;
        _log.Warning("host {0} ({1}): domain {2} of VM {3} is of generation {4}, the VM is at {5}: it is removed", _host.Id, _host.Settings?.Name, domain.Name, id, domain.Generation, vm.Generation);
        Start(new HostProtocol.Perform(_host.Id, new HostStep(id, domain.Generation, VmStep.Undefine, Specification.Of(vm)), Transition: -1));
    }

    private bool IsWild(DomainReading domain) => domain.Vm is not { } vm || _inventory.Vms.Find(vm) is null or { State: VmState.Done };

    /// <summary>
    /// Room that no step of the host's gives back: the VM was dropped from the database, or a person declared a step done, or it went on
    /// elsewhere. A claim is kept while the VM, as it is stored, is here or on its way here. Looked for at each beat, which costs a
    /// microsecond or two a claim; to be told by every VM of every change would cost each change more.
    /// </summary>
    private void FreeForgotten()
    {
        foreach (var claim in _host.Claims.Values)
            if (_inventory.Vms.Find(claim.Vm) is { } vm && vm.Newest >= claim.Generation && vm.Host?.Host != _host.Id && vm.Pledge?.Host != _host.Id
                && vm.Moving?.To.Host != _host.Id && !_running.ContainsKey(claim.Vm.Value))
                Store(_host.Free(claim.Vm, claim.Generation, Time.GetUtcNow()), () => _settled.Add((claim.Vm, claim.Generation)));
    }

    /// <summary>
    /// Room of a disk that was detached or never came, of a VM that became smaller or did not become larger: a claim is as large as its VM, as that is stored and at rest. Looked for only
    /// when the VM's template is another one than at the last beat.
    /// </summary>
    private void FreeShrunken()
    {
        foreach (var claim in _host.Claims.Values)
        {
            if (_inventory.Vms.Find(claim.Vm) is not { Changing: null } vm || ReferenceEquals(_fitted.GetValueOrDefault(claim.Vm.Value), vm.Template)
                || vm.Generation != claim.Generation || vm.Host?.Host != _host.Id)
                continue;
            _fitted[claim.Vm.Value] = vm.Template;
            Store(_host.Fit(claim.Vm, claim.Generation, Capacity.Least(claim.Room, Specification.Room(vm.Template)), Time.GetUtcNow()), () => { });
        }
    }
}
