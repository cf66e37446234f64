using System.Collections.Concurrent;
using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>
/// The read side: an in-memory picture of everything, always current. Entities write what they have stored before they
/// answer, so that whoever got an answer sees it here (law 9). Safe to read and write from any thread; all values are immutable.
/// </summary>
public sealed class Inventory(ControlPlaneSettings? settings = null)
{
    private readonly ConcurrentDictionary<PoolKind, PoolPicture> _pools = new();
    private readonly ConcurrentDictionary<int, HostPicture> _hosts = new();
    private readonly ConcurrentDictionary<int, VmReading> _readings = new();
    private readonly ConcurrentDictionary<int, Samples<VmSample>> _vmSamples = new();
    private readonly ConcurrentDictionary<int, Samples<HostUsage>> _hostSamples = new();
    private readonly ConcurrentDictionary<int, StepProgress> _progress = new();
    private readonly ConcurrentDictionary<int, Unplaced> _unplaced = new();
    private readonly ConcurrentDictionary<(PoolKind, int), StoreRoom> _rooms = new();
    private readonly Uses _images = new(Specification.Images);
    private readonly Uses _networks = new(Specification.Networks);
    private readonly Uses _vmGroups = new(Specification.VmGroups);
    private readonly Uses _securityGroups = new(SecurityRules.Groups);
    private readonly Uses _routers = new(VirtualRouters.Of);
    private readonly ConcurrentDictionary<int, VirtualMachine> _scheduled = new();
    private readonly ConcurrentDictionary<int, VirtualMachine> _leaving = new();
    private readonly Changes _changes = new();

    public VmPicture Vms { get; } = new();

    /// <summary>Changes of what is known of hosts, and of their records.</summary>
    public Runs HostRuns { get; } = new();

    /// <summary>What users and groups use of what can be limited.</summary>
    public Usages Usages { get; } = new(settings?.QuotaVmAttributes ?? []);

    /// <summary>The zone's own identity; null until its actor has recovered.</summary>
    public ZoneIdentity? Zone { get; private set; }

    /// <summary>What waits for hooks, and what they did.</summary>
    public HookQueue Hooks { get; private set; } = HookQueue.Empty;

    public void Put(HookQueue hooks) => Hooks = hooks;

    /// <summary>Everything that changes, for those who watch.</summary>
    public Changes Changes => _changes;

    public void Put(VirtualMachine vm, IReadOnlyList<VmProtocol.IEvent> because)
    {
        var before = Vms.Find(vm.Id);
        _images.Change(before, vm);
        _networks.Change(before, vm);
        Usages.Put(before, vm);
        _vmGroups.Change(before, vm);
        _securityGroups.Change(before, vm);
        _routers.Change(before, vm);
        Vms.Put(vm, because);
        Keep(_scheduled, vm, !vm.Schedule.IsEmpty);
        Keep(_leaving, vm, vm.Resched);
        if (vm.State is VmState.Done)
        {
            _readings.TryRemove(vm.Id.Value, out _);
            _vmSamples.TryRemove(vm.Id.Value, out _);
        }

        if (vm.Work is not VmWork.FindPlace)
            _unplaced.TryRemove(vm.Id.Value, out _);
        _changes.Tell("vm", vm.Id.Value);
    }

    public void Put(PoolKind kind, ImmutableSortedDictionary<int, PooledObject> objects, int changed)
    {
        var before = Pool(kind).Objects;
        Pool(kind).Objects = objects;
        Usages.Put(kind, before, objects, changed);
        if (kind is PoolKind.Host)
            foreach (var id in changed >= 0 ? [changed] : objects.Keys)
                HostRuns.Changed(id);
        if (changed >= 0)
            _changes.Tell(kind.ToString().ToLowerInvariant(), changed);
    }

    public void Put(ZoneIdentity zone) => Zone = zone;

    public void Put(HostPicture host)
    {
        _hosts[host.Id.Value] = host;
        HostRuns.Changed(host.Id.Value);
        if (host.Usage is { } usage)
            _hostSamples.GetOrAdd(host.Id.Value, _ => new()).Put(usage.At, usage);
        _changes.Tell("host", host.Id.Value);
    }

    public void Drop(HostId host)
    {
        _hosts.TryRemove(host.Value, out _);
        HostRuns.Changed(host.Value);
        _hostSamples.TryRemove(host.Value, out _);
    }

    public void Put(VmId vm, VmReading reading)
    {
        _readings[vm.Value] = reading;
        Vms.Runs.Changed(vm.Value);
        _vmSamples.GetOrAdd(vm.Value, _ => new()).Put(reading.At, VmSample.Of(reading));
    }

