using System.Collections.Immutable;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

public sealed record SimulatedFile(string Path, Owner? Owner, int Generation, long Mebibytes);

/// <param name="Ran">how long the present process had run until <paramref name="Since"/>, pauses not counted</param>
/// <param name="Since">running since then, null: not running</param>
/// <param name="Starts">how often it was started from off or saved</param>
public sealed record SimulatedDomain(
    string Name, Owner? Owner, int Generation, Guid Uuid, int Vcpu, long MemoryMebibytes, int Port, ImmutableArray<string> Files,
    DomainPower Power, string Reason, TimeSpan Ran, DateTimeOffset? Since, int Starts)
{
    /// <summary>It has a process that holds its disks.</summary>
    public bool Alive => Power is DomainPower.Running or DomainPower.Paused;

    public TimeSpan RanUntil(DateTimeOffset now) => Ran + (Since is { } since && now > since ? now - since : TimeSpan.Zero);
}

/// <summary>What must never happen to VMs, and did.</summary>
/// <param name="Law"><c>two copies</c>, <c>old generation</c> or <c>disk lost</c></param>
public sealed record Violation(DateTimeOffset At, string Machine, Owner Owner, string Law, string What)
{
    public override string ToString() => $"{At:O} {Machine}: {Law}: {What}";
}

/// <summary>What is on one machine.</summary>
public sealed class MachinePicture(string name)
{
    internal Dictionary<string, SimulatedDomain> DomainsByName { get; } = new(StringComparer.Ordinal);
    internal Dictionary<Owner, SortedDictionary<string, SimulatedFile>> OwnedFiles { get; } = [];

    /// <summary>Names of domains that were adopted, which keep the ones they had.</summary>
    internal Dictionary<Owner, string> Adopted { get; } = [];
    internal Dictionary<string, SimulatedFile> Images { get; } = new(StringComparer.Ordinal);

    public string Name => name;
    public bool On { get; internal set; } = true;
    public IReadOnlyCollection<SimulatedDomain> Domains => DomainsByName.Values;
    public IEnumerable<SimulatedFile> Files => Images.Values.Concat(OwnedFiles.Values.SelectMany(f => f.Values));
    public long FileMebibytes { get; internal set; }

    public SimulatedDomain? Domain(Owner owner)
    {
        var domain = DomainsByName.GetValueOrDefault(Adopted.GetValueOrDefault(owner, DomainName(owner)));
        return domain?.Owner == owner ? domain : null;
    }

    public IReadOnlyCollection<SimulatedFile> FilesOf(Owner owner) =>
        OwnedFiles.TryGetValue(owner, out var files) ? files.Values : [];

    public bool HasFile(Owner owner, string path) =>
        Images.ContainsKey(path) || OwnedFiles.TryGetValue(owner, out var files) && files.ContainsKey(path);

    public static string DomainName(Owner owner) => $"one-{owner.Vm}";
}

/// <summary>All simulated machines and the laws broken on them: the fold of <see cref="WorldEvent"/>s, for one thread at a time.</summary>
public sealed class WorldPicture
{
    private readonly Dictionary<string, MachinePicture> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<Owner, HashSet<string>> _alive = [];
    private readonly Dictionary<Owner, int> _newest = [];
    private readonly List<Violation> _violations = [];

    public IReadOnlyCollection<MachinePicture> Machines => _machines.Values;
    public IReadOnlyList<Violation> Violations => _violations;

    public MachinePicture Machine(string name)
    {
        if (!_machines.TryGetValue(name, out var machine))
            _machines.Add(name, machine = new MachinePicture(name));
        return machine;
    }

    /// <summary>Machines on which a copy of the VM is alive.</summary>
    public IReadOnlyCollection<string> AliveOn(Owner owner) => _alive.TryGetValue(owner, out var machines) ? machines : [];

