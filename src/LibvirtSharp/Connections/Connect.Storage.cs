namespace LibvirtSharp;

public sealed unsafe partial class Connect
{
    /// <summary>virConnectListAllStoragePools; without flags, all of them.</summary>
    public IReadOnlyList<StoragePool> ListAllStoragePools(ConnectListAllStoragePoolsFlags flags = 0)
    {
        nint* pools;
        var count = Check.Ok(Interop.virConnectListAllStoragePools(_handle, &pools, (uint)flags));
        return CText.OwnedArray(pools, count, WrapStoragePool);
    }

    /// <summary>virStoragePoolLookupByName</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoStoragePool"/> when there is none.</exception>
    public StoragePool StoragePoolLookupByName(string name)
        => WrapStoragePool(Check.Pointer(Interop.virStoragePoolLookupByName(_handle, name)));

    /// <summary>virStoragePoolLookupByUUIDString</summary>
    public StoragePool StoragePoolLookupByUuid(Guid uuid)
        => WrapStoragePool(Check.Pointer(Interop.virStoragePoolLookupByUUIDString(_handle, uuid.ToString())));

    /// <summary>virStoragePoolLookupByTargetPath: the pool that shows itself at that path of the host.</summary>
    public StoragePool StoragePoolLookupByTargetPath(string path)
        => WrapStoragePool(Check.Pointer(Interop.virStoragePoolLookupByTargetPath(_handle, path)));

    /// <summary>As <see cref="StoragePoolLookupByName"/>, null when there is none.</summary>
    public StoragePool? FindStoragePoolByName(string name) => OrNull(() => StoragePoolLookupByName(name));

    /// <summary>virStoragePoolDefineXML: makes a persistent pool, or changes it; does not start it.</summary>
    public StoragePool StoragePoolDefineXml(string xml, StoragePoolDefineFlags flags = 0)
        => WrapStoragePool(Check.Pointer(Interop.virStoragePoolDefineXML(_handle, xml, (uint)flags)));

    /// <summary>virStoragePoolCreateXML: starts a transient pool.</summary>
    public StoragePool StoragePoolCreateXml(string xml, StoragePoolCreateFlags flags = 0)
        => WrapStoragePool(Check.Pointer(Interop.virStoragePoolCreateXML(_handle, xml, (uint)flags)));

    /// <summary>virConnectFindStoragePoolSources: what a pool of that type could be made of, as XML.</summary>
    public string FindStoragePoolSources(string type, string? sourceXml = null)
        => Check.Text(Interop.virConnectFindStoragePoolSources(_handle, type, sourceXml, 0));

    /// <summary>virStorageVolLookupByPath: in any pool of the host that is active.</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoStorageVol"/> when there is none.</exception>
    public StorageVol StorageVolLookupByPath(string path)
        => WrapStorageVol(Check.Pointer(Interop.virStorageVolLookupByPath(_handle, path)));

    /// <summary>virStorageVolLookupByKey</summary>
    public StorageVol StorageVolLookupByKey(string key) => WrapStorageVol(Check.Pointer(Interop.virStorageVolLookupByKey(_handle, key)));

    /// <summary>As <see cref="StorageVolLookupByPath"/>, null when there is none.</summary>
    public StorageVol? FindStorageVolByPath(string path) => OrNull(() => StorageVolLookupByPath(path));

    /// <summary>virStreamNew: without flags, its calls wait.</summary>
    public VirStream NewStream(StreamFlags flags = 0)
        => new(new StreamHandle(Check.Pointer(Interop.virStreamNew(_handle, (uint)flags))), (flags & StreamFlags.Nonblock) == 0);

    internal StoragePool WrapStoragePool(nint pointer) => new(this, new StoragePoolHandle(pointer));

    internal StorageVol WrapStorageVol(nint pointer) => new(this, new StorageVolHandle(pointer));
}
