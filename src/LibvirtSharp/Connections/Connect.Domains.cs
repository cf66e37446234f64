using System.Runtime.InteropServices;

namespace LibvirtSharp;

public sealed unsafe partial class Connect
{
    /// <summary>virConnectListAllDomains; without flags, all of them. Dispose of each.</summary>
    public IReadOnlyList<Domain> ListAllDomains(ConnectListAllDomainsFlags flags = 0)
    {
        nint* domains;
        var count = Check.Ok(Interop.virConnectListAllDomains(_handle, &domains, (uint)flags));
        return CText.OwnedArray(domains, count, WrapDomain);
    }

    /// <summary>virDomainLookupByName</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoDomain"/> when there is none.</exception>
    public Domain LookupDomainByName(string name) => WrapDomain(Check.Pointer(Interop.virDomainLookupByName(_handle, name)));

    /// <summary>virDomainLookupByUUID</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoDomain"/> when there is none.</exception>
    public Domain LookupDomainByUuid(Guid uuid)
    {
        var bytes = stackalloc byte[16];
        uuid.TryWriteBytes(new Span<byte>(bytes, 16), bigEndian: true, out _);
        return WrapDomain(Check.Pointer(Interop.virDomainLookupByUUID(_handle, bytes)));
    }

    /// <summary>virDomainLookupByID: a running domain by the number that libvirt gave it.</summary>
    public Domain LookupDomainById(int id) => WrapDomain(Check.Pointer(Interop.virDomainLookupByID(_handle, id)));

    /// <summary>As <see cref="LookupDomainByName"/>, null when there is none.</summary>
    public Domain? FindDomainByName(string name) => OrNull(() => LookupDomainByName(name));

    /// <summary>As <see cref="LookupDomainByUuid"/>, null when there is none.</summary>
    public Domain? FindDomainByUuid(Guid uuid) => OrNull(() => LookupDomainByUuid(uuid));

    /// <summary>virDomainDefineXMLFlags: makes a persistent domain, or changes it; does not start it.</summary>
    public Domain DefineXml(string xml, DomainDefineFlags flags = 0)
        => WrapDomain(Check.Pointer(Interop.virDomainDefineXMLFlags(_handle, xml, (uint)flags)));

    /// <summary>virDomainCreateXML: starts a transient domain; its definition ends with it.</summary>
    public Domain CreateXml(string xml, DomainCreateFlags flags = 0)
        => WrapDomain(Check.Pointer(Interop.virDomainCreateXML(_handle, xml, (uint)flags)));

    /// <summary>virDomainCreateXMLWithFiles: as <see cref="CreateXml"/>, handing open files to the first process in a container.</summary>
    public Domain CreateXmlWithFiles(string xml, IReadOnlyCollection<SafeHandle> files, DomainCreateFlags flags = 0)
    {
        using var fds = new FileDescriptors(files);
        fixed (int* p = fds.Numbers)
            return WrapDomain(Check.Pointer(
                Interop.virDomainCreateXMLWithFiles(_handle, xml, (uint)fds.Numbers.Length, p, (uint)flags)));
    }

    /// <summary>virDomainQemuAttach: takes over a qemu that was started by somebody else.</summary>
    public Domain QemuAttach(uint pid) => WrapDomain(Check.Pointer(Interop.virDomainQemuAttach(_handle, pid, 0)));

    /// <summary>virDomainSaveImageGetXMLDesc: the domain XML in a file made by <see cref="Domain.Save"/>.</summary>
    public string GetSaveImageXml(string file, DomainSaveImageXmlFlags flags = 0)
        => Check.Text(Interop.virDomainSaveImageGetXMLDesc(_handle, file, (uint)flags));

    /// <summary>virDomainSaveImageDefineXML: changes the domain XML in a file made by <see cref="Domain.Save"/>.</summary>
    public void DefineSaveImageXml(string file, string xml, DomainSaveRestoreFlags flags = 0)
        => Check.Ok(Interop.virDomainSaveImageDefineXML(_handle, file, xml, (uint)flags));

    /// <summary>virDomainListGetStats: one round trip for the statistics of several domains of this connection.</summary>
    public IReadOnlyList<DomainStats> GetDomainStats(IReadOnlyCollection<Domain> domains, DomainStatsTypes stats = 0,
        ConnectGetAllDomainStatsFlags flags = 0)
    {
        var pointers = new nint[domains.Count + 1]; // C wants a null at the end
        var held = new List<DomainHandle>();
        try
        {
            foreach (var domain in domains)
            {
                var added = false;
                domain.Handle.DangerousAddRef(ref added);
                pointers[held.Count] = domain.Handle.DangerousGetHandle();
                held.Add(domain.Handle);
            }

            virDomainStatsRecord** records;
            fixed (nint* p = pointers)
            {
                var count = Check.Ok(Interop.virDomainListGetStats(p, (uint)stats, &records, (uint)flags));
                return DomainStats.Owned(records, count);
            }
        }
        finally
        {
            foreach (var handle in held)
                handle.DangerousRelease();
        }
    }

    /// <summary>virConnectGetAllDomainStats: one round trip for all domains. <paramref name="stats"/> 0 is every group that the driver has.
    /// A figure that the host does not give is null, never zero.</summary>
    public IReadOnlyList<DomainStats> GetAllDomainStats(DomainStatsTypes stats = 0, ConnectGetAllDomainStatsFlags flags = 0)
    {
        virDomainStatsRecord** records;
        var count = Check.Ok(Interop.virConnectGetAllDomainStats(_handle, (uint)stats, &records, (uint)flags));
        return DomainStats.Owned(records, count);
    }

    internal Domain WrapDomain(nint pointer) => new(this, new DomainHandle(pointer));

    private static T? OrNull<T>(Func<T> look) where T : class
    {
        try
        {
            return look();
        }
        catch (LibvirtException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
