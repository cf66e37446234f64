using System.Collections.Concurrent;
using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>
/// The read side: an in-memory picture of everything, always current. Entities write what they have stored before they
/// answer, so that whoever got an answer sees it here (law 9). Safe to read and write from any thread; all values are immutable.
/// </summary>
public sealed class Inventory
{
    private readonly ConcurrentDictionary<PoolKind, PoolPicture> _pools = new();
    private readonly ConcurrentDictionary<int, HostPicture> _hosts = new();
    private readonly ConcurrentDictionary<int, VmReading> _readings = new();
    private readonly ConcurrentDictionary<int, StepProgress> _progress = new();
    private readonly Changes _changes = new();

    public VmPicture Vms { get; } = new();

    /// <summary>The zone's own identity; null until its actor has recovered.</summary>
    public ZoneIdentity? Zone { get; private set; }

    /// <summary>Everything that changes, for those who watch.</summary>
    public Changes Changes => _changes;

    public void Put(VirtualMachine vm, IReadOnlyList<VmProtocol.IEvent> because)
    {
        Vms.Put(vm, because);
        if (vm.State is VmState.Done)
            _readings.TryRemove(vm.Id.Value, out _);
        _changes.Tell("vm", vm.Id.Value);
    }

    public void Put(PoolKind kind, ImmutableSortedDictionary<int, PooledObject> objects, int changed)
    {
        Pool(kind).Objects = objects;
        if (changed >= 0)
            _changes.Tell(kind.ToString().ToLowerInvariant(), changed);
    }

    public void Put(ZoneIdentity zone) => Zone = zone;

    public void Put(HostPicture host)
    {
        _hosts[host.Id.Value] = host;
        _changes.Tell("host", host.Id.Value);
    }

    public void Drop(HostId host) => _hosts.TryRemove(host.Value, out _);

    public void Put(VmId vm, VmReading reading) => _readings[vm.Value] = reading;

    public ImmutableSortedDictionary<int, PooledObject> All(PoolKind kind) => Pool(kind).Objects;

    public PooledObject? Find(PoolKind kind, int id) => Pool(kind).Objects.GetValueOrDefault(id);

    /// <summary>What a host's actor last said of it; null: it has not been heard of since the start.</summary>
    public HostPicture? Host(HostId id) => _hosts.GetValueOrDefault(id.Value);

    public IEnumerable<HostPicture> Hosts => _hosts.Values;

    public void Put(StepProgress progress) => _progress[progress.Vm.Value] = progress;

    public void Ended(VmId vm) => _progress.TryRemove(vm.Value, out _);

    /// <summary>How far the step is that a host does for the VM right now; null: none, or it did not say.</summary>
    public StepProgress? Progress(VmId vm) => _progress.GetValueOrDefault(vm.Value);

    /// <summary>The last measurement of a VM, null when none was made yet.</summary>
    public VmReading? Reading(VmId vm) => _readings.GetValueOrDefault(vm.Value);

    private PoolPicture Pool(PoolKind kind) => _pools.GetOrAdd(kind, _ => new PoolPicture());

    private sealed class PoolPicture
    {
        private volatile ImmutableSortedDictionary<int, PooledObject> _objects = ImmutableSortedDictionary<int, PooledObject>.Empty;
        public ImmutableSortedDictionary<int, PooledObject> Objects { get => _objects; set => _objects = value; }
    }
}

/// <param name="Deployment">stamped on every domain, so that two appliances on one host never touch each other's</param>
public sealed record ZoneIdentity(int Id, string Name, Guid Deployment, string Endpoint);
