using System.Runtime.CompilerServices;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>All VMs by id, with what happened to them last.</summary>
public sealed class VmPicture
{
    /// <summary>Of each VM, at most.</summary>
    internal const int RememberedEvents = 64;

    private readonly ById<Entry> _entries = new();

    /// <summary>How many VMs of each run are not DONE.</summary>
    private readonly ById<StrongBox<int>> _living = new();

    /// <inheritdoc cref="ById{T}.HighestId"/>
    public int HighestId => _entries.HighestId;

    /// <summary>Changes of VMs and of what was measured of them.</summary>
    public Runs Runs { get; } = new();

    public VirtualMachine? Find(VmId id) => _entries.Find(id.Value)?.Vm;

    /// <summary>The last events of the VM, oldest first, at most 64, with their places in its life, from 1.</summary>
    public IReadOnlyList<(long Sequence, VmProtocol.IEvent Event)> Events(VmId id)
    {
        if (_entries.Find(id.Value) is not { } entry)
            return [];
        lock (entry)
        {
            if (entry.Earlier is { } earlier)
            {
                var all = new LastEvents(entry.Seen, [.. entry.Events]).After(earlier(id.Value));
                (entry.Events, entry.Earlier) = (new(all.Events), null);
            }

            var first = entry.Seen - entry.Events.Count + 1;
            return [.. entry.Events.Select((e, i) => (first + i, e))];
        }
    }

    /// <summary>The VM had so many events before those that it is put with; the last of them can be read.</summary>
    internal void Recall(VmId id, long seen, Func<int, LastEvents> earlier)
    {
        var entry = _entries.GetOrAdd(id.Value, static _ => new Entry());
        lock (entry)
            (entry.Seen, entry.Earlier) = (seen, earlier);
    }

    /// <summary>What is in memory, for a picture: <see cref="PicturedVm.Earlier"/> where the last events are not all of them.</summary>
    internal PicturedVm Remembered(int id)
    {
        var entry = _entries.Find(id)!;
        lock (entry)
            return new(entry.Vm!, new(entry.Seen, [.. entry.Events]), entry.Earlier is not null);
    }

    /// <summary>Every VM, highest id first (OpenNebula's API_LIST_ORDER DESC).</summary>
    public IEnumerable<VirtualMachine> Descending()
    {
        for (var id = HighestId; id >= 0; id--)
            if (_entries.Find(id)?.Vm is { } vm)
                yield return vm;
    }

    /// <summary>Those that are not DONE, highest id first.</summary>
    public IEnumerable<VirtualMachine> Living()
    {
        for (var run = Runs.Of(HighestId); run >= 0; run--)
            foreach (var vm in Living(run))
                yield return vm;
    }

    /// <inheritdoc cref="Living()"/>
    public IEnumerable<VirtualMachine> Living(int run)
    {
        if (LivingIn(run) == 0)
            yield break;
        for (var id = Math.Min(HighestId, (run + 1) * Runs.Length - 1); id >= run * Runs.Length; id--)
            if (_entries.Find(id)?.Vm is { State: not VmState.Done } vm)
                yield return vm;
    }

    /// <summary>
    /// The runs that have the living VMs of a page, highest first, and how many of a run's are in front of it and how many are on it.
    /// Runs without any are left out, and no VM is looked at.
    /// </summary>
    public IEnumerable<(int Run, int Skip, int Take, bool IsWhole)> LivingPage(int skip, int take)
    {
        for (var run = Runs.Of(HighestId); run >= 0 && take > 0; run--)
        {
            var living = LivingIn(run);
            if (living <= skip)
            {
                skip -= living;
                continue;
            }

            var taken = Math.Min(take, living - skip);
            yield return (run, skip, taken, taken == living);
            (skip, take) = (0, take - taken);
        }
    }

    private int LivingIn(int run) => _living.Find(run)?.Value ?? 0;

    public IEnumerable<VirtualMachine> Ascending()
    {
        for (var (id, last) = (0, HighestId); id <= last; id++)
            if (_entries.Find(id)?.Vm is { } vm)
                yield return vm;
    }

    internal void Put(VirtualMachine vm, IReadOnlyList<VmProtocol.IEvent> because)
    {
        var entry = _entries.GetOrAdd(vm.Id.Value, static _ => new Entry());
        lock (entry)
        {
            foreach (var e in because)
            {
                if (entry.Events.Count == RememberedEvents)
                    entry.Events.Dequeue();
                entry.Events.Enqueue(e);
                entry.Seen++;
            }

            var (was, isAlive) = (entry.Vm is { State: not VmState.Done }, vm.State is not VmState.Done);
            entry.Vm = vm;
            if (was != isAlive)
                Interlocked.Add(ref _living.GetOrAdd(Runs.Of(vm.Id.Value), static _ => new(0)).Value, isAlive ? 1 : -1);
            Runs.Changed(vm.Id.Value);
        }
    }

    private sealed class Entry
    {
        private volatile VirtualMachine? _vm;
        public VirtualMachine? Vm { get => _vm; set => _vm = value; }
        public long Seen { get; set; }
        public Queue<VmProtocol.IEvent> Events { get; set; } = new();

        /// <summary>Reads those before <see cref="Events"/>; null: there are none, or no more are remembered.</summary>
        public Func<int, LastEvents>? Earlier { get; set; }
    }
}
