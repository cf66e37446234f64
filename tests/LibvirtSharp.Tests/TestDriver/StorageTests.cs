namespace LibvirtSharp.Tests.TestDriver;

public sealed class StorageTests : IDisposable
{
    private const string PoolXml = "<pool type='dir'><name>disks</name><target><path>/disks</path></target></pool>";

    private readonly Connect _connect = TestHost.Open();

    public void Dispose() => _connect.Dispose();

    private static string VolumeXml(string name, int mebibytes = 1) => $"""
        <volume><name>{name}</name><capacity unit='MiB'>{mebibytes}</capacity><target><format type='qcow2'/></target></volume>
        """;

    [Fact]
    public void A_pool_is_defined_built_started_and_taken_down()
    {
        using var pool = _connect.StoragePoolDefineXml(PoolXml);
        Assert.Equal(("disks", false, true), (pool.Name, pool.IsActive, pool.IsPersistent));
        Assert.Equal(StoragePoolState.Inactive, pool.GetInfo().State);

        pool.Build();
        pool.Create();
        pool.Refresh();
        Assert.Equal(StoragePoolState.Running, pool.GetInfo().State);
        Assert.True(pool.GetInfo().Capacity > 0);

        pool.Autostart = true;
        Assert.True(pool.Autostart);
        pool.Destroy();
        pool.Delete();
        pool.Undefine();

        Assert.Null(_connect.FindStoragePoolByName("disks"));
    }

    [Fact]
    public void Pools_are_found_by_name_and_uuid_and_listed()
    {
        using var pool = _connect.StoragePoolLookupByName("default-pool");
        using var byUuid = _connect.StoragePoolLookupByUuid(pool.Uuid);
        using var off = _connect.StoragePoolDefineXml(PoolXml);

        Assert.Equal("default-pool", byUuid.Name);
        Assert.Contains("<path>/default-pool</path>", pool.GetXmlDesc());
        var active = _connect.ListAllStoragePools(ConnectListAllStoragePoolsFlags.Active);
        Assert.Equal(["default-pool"], active.Select(p => p.Name));
        active[0].Dispose();
        Assert.Equal(ErrorNumber.NoStoragePool, Assert.Throws<LibvirtException>(() => _connect.StoragePoolLookupByName("none")).Code);
    }

    [Fact]
    public void A_volume_is_made_copied_found_and_deleted()
    {
        using var pool = _connect.StoragePoolCreateXml(PoolXml);
        using var volume = pool.CreateVolume(VolumeXml("a.qcow2", 8));
        using var copy = pool.CreateVolumeFrom(VolumeXml("b.qcow2", 8), volume);

        Assert.Equal(("a.qcow2", "/disks/a.qcow2", "/disks/a.qcow2"), (volume.Name, volume.Path, volume.Key));
        Assert.Equal((StorageVolType.File, 8UL << 20), (volume.GetInfo().Type, volume.GetInfo().Capacity));
        Assert.Contains("<name>a.qcow2</name>", volume.GetXmlDesc());

        using var byPath = _connect.StorageVolLookupByPath("/disks/b.qcow2");
        using var byKey = _connect.StorageVolLookupByKey(copy.Key);
        using var byName = pool.VolumeLookupByName("b.qcow2");
        using var home = volume.GetPool();
        Assert.Equal(("b.qcow2", "b.qcow2", "b.qcow2", "disks"), (byPath.Name, byKey.Name, byName.Name, home.Name));

        var all = pool.ListAllVolumes();
        Assert.Equal(["a.qcow2", "b.qcow2"], all.Select(v => v.Name).Order());
        foreach (var v in all)
            v.Dispose();

        volume.Delete();
        Assert.Null(pool.FindVolumeByName("a.qcow2"));
        Assert.Null(_connect.FindStorageVolByPath("/disks/a.qcow2"));
        Assert.Equal(ErrorNumber.NoStorageVol, Assert.Throws<LibvirtException>(() => pool.VolumeLookupByName("a.qcow2")).Code);
    }

    [Fact]
    public void What_the_driver_cannot_transfer_is_refused_and_the_stream_let_go()
    {
        using var pool = _connect.StoragePoolCreateXml(PoolXml);
        using var volume = pool.CreateVolume(VolumeXml("c.qcow2"));

        var failure = Assert.Throws<LibvirtException>(() => volume.Upload(new MemoryStream(new byte[10])));

        Assert.True(failure.IsNotSupported);
        Assert.Equal("virStorageVolUpload", failure.Function);
    }
}