    public void Apply(WorldEvent e)
    {
        var machine = Machine(e.Machine);
        switch (e)
        {
            case WorldEvent.Powered powered:
                machine.On = powered.On;
                if (!powered.On)
                {
                    foreach (var domain in machine.Domains.Where(d => d.Alive).ToList())
                        Change(machine, domain, e.At, DomainPower.Off, "the host lost power");
                }
                break;
            case WorldEvent.FileMade file:
                Made(machine, file);
                break;
            case WorldEvent.FileRemoved file:
                Removed(machine, file);
                break;
            case WorldEvent.DomainDefined d:
                var there = machine.DomainsByName.GetValueOrDefault(d.Name);
                machine.DomainsByName[d.Name] = new(d.Name, d.Owner, d.Generation, d.Uuid, d.Vcpu, d.MemoryMebibytes, d.Port, d.Files,
                    there?.Power ?? DomainPower.Off, there?.Reason ?? "", there?.Ran ?? TimeSpan.Zero, there?.Since, there?.Starts ?? 0);
                if (d.Owner is { } adopter && d.Name != MachinePicture.DomainName(adopter))
                    machine.Adopted[adopter] = d.Name;
                if (d.Owner is { } of && there is { Owner: null, Alive: true })
                    Started(machine, machine.DomainsByName[d.Name], of, e.At);
                break;
            case WorldEvent.DomainChanged changed:
                if (machine.DomainsByName.TryGetValue(changed.Name, out var now))
                    Change(machine, now, e.At, changed.Power, changed.Reason);
                break;
            case WorldEvent.DomainUndefined undefined:
                if (machine.DomainsByName.Remove(undefined.Name, out var gone) && gone is { Alive: true, Owner: { } owner })
                    _alive[owner].Remove(machine.Name);
                break;
            case WorldEvent.DomainMoved moved:
                Move(machine, moved);
                break;
            case WorldEvent.StepEnded:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(e), e, "an event this version has never heard of");
        }
    }

    private void Made(MachinePicture machine, WorldEvent.FileMade e)
    {
        var file = new SimulatedFile(e.Path, e.Owner, e.Generation, e.Mebibytes);
        IDictionary<string, SimulatedFile> files = machine.Images;
        if (e.Owner is { } owner)
        {
            if (!e.IsCopy)
                Seen(owner, e.Generation);
            if (!machine.OwnedFiles.TryGetValue(owner, out var owned))
                machine.OwnedFiles.Add(owner, owned = new SortedDictionary<string, SimulatedFile>(StringComparer.Ordinal));
            files = owned;
        }

        machine.FileMebibytes += e.Mebibytes - (files.TryGetValue(e.Path, out var before) ? before.Mebibytes : 0);
        files[e.Path] = file;
    }

    private void Removed(MachinePicture machine, WorldEvent.FileRemoved e)
    {
        SimulatedFile? file = null;
        if (e.Owner is not { } owner)
            machine.Images.Remove(e.Path, out file);
        else if (machine.OwnedFiles.TryGetValue(owner, out var files) && files.Remove(e.Path, out file) && files.Count == 0)
            machine.OwnedFiles.Remove(owner);

        if (file is null)
            return;
        machine.FileMebibytes -= file.Mebibytes;
        foreach (var user in e.Owner is { } o ? One(machine.Domain(o)) : machine.Domains)
        {
            if (user is { Alive: true, Owner: { } loser } && user.Files.Contains(e.Path))
                Violate(e, loser, "disk lost", $"{e.Path} was removed under running {user.Name}");
        }
    }

    private void Move(MachinePicture machine, WorldEvent.DomainMoved e)
    {
        if (!machine.DomainsByName.Remove(e.Name, out var domain) || domain is not { Alive: true, Owner: { } owner })
            return;
        var there = Machine(e.To);
        var moved = domain with { Generation = e.Generation, Port = e.Port, Files = e.Files };
        there.DomainsByName[e.Name] = moved;
        _alive[owner].Remove(machine.Name);
        Started(there, moved, owner, e.At);
    }

    private static IEnumerable<SimulatedDomain> One(SimulatedDomain? domain) => domain is null ? [] : [domain];

    private void Change(MachinePicture machine, SimulatedDomain d, DateTimeOffset at, DomainPower power, string reason)
    {
        var running = power is DomainPower.Running;
        var after = d with { Power = power, Reason = reason, Ran = d.RanUntil(at), Since = running ? at : null };
        if (after.Alive && !d.Alive)
        {
            after = after with { Ran = TimeSpan.Zero, Starts = d.Starts + 1 };
            if (d.Owner is { } owner)
                Started(machine, after, owner, at);
        }
        else if (d.Alive && !after.Alive && d.Owner is { } owner)
        {
            _alive[owner].Remove(machine.Name);
        }

        machine.DomainsByName[d.Name] = after;
    }

    private void Started(MachinePicture machine, SimulatedDomain d, Owner owner, DateTimeOffset at)
    {
        var e = new WorldEvent.DomainChanged(at, machine.Name, d.Name, d.Power, d.Reason);
        if (_newest.GetValueOrDefault(owner) > d.Generation)
            Violate(e, owner, "old generation", $"generation {d.Generation} was started after {_newest[owner]} was seen");
        Seen(owner, d.Generation);

        if (!_alive.TryGetValue(owner, out var machines))
            _alive.Add(owner, machines = new HashSet<string>(StringComparer.Ordinal));
        if (machines.Count > 0)
            Violate(e, owner, "two copies", $"{owner} was started while it was alive on {string.Join(", ", machines.Order())}");
        machines.Add(machine.Name);
    }

    private void Seen(Owner owner, int generation) => _newest[owner] = Math.Max(_newest.GetValueOrDefault(owner), generation);

    private void Violate(WorldEvent e, Owner owner, string law, string what) =>
        _violations.Add(new Violation(e.At, e.Machine, owner, law, what));
}
