namespace LibvirtSharp;

/// <summary>A moment since which a domain's disks remember what was written, for incremental backups.</summary>
public sealed unsafe class DomainCheckpoint : IDisposable
{
    private readonly DomainCheckpointHandle _handle;

    internal DomainCheckpoint(Domain domain, DomainCheckpointHandle handle) => (Domain, _handle) = (domain, handle);

    public Domain Domain { get; }

    /// <summary>virDomainCheckpointGetName</summary>
    public string Name => Check.Name(Interop.virDomainCheckpointGetName(_handle));

    /// <summary>virDomainCheckpointGetXMLDesc</summary>
    public string GetXmlDesc(DomainCheckpointXmlFlags flags = 0)
        => Check.Text(Interop.virDomainCheckpointGetXMLDesc(_handle, (uint)flags));

    /// <summary>virDomainCheckpointDelete</summary>
    public void Delete(DomainCheckpointDeleteFlags flags = 0) => Check.Ok(Interop.virDomainCheckpointDelete(_handle, (uint)flags));

    /// <summary>virDomainCheckpointGetParent; null for a root.</summary>
    public DomainCheckpoint? GetParent()
    {
        var parent = Interop.virDomainCheckpointGetParent(_handle, 0);
        if (parent != 0)
            return Domain.WrapCheckpoint(parent);
        var failure = LibvirtException.Last(nameof(Interop.virDomainCheckpointGetParent));
        return failure.IsNotFound ? null : throw failure;
    }

    /// <summary>virDomainCheckpointListAllChildren</summary>
    public IReadOnlyList<DomainCheckpoint> ListAllChildren(DomainCheckpointListFlags flags = 0)
    {
        nint* checkpoints;
        var count = Check.Ok(Interop.virDomainCheckpointListAllChildren(_handle, &checkpoints, (uint)flags));
        return CText.OwnedArray(checkpoints, count, Domain.WrapCheckpoint);
    }

    /// <summary>virDomainCheckpointFree; the checkpoint stays.</summary>
    public void Dispose() => _handle.Dispose();
}