    /// <summary>What was measured of a VM since the unix second, as far back as it is kept, the oldest first; the last is always the newest.</summary>
    public IReadOnlyList<VmSample> SamplesOf(VmId vm, long since) => _vmSamples.TryGetValue(vm.Value, out var samples) ? samples.Since(since) : [];

    /// <inheritdoc cref="SamplesOf(VmId, long)"/>
    public IReadOnlyList<HostUsage> SamplesOf(HostId host, long since) => _hostSamples.TryGetValue(host.Value, out var samples) ? samples.Since(since) : [];

    public ImmutableSortedDictionary<int, PooledObject> All(PoolKind kind) => Pool(kind).Objects;

    public PooledObject? Find(PoolKind kind, int id) => Pool(kind).Objects.GetValueOrDefault(id);

    /// <summary>What a host's actor last said of it; null: it has not been heard of since the start.</summary>
    public HostPicture? Host(HostId id) => _hosts.GetValueOrDefault(id.Value);

    public IEnumerable<HostPicture> Hosts => _hosts.Values;

    public void Put(StepProgress progress) => _progress[progress.Vm.Value] = progress;

    public void Ended(VmId vm) => _progress.TryRemove(vm.Value, out _);

    /// <summary>How far the step is that a host does for the VM right now; null: none, or it did not say.</summary>
    public StepProgress? Progress(VmId vm) => _progress.GetValueOrDefault(vm.Value);

    /// <param name="why">null: no host was looked at</param>
    public void Put(VmId vm, Unplaced? why)
    {
        if (why is not null)
            _unplaced[vm.Value] = why;
        if (why is null || Vms.Find(vm) is not { Work: VmWork.FindPlace }) // it may have gone on meanwhile
            _unplaced.TryRemove(vm.Value, out _);
    }

    /// <summary>Why the VM has no host; null: it does not wait for one, or was not looked at yet.</summary>
    public Unplaced? Unplaced(VmId vm) => _unplaced.GetValueOrDefault(vm.Value);

    /// <summary>The last measurement of a VM, null when none was made yet.</summary>
    public VmReading? Reading(VmId vm) => _readings.GetValueOrDefault(vm.Value);

    /// <summary>Room of a datastore or marketplace that lies on the controller.</summary>
    public void Put(PoolKind kind, int id, StoreRoom room) => _rooms[(kind, id)] = room;

    /// <summary>As it was last measured; all 0 before that.</summary>
    public StoreRoom Room(PoolKind kind, int id) => _rooms.GetValueOrDefault((kind, id), new StoreRoom(0, 0, 0));

    /// <summary>Ids of the living VMs that have a disk of the image, ascending.</summary>
    public IReadOnlyList<int> VmsOfImage(int image) => _images.Of(image);

    /// <summary>Ids of the living VMs that have a NIC in the virtual network, ascending.</summary>
    public IReadOnlyList<int> VmsOfNetwork(int network) => _networks.Of(network);

    /// <summary>Ids of the living VMs that have a NIC in the security group, ascending.</summary>
    public IReadOnlyList<int> VmsOfSecurityGroup(int group) => _securityGroups.Of(group);

    /// <summary>Ids of the living VMs of the virtual router, ascending.</summary>
    public IReadOnlyList<int> VmsOfRouter(int router) => _routers.Of(router);

    /// <summary>Ids of the living VMs that are in the role of the VM group, ascending.</summary>
    public IReadOnlyList<int> VmsOfRole(int group, string role) =>
        [.. _vmGroups.Of(group).Where(id => Vms.Find(new(id))?.Template.Vector("VMGROUP")?["ROLE"] == role)];

    /// <summary>Living VMs that have anything scheduled, in no order.</summary>
    public IEnumerable<VirtualMachine> Scheduled => _scheduled.Select(s => s.Value);

    /// <summary>Living VMs that are to leave their host (RESCHED), in no order.</summary>
    public IEnumerable<VirtualMachine> Leaving => _leaving.Select(l => l.Value);

    private static void Keep(ConcurrentDictionary<int, VirtualMachine> among, VirtualMachine vm, bool isOne)
    {
        if (isOne && vm.State is not VmState.Done)
            among[vm.Id.Value] = vm;
        else
            among.TryRemove(vm.Id.Value, out _);
    }

    private PoolPicture Pool(PoolKind kind) => _pools.GetOrAdd(kind, _ => new PoolPicture());

    private sealed class PoolPicture
    {
        private volatile ImmutableSortedDictionary<int, PooledObject> _objects = ImmutableSortedDictionary<int, PooledObject>.Empty;
        public ImmutableSortedDictionary<int, PooledObject> Objects { get => _objects; set => _objects = value; }
    }
}

/// <param name="Deployment">stamped on every domain, so that two appliances on one host never touch each other's</param>
public sealed record ZoneIdentity(int Id, string Name, Guid Deployment, Template Template, bool Enabled = true);
