namespace LibvirtSharp;

public sealed unsafe partial class Domain
{
    /// <summary>virDomainSaveFlags: memory to a file on the host, then the domain stops. <paramref name="xml"/> changes
    /// what can be changed of the guest for its way back.</summary>
    public void Save(string path, string? xml = null, DomainSaveRestoreFlags flags = 0)
        => Check.Ok(Interop.virDomainSaveFlags(_handle, path, xml, (uint)flags));

    /// <summary>virDomainSaveParams (<see cref="DomainSaveKeys"/>)</summary>
    public void Save(TypedParameters parameters, DomainSaveRestoreFlags flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSaveParams(_handle, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainRestoreFlags: the way back from <see cref="Save(string, string?, DomainSaveRestoreFlags)"/>. The file stays.</summary>
    public static void Restore(Connect connect, string path, string? xml = null, DomainSaveRestoreFlags flags = 0)
        => Check.Ok(Interop.virDomainRestoreFlags(connect.Handle, path, xml, (uint)flags));

    /// <summary>virDomainRestoreParams (<see cref="DomainSaveKeys"/>)</summary>
    public static void Restore(Connect connect, TypedParameters parameters, DomainSaveRestoreFlags flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainRestoreParams(connect.Handle, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainManagedSave: as a save, but libvirt keeps the file and the next start takes it up.</summary>
    public void ManagedSave(DomainSaveRestoreFlags flags = 0) => Check.Ok(Interop.virDomainManagedSave(_handle, (uint)flags));

    /// <summary>virDomainHasManagedSaveImage</summary>
    public bool HasManagedSave => Check.Yes(Interop.virDomainHasManagedSaveImage(_handle, 0));

    /// <summary>virDomainManagedSaveRemove: the saved memory is lost, the next start is a boot.</summary>
    public void ManagedSaveRemove() => Check.Ok(Interop.virDomainManagedSaveRemove(_handle, 0));

    /// <summary>virDomainManagedSaveGetXMLDesc</summary>
    public string GetManagedSaveXml(DomainSaveImageXmlFlags flags = 0)
        => Check.Text(Interop.virDomainManagedSaveGetXMLDesc(_handle, (uint)flags));

    /// <summary>virDomainManagedSaveDefineXML</summary>
    public void DefineManagedSaveXml(string xml, DomainSaveRestoreFlags flags = 0)
        => Check.Ok(Interop.virDomainManagedSaveDefineXML(_handle, xml, (uint)flags));

    /// <summary>virDomainCoreDumpWithFormat: the guest's memory to a file on the host, for post-mortems.</summary>
    public void CoreDump(string path, DomainCoreDumpFormat format = DomainCoreDumpFormat.Raw, DomainCoreDumpFlags flags = 0)
        => Check.Ok(Interop.virDomainCoreDumpWithFormat(_handle, path, (uint)format, (uint)flags));
}
