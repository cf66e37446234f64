using Akka.Event;
using Akka.Persistence;
using PoweredAppliance.ControlPlane.Persistence;

namespace PoweredAppliance.ControlPlane.Vms;

/// <summary>
/// Pictures: at each beat the VMs that changed since the last one are saved as they are stored, so that a recovery reads the VMs and the
/// events of a few seconds, not all events that ever were.
/// </summary>
public sealed partial class VmPartition
{
    private readonly HashSet<int> _changed = [];

    /// <summary>Inventory has the VMs as the events up to this one left them.</summary>
    private long _storedTo;

    /// <summary>The event that the last picture reaches to; null: there is none, or nobody knows what became of it.</summary>
    private long? _picturedTo;
    private bool _takingPicture;

    /// <summary>Beats to pass over after a picture that failed, twice as many each time.</summary>
    private int _rest, _nextRest = 1;
    private const int LongestRest = 128;

    private void Recall(SnapshotMetadata metadata, PartitionPicture picture)
    {
        _picturedTo = metadata.SequenceNr;
        _hooks.Untold = picture.Untold;
        foreach (var (vm, seen) in picture.Vms)
        {
            _vms[vm.Id.Value] = vm;
            _inventory.Vms.Recall(vm.Id, seen, picture.Events);
        }
    }

    /// <summary>Called when all events of a decision are stored, and Inventory has what they made.</summary>
    private void Changed(int vm)
    {
        _storedTo = LastSequenceNr;
        _changed.Add(vm);
    }

    private void TakePicture()
    {
        if (_takingPicture || _changed.Count == 0 || --_rest > 0)
            return;
        var vms = _picturedTo is null ? _vms.Keys.Where(id => _inventory.Vms.Find(new(id)) is not null) : _changed;
        var delta = new PictureDelta(_picturedTo, [.. vms.Select(_inventory.Vms.Remembered)], _hooks.Untold);
        _changed.Clear();
        _takingPicture = true;
        // Not by SaveSnapshot, which says the newest event that is stored, though it may be one of several that make one change.
        SnapshotStore.Tell(new SaveSnapshot(new(SnapshotterId, _storedTo, Time.GetUtcNow().UtcDateTime), delta), Self);
    }

    private void Taken(SnapshotMetadata metadata) => (_takingPicture, _picturedTo, _nextRest) = (false, metadata.SequenceNr, 1);

    /// <summary>The next is a whole one.</summary>
    private void NotTaken(Exception why)
    {
        _log.Warning(why, "the picture of {0} could not be saved; a restart will take longer", PersistenceId);
        (_takingPicture, _picturedTo) = (false, null);
        (_rest, _nextRest) = (_nextRest, Math.Min(2 * _nextRest, LongestRest));
        _changed.UnionWith(_vms.Keys);
    }
}
