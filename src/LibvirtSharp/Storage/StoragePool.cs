namespace LibvirtSharp;

/// <summary>Bytes.</summary>
public sealed record StoragePoolInfo(StoragePoolState State, ulong Capacity, ulong Allocation, ulong Available);

/// <summary>A place of a host where volumes lie: a directory, a volume group, a remote file system, ...</summary>
public sealed unsafe class StoragePool : IDisposable
{
    private readonly StoragePoolHandle _handle;

    internal StoragePool(Connect connect, StoragePoolHandle handle) => (Connect, _handle) = (connect, handle);

    internal StoragePoolHandle Handle => _handle;

    public Connect Connect { get; }

    /// <summary>virStoragePoolGetName</summary>
    public string Name => Check.Name(Interop.virStoragePoolGetName(_handle));

    /// <summary>virStoragePoolGetUUID</summary>
    public Guid Uuid
    {
        get
        {
            var uuid = stackalloc byte[16];
            Check.Ok(Interop.virStoragePoolGetUUID(_handle, uuid));
            return CText.Uuid(new ReadOnlySpan<byte>(uuid, 16));
        }
    }

    /// <summary>virStoragePoolIsActive</summary>
    public bool IsActive => Check.Yes(Interop.virStoragePoolIsActive(_handle));

    /// <summary>virStoragePoolIsPersistent</summary>
    public bool IsPersistent => Check.Yes(Interop.virStoragePoolIsPersistent(_handle));

    /// <summary>virStoragePoolGetAutostart, virStoragePoolSetAutostart</summary>
    public bool Autostart
    {
        get
        {
            int on;
            Check.Ok(Interop.virStoragePoolGetAutostart(_handle, &on));
            return on != 0;
        }
        set => Check.Ok(Interop.virStoragePoolSetAutostart(_handle, value ? 1 : 0));
    }

    /// <summary>virStoragePoolGetXMLDesc</summary>
    public string GetXmlDesc(StorageXmlFlags flags = 0) => Check.Text(Interop.virStoragePoolGetXMLDesc(_handle, (uint)flags));

    /// <summary>virStoragePoolGetInfo: as of the last refresh or change made through libvirt.</summary>
    public StoragePoolInfo GetInfo()
    {
        virStoragePoolInfo info;
        Check.Ok(Interop.virStoragePoolGetInfo(_handle, &info));
        return new StoragePoolInfo((StoragePoolState)info.state, info.capacity, info.allocation, info.available);
    }

    /// <summary>virStoragePoolBuild: makes what lies under the pool: the directory, the volume group. May destroy what is there.</summary>
    public void Build(StoragePoolBuildFlags flags = 0) => Check.Ok(Interop.virStoragePoolBuild(_handle, (uint)flags));

    /// <summary>virStoragePoolCreate: starts it.</summary>
    public void Create(StoragePoolCreateFlags flags = 0) => Check.Ok(Interop.virStoragePoolCreate(_handle, (uint)flags));

    /// <summary>virStoragePoolDestroy: stops it. The data stays.</summary>
    public void Destroy() => Check.Ok(Interop.virStoragePoolDestroy(_handle));

    /// <summary>virStoragePoolDelete: removes what lies under a stopped pool, data and all.</summary>
    public void Delete(StoragePoolDeleteFlags flags = 0) => Check.Ok(Interop.virStoragePoolDelete(_handle, (uint)flags));

    /// <summary>virStoragePoolUndefine: forgets a stopped pool. The data stays.</summary>
    public void Undefine() => Check.Ok(Interop.virStoragePoolUndefine(_handle));

    /// <summary>virStoragePoolRefresh: looks again for what was changed without libvirt.</summary>
    public void Refresh() => Check.Ok(Interop.virStoragePoolRefresh(_handle, 0));

    /// <summary>virStoragePoolListAllVolumes</summary>
    public IReadOnlyList<StorageVol> ListAllVolumes()
    {
        nint* volumes;
        var count = Check.Ok(Interop.virStoragePoolListAllVolumes(_handle, &volumes, 0));
        return CText.OwnedArray(volumes, count, Connect.WrapStorageVol);
    }

    /// <summary>virStorageVolLookupByName</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoStorageVol"/> when there is none.</exception>
    public StorageVol VolumeLookupByName(string name)
        => Connect.WrapStorageVol(Check.Pointer(Interop.virStorageVolLookupByName(_handle, name)));

    /// <summary>As <see cref="VolumeLookupByName"/>, null when there is none.</summary>
    public StorageVol? FindVolumeByName(string name)
    {
        var volume = Interop.virStorageVolLookupByName(_handle, name);
        if (volume != 0)
            return Connect.WrapStorageVol(volume);
        var failure = LibvirtException.Last(nameof(Interop.virStorageVolLookupByName));
        return failure.Code is ErrorNumber.NoStorageVol ? null : throw failure;
    }

    /// <summary>virStorageVolCreateXML</summary>
    public StorageVol CreateVolume(string xml, StorageVolCreateFlags flags = 0)
        => Connect.WrapStorageVol(Check.Pointer(Interop.virStorageVolCreateXML(_handle, xml, (uint)flags)));

    /// <summary>virStorageVolCreateXMLFrom: a copy of another volume, of any pool of the host.</summary>
    public StorageVol CreateVolumeFrom(string xml, StorageVol source, StorageVolCreateFlags flags = 0)
        => Connect.WrapStorageVol(Check.Pointer(Interop.virStorageVolCreateXMLFrom(_handle, xml, source.Handle, (uint)flags)));

    /// <summary>virStoragePoolFree; the pool stays.</summary>
    public void Dispose() => _handle.Dispose();
}
