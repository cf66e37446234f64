using System.Collections.Concurrent;

namespace LibvirtSharp.Tests.RealQemu;

public sealed class RealStorageTests : RealQemuTests, IDisposable
{
    private readonly StoragePool _pool;

    public RealStorageTests(QemuHost hosts) : base(hosts)
    {
        var path = Path.Combine(Hosts.Host.Folder, "pool");
        _pool = Connect.StoragePoolDefineXml($"<pool type='dir'><name>pool</name><target><path>{path}</path></target></pool>");
        _pool.Build();
        _pool.Create();
    }

    void IDisposable.Dispose()
    {
        _pool.Refresh();
        foreach (var volume in _pool.ListAllVolumes())
            using (volume)
                volume.Delete();
        _pool.Destroy();
        _pool.Delete();
        _pool.Undefine();
        _pool.Dispose();
        Dispose();
    }

    private StorageVol Raw(string name, long bytes, long allocation = 0) => _pool.CreateVolume($"""
        <volume><name>{name}</name><capacity unit='B'>{bytes}</capacity><allocation unit='B'>{allocation}</allocation>
        <target><format type='raw'/></target></volume>
        """);

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        uint state = 2463534242;
        for (var i = 0; i < bytes; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            noise[i] = (byte)(state | 1);
        }

