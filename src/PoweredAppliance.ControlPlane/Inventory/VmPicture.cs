using PoweredAppliance.Core;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>All VMs by id. Ids are dense, so they are kept in blocks: no search, ordered walks, no lock for readers.</summary>
public sealed class VmPicture
{
    private const int BlockSize = 1024;
    private const int RememberedEvents = 64;

    private readonly Lock _growing = new();
    private volatile Entry?[][] _blocks = [];
    private int _highest = -1;

    /// <summary>The highest id that was ever put; -1 when there is none.</summary>
    public int HighestId => Volatile.Read(ref _highest);

    public VirtualMachine? Find(VmId id) => At(id.Value)?.Vm;

    /// <summary>The last events of the VM, oldest first, at most 64, with their places in its life, from 1.</summary>
    public IReadOnlyList<(long Sequence, VmProtocol.IEvent Event)> Events(VmId id)
    {
        if (At(id.Value) is not { } entry)
            return [];
        lock (entry)
        {
            var first = entry.Seen - entry.Events.Count + 1;
            return [.. entry.Events.Select((e, i) => (first + i, e))];
        }
    }

    /// <summary>Every VM, highest id first (OpenNebula's API_LIST_ORDER DESC).</summary>
    public IEnumerable<VirtualMachine> Descending()
    {
        for (var id = HighestId; id >= 0; id--)
            if (At(id)?.Vm is { } vm)
                yield return vm;
    }

    public IEnumerable<VirtualMachine> Ascending()
    {
        for (var (id, last) = (0, HighestId); id <= last; id++)
            if (At(id)?.Vm is { } vm)
                yield return vm;
    }

    internal void Put(VirtualMachine vm, IReadOnlyList<VmProtocol.IEvent> because)
    {
        var entry = Place(vm.Id.Value);
        lock (entry)
        {
            foreach (var e in because)
            {
                if (entry.Events.Count == RememberedEvents)
                    entry.Events.Dequeue();
                entry.Events.Enqueue(e);
                entry.Seen++;
            }

            entry.Vm = vm;
        }
    }

    private Entry? At(int id)
    {
        var blocks = _blocks;
        return id >= 0 && id / BlockSize < blocks.Length ? Volatile.Read(ref blocks[id / BlockSize][id % BlockSize]) : null;
    }

    private Entry Place(int id)
    {
        if (At(id) is { } there)
            return there;
        lock (_growing)
        {
            var blocks = _blocks;
            if (id / BlockSize >= blocks.Length)
            {
                var more = new Entry?[id / BlockSize + 1][];
                blocks.CopyTo(more, 0);
                for (var i = blocks.Length; i < more.Length; i++)
                    more[i] = new Entry?[BlockSize];
                _blocks = blocks = more;
            }

            ref var slot = ref blocks[id / BlockSize][id % BlockSize];
            if (slot is null)
                Volatile.Write(ref slot, new Entry());
            if (id > _highest)
                Volatile.Write(ref _highest, id);
            return slot!;
        }
    }

    private sealed class Entry
    {
        private volatile VirtualMachine? _vm;
        public VirtualMachine? Vm { get => _vm; set => _vm = value; }
        public long Seen { get; set; }
        public Queue<VmProtocol.IEvent> Events { get; } = new(8);
    }
}
