namespace LibvirtSharp;

public sealed unsafe partial class Domain
{
    /// <summary>virDomainSnapshotCreateXML</summary>
    public DomainSnapshot CreateSnapshot(string xml, DomainSnapshotCreateFlags flags = 0)
        => WrapSnapshot(Check.Pointer(Interop.virDomainSnapshotCreateXML(_handle, xml, (uint)flags)));

    /// <summary>virDomainListAllSnapshots</summary>
    public IReadOnlyList<DomainSnapshot> ListAllSnapshots(DomainSnapshotListFlags flags = 0)
    {
        nint* snapshots;
        var count = Check.Ok(Interop.virDomainListAllSnapshots(_handle, &snapshots, (uint)flags));
        return CText.OwnedArray(snapshots, count, WrapSnapshot);
    }

    /// <summary>virDomainSnapshotLookupByName</summary>
    public DomainSnapshot LookupSnapshotByName(string name)
        => WrapSnapshot(Check.Pointer(Interop.virDomainSnapshotLookupByName(_handle, name, 0)));

    /// <summary>virDomainSnapshotCurrent; null when the domain has no current snapshot.</summary>
    public DomainSnapshot? GetCurrentSnapshot()
        => Check.Yes(Interop.virDomainHasCurrentSnapshot(_handle, 0))
            ? WrapSnapshot(Check.Pointer(Interop.virDomainSnapshotCurrent(_handle, 0)))
            : null;

    /// <summary>virDomainCheckpointCreateXML: from here on the disks remember what was written.</summary>
    public DomainCheckpoint CreateCheckpoint(string xml, DomainCheckpointCreateFlags flags = 0)
        => WrapCheckpoint(Check.Pointer(Interop.virDomainCheckpointCreateXML(_handle, xml, (uint)flags)));

    /// <summary>virDomainListAllCheckpoints</summary>
    public IReadOnlyList<DomainCheckpoint> ListAllCheckpoints(DomainCheckpointListFlags flags = 0)
    {
        nint* checkpoints;
        var count = Check.Ok(Interop.virDomainListAllCheckpoints(_handle, &checkpoints, (uint)flags));
        return CText.OwnedArray(checkpoints, count, WrapCheckpoint);
    }

    /// <summary>virDomainCheckpointLookupByName</summary>
    public DomainCheckpoint LookupCheckpointByName(string name)
        => WrapCheckpoint(Check.Pointer(Interop.virDomainCheckpointLookupByName(_handle, name, 0)));

    internal DomainSnapshot WrapSnapshot(nint pointer) => new(this, new DomainSnapshotHandle(pointer));

    internal DomainCheckpoint WrapCheckpoint(nint pointer) => new(this, new DomainCheckpointHandle(pointer));
}