        return noise;
    }

    private sealed class Steps : IProgress<long>
    {
        public List<long> All { get; } = [];

        public void Report(long value) => All.Add(value);
    }

    [Fact]
    public void What_is_uploaded_comes_down_again_with_progress()
    {
        var data = Noise(3_000_001);
        using var volume = Raw("whole", data.Length);
        var up = new Steps();
        var down = new Steps();

        Assert.Equal(data.Length, volume.Upload(new MemoryStream(data), progress: up));
        using var back = new MemoryStream();
        Assert.Equal(data.Length, volume.Download(back, progress: down));

        Assert.Equal(data, back.ToArray());
        Assert.Equal((data.Length, data.Length), (up.All[^1], down.All[^1]));
        Assert.True(up.All.Count > 3 && up.All.Order().SequenceEqual(up.All));
    }

    [Fact]
    public void Zeros_are_not_sent_and_take_no_room()
    {
        var data = new byte[20 << 20];
        Noise(100_000).CopyTo(data, 5 << 20);
        using var volume = Raw("sparse", data.Length);

        volume.Upload(new MemoryStream(data), sparse: true);
        _pool.Refresh();
        Assert.True(volume.GetInfo().Allocation < 1 << 20, $"{volume.GetInfo().Allocation} bytes used");

        using var seekable = new MemoryStream();
        Assert.Equal(data.Length, volume.Download(seekable, sparse: true));
        Assert.Equal(data, seekable.ToArray());
        using var plain = new MemoryStream();
        volume.Download(plain);
        Assert.Equal(data, plain.ToArray());
    }

    [Fact]
    public void A_cancelled_upload_ends_and_the_volume_can_be_used_again()
    {
        var data = Noise(8 << 20);
        using var volume = Raw("cancelled", data.Length);
        using var cancel = new CancellationTokenSource();
        var seen = new Stopping(cancel);

        Assert.Throws<OperationCanceledException>(() => volume.Upload(new MemoryStream(data), progress: seen, cancel: cancel.Token));

        Assert.True(seen.Last < data.Length);
        Assert.Equal(data.Length, volume.Upload(new MemoryStream(data)));
    }

    private sealed class Stopping(CancellationTokenSource cancel) : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value)
        {
            Last = value;
            cancel.Cancel();
        }
    }

    [Fact]
    public void A_source_that_fails_aborts_the_upload()
    {
        using var volume = Raw("failing", 1 << 20);
        using var source = new FileStream(Path.Combine(Hosts.Host.Folder, "etc", "qemu.conf"), FileMode.Open);
        source.Dispose();

        Assert.Throws<ObjectDisposedException>(() => volume.Upload(source));

        Assert.Equal(3, volume.Upload(new MemoryStream([1, 2, 3])));
    }

    [Fact]
    public void More_than_the_volume_holds_is_refused()
    {
        using var volume = Raw("small", 1000);

        using var stream = Connect.NewStream();
        volume.Upload(stream, length: 1000);
        var failure = Assert.Throws<LibvirtException>(() => stream.SendAll(new MemoryStream(Noise(4 << 20))));

        Assert.StartsWith("virStream", failure.Function);
    }

    [Fact]
    public void Volumes_are_resized_wiped_cloned_and_found()
    {
        using var volume = Raw("a", 1 << 20, 1 << 20);
        volume.Upload(new MemoryStream(Noise(1 << 20)));
        using var clone = _pool.CreateVolumeFrom(
            "<volume><name>clone.qcow2</name><capacity unit='MiB'>1</capacity><target><format type='qcow2'/></target></volume>", volume);
        using var byPath = Connect.StorageVolLookupByPath(clone.Path);
        using var byTarget = Connect.StoragePoolLookupByTargetPath(Path.Combine(Hosts.Host.Folder, "pool"));
        Assert.Equal(("clone.qcow2", _pool.Uuid), (byPath.Name, byTarget.Uuid));

        volume.Resize(2 << 20);
        Assert.Equal(2UL << 20, volume.GetInfo().Capacity);
        Assert.True(volume.GetInfo(StorageVolInfoFlags.GetPhysical).Allocation >= 2 << 20);

        volume.Wipe();
        using var back = new MemoryStream();
        volume.Download(back);
        Assert.False(back.ToArray().AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void What_happens_to_a_pool_is_told()
    {
        var heard = new ConcurrentQueue<StoragePoolNotice>();
        using var subscription = Connect.Subscribe<StoragePoolNotice>(heard.Enqueue);

        _pool.Refresh();
        _pool.Destroy();
        _pool.Create();

        Eventually.True(() => heard.OfType<StoragePoolLifecycleNotice>().Any(n => n.Event == StoragePoolEventLifecycleType.Started), "the start");
        Assert.Contains(heard, n => n is StoragePoolRefreshNotice);
        Assert.Contains(heard, n => n is StoragePoolLifecycleNotice { Event: StoragePoolEventLifecycleType.Stopped });
        Assert.All(heard, n => Assert.Equal(_pool.Uuid, n.Uuid));
    }

    [Fact]
    public void Changes_of_a_disk_are_kept_apart_brought_together_and_backed_up()
    {
        using var disk = _pool.CreateVolume(
            "<volume><name>disk.qcow2</name><capacity unit='MiB'>8</capacity><target><format type='qcow2'/><compat>1.1</compat></target></volume>");
        var domain = Run("disks",
            $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk.Path}'/><target dev='vda' bus='virtio'/></disk>");
        var heard = new ConcurrentQueue<DomainNotice>();
        using var subscription = Connect.Subscribe<DomainNotice>(heard.Enqueue, only: domain);

        using (domain.CreateSnapshot("<domainsnapshot><name>top</name></domainsnapshot>",
            DomainSnapshotCreateFlags.DiskOnly | DomainSnapshotCreateFlags.Atomic | DomainSnapshotCreateFlags.NoMetadata))
            Assert.Contains("disk.top", domain.GetXmlDesc());

        domain.BlockCommit("vda", disk.Path, flags: DomainBlockCommitFlags.Active);
        Eventually.True(() => heard.OfType<BlockJobNotice>().Any(n => n.Status == ConnectDomainEventBlockJobStatus.Ready), "the commit is ready");
        Assert.Equal(DomainBlockJobType.ActiveCommit, domain.GetBlockJobInfo("vda")!.Type);
        domain.BlockJobAbort("vda", DomainBlockJobAbortFlags.Pivot);
        Eventually.True(() => domain.GetBlockJobInfo("vda") is null, "the commit has ended");
        Assert.DoesNotContain("disk.top", domain.GetXmlDesc());

        var backup = Path.Combine(Hosts.Host.Folder, "pool", "backup.qcow2");
        domain.BackupBegin($"<domainbackup><disks><disk name='vda' type='file'><target file='{backup}'/></disk></disks></domainbackup>",
            "<domaincheckpoint><name>monday</name></domaincheckpoint>");
        Eventually.True(() => heard.OfType<JobCompletedNotice>().Any(), "the backup has ended");
        var job = heard.OfType<JobCompletedNotice>().Single().Stats;
        Assert.Equal((DomainJobOperation.Backup, true), (job.Operation, job.Success));
        Assert.Equal(DomainJobType.Completed, domain.GetJobStats(DomainGetJobStatsFlags.Completed).Type);
        using var checkpoint = domain.LookupCheckpointByName("monday");
        checkpoint.Delete();
        _pool.Refresh();
    }

    [Fact]
    public void A_running_guest_goes_back_to_a_snapshot()
    {
        using var disk = _pool.CreateVolume(
            "<volume><name>back.qcow2</name><capacity unit='MiB'>8</capacity><target><format type='qcow2'/></target></volume>");
        var domain = Run("back",
            $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{disk.Path}'/><target dev='vda' bus='virtio'/></disk>");

        using var snapshot = domain.CreateSnapshot("<domainsnapshot><name>then</name></domainsnapshot>");
        domain.Suspend();
        snapshot.Revert();

        Assert.Equal((DomainState.Running, (int)DomainRunningReason.FromSnapshot), domain.GetState());
        snapshot.Delete();
        Assert.Empty(domain.ListAllSnapshots());
    }
}
