namespace LibvirtSharp;

/// <summary>A state of a domain to which it can go back: disks, and memory if it ran.</summary>
public sealed unsafe class DomainSnapshot : IDisposable
{
    private readonly DomainSnapshotHandle _handle;

    internal DomainSnapshot(Domain domain, DomainSnapshotHandle handle) => (Domain, _handle) = (domain, handle);

    public Domain Domain { get; }

    /// <summary>virDomainSnapshotGetName</summary>
    public string Name => Check.Name(Interop.virDomainSnapshotGetName(_handle));

    /// <summary>virDomainSnapshotIsCurrent: the domain was last taken or reverted here.</summary>
    public bool IsCurrent => Check.Yes(Interop.virDomainSnapshotIsCurrent(_handle, 0));

    /// <summary>virDomainSnapshotHasMetadata: libvirt would lose something if the domain were undefined.</summary>
    public bool HasMetadata => Check.Yes(Interop.virDomainSnapshotHasMetadata(_handle, 0));

    /// <summary>virDomainSnapshotGetXMLDesc</summary>
    public string GetXmlDesc(DomainSnapshotXmlFlags flags = 0) => Check.Text(Interop.virDomainSnapshotGetXMLDesc(_handle, (uint)flags));

    /// <summary>virDomainRevertToSnapshot: what happened since is lost.</summary>
    public void Revert(DomainSnapshotRevertFlags flags = 0) => Check.Ok(Interop.virDomainRevertToSnapshot(_handle, (uint)flags));

    /// <summary>virDomainSnapshotDelete</summary>
    public void Delete(DomainSnapshotDeleteFlags flags = 0) => Check.Ok(Interop.virDomainSnapshotDelete(_handle, (uint)flags));

    /// <summary>virDomainSnapshotGetParent; null for a root.</summary>
    public DomainSnapshot? GetParent()
    {
        var parent = Interop.virDomainSnapshotGetParent(_handle, 0);
        if (parent != 0)
            return Domain.WrapSnapshot(parent);
        var failure = LibvirtException.Last(nameof(Interop.virDomainSnapshotGetParent));
        return failure.IsNotFound ? null : throw failure;
    }

    /// <summary>virDomainSnapshotListAllChildren</summary>
    public IReadOnlyList<DomainSnapshot> ListAllChildren(DomainSnapshotListFlags flags = 0)
    {
        nint* snapshots;
        var count = Check.Ok(Interop.virDomainSnapshotListAllChildren(_handle, &snapshots, (uint)flags));
        return CText.OwnedArray(snapshots, count, Domain.WrapSnapshot);
    }

    /// <summary>virDomainSnapshotFree; the snapshot stays.</summary>
    public void Dispose() => _handle.Dispose();
}
