namespace LibvirtSharp.Tests.TestDriver;

/// <summary>Saving, snapshots, checkpoints, tuning, and what a guest would answer.</summary>
public sealed class DomainStateTests : IDisposable
{
    private readonly Connect _connect = TestHost.Open();
    private readonly Domain _domain;

    public DomainStateTests() => _domain = _connect.LookupDomainByName("test");

    public void Dispose()
    {
        _domain.Dispose();
        _connect.Dispose();
    }

    [Fact]
    public void A_domain_is_saved_to_a_file_and_comes_back()
    {
        var file = Path.Combine(Path.GetTempPath(), $"libvirtsharp-{Environment.ProcessId}-{_domain.Uuid}.save");
        try
        {
            _domain.Save(file);
            Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Saved), _domain.GetState());

            Domain.Restore(_connect, file);
            Assert.Equal((DomainState.Running, (int)DomainRunningReason.Restored), _domain.GetState());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_managed_save_is_kept_and_removed()
    {
        _domain.ManagedSave();
        Assert.True(_domain.HasManagedSave);
        Assert.False(_domain.IsActive);

        _domain.ManagedSaveRemove();
        Assert.False(_domain.HasManagedSave);
    }

    [Fact]
    public void Snapshots_form_a_tree_and_can_be_gone_back_to()
    {
        using var root = _domain.CreateSnapshot("<domainsnapshot><name>root</name></domainsnapshot>");
        using var leaf = _domain.CreateSnapshot("<domainsnapshot><name>leaf</name></domainsnapshot>");
        using (var current = _domain.GetCurrentSnapshot())
            Assert.Equal("leaf", current!.Name);
        using (var parent = leaf.GetParent())
            Assert.Equal("root", parent!.Name);
        Assert.Null(root.GetParent());
        Assert.True(leaf.IsCurrent);
        Assert.True(leaf.HasMetadata);
        Assert.Equal(["leaf"], Names(root.ListAllChildren()));
        Assert.Equal(["leaf", "root"], Names(_domain.ListAllSnapshots()));
        Assert.Contains("<name>root</name>", root.GetXmlDesc());

        _domain.Suspend();
        root.Revert();
        Assert.Equal(DomainState.Running, _domain.GetState().State);

        root.Delete(DomainSnapshotDeleteFlags.Children);
        Assert.Empty(_domain.ListAllSnapshots());
        Assert.Null(_domain.GetCurrentSnapshot());
        Assert.Equal(ErrorNumber.NoDomainSnapshot, Assert.Throws<LibvirtException>(() => _domain.LookupSnapshotByName("root")).Code);

        static List<string> Names(IReadOnlyList<DomainSnapshot> snapshots)
        {
            var names = snapshots.Select(s => s.Name).Order().ToList();
            foreach (var snapshot in snapshots)
                snapshot.Dispose();
            return names;
        }
    }

    [Fact]
    public void Checkpoints_follow_each_other()
    {
        using var domain = _connect.CreateXml(DomainTests.Xml("checked"));
        using var first = domain.CreateCheckpoint("<domaincheckpoint><name>first</name></domaincheckpoint>");
        using var second = domain.CreateCheckpoint("<domaincheckpoint><name>second</name></domaincheckpoint>");

        using (var parent = second.GetParent())
            Assert.Equal("first", parent!.Name);
        Assert.Null(first.GetParent());
        var children = first.ListAllChildren();
        Assert.Equal(["second"], children.Select(c => c.Name));
        children[0].Dispose();
        Assert.Contains("<name>first</name>", first.GetXmlDesc());

        second.Delete();
        var left = domain.ListAllCheckpoints();
        Assert.Equal(["first"], left.Select(c => c.Name));
        left[0].Dispose();
        using var found = domain.LookupCheckpointByName("first");
        Assert.Equal(domain.Uuid, found.Domain.Uuid);
    }

    [Fact]
    public void Limits_are_set_and_read_as_typed_values()
    {
        _domain.SetMemoryParameters(new TypedParameters { { DomainMemoryKeys.HardLimit, 2_000_000UL } }, DomainModificationImpact.Live);
        Assert.Equal(2_000_000UL, _domain.GetMemoryParameters().GetUInt64(DomainMemoryKeys.HardLimit));

        Assert.Equal("fair", _domain.SchedulerType);
        Assert.Equal(50U, _domain.GetSchedulerParameters()[DomainSchedulerKeys.Weight].AsUInt64());
    }

    [Fact]
    public void A_value_of_the_wrong_type_is_refused()
    {
        var failure = Assert.Throws<LibvirtException>(
            () => _domain.SetMemoryParameters(new TypedParameters { { DomainMemoryKeys.HardLimit, "much" } }));

        Assert.Equal((ErrorNumber.InvalidArg, "virDomainSetMemoryParameters"), (failure.Code, failure.Function));
    }

    [Fact]
    public void Throttles_of_a_disk_are_set_and_read()
    {
        using var domain = _connect.CreateXml(DomainTests.Xml("throttled"));

        domain.SetBlockIoTune("vda", new TypedParameters
        {
            { DomainBlockIoTuneKeys.TotalIopsSec, 500UL },
            { DomainBlockIoTuneKeys.TotalIopsSecMax, 1000UL },
        });

        Assert.Equal(500UL, domain.GetBlockIoTune("vda").GetUInt64(DomainBlockIoTuneKeys.TotalIopsSec));
    }

    [Fact]
    public void Vcpus_are_pinned_to_host_CPUs()
    {
        _domain.PinVcpu(1, CpuMap.Of(2, 3));

        var pins = _domain.GetVcpuPins();
        var vcpus = _domain.GetVcpuInfo();

        Assert.Equal(CpuMap.Of(2, 3), pins[1]);
        Assert.Equal((2, 1U, VcpuState.Running), (vcpus.Count, vcpus[1].Number, vcpus[1].State));
        Assert.Equal(CpuMap.Of(2, 3), vcpus[1].Affinity);

        _domain.PinEmulator(CpuMap.Of(0));
        Assert.Equal(CpuMap.Of(0), _domain.GetEmulatorPin());
    }

    [Fact]
    public void The_guest_side_is_read()
    {
        using var domain = _connect.CreateXml(DomainTests.Xml("guest"));

        var addresses = Assert.Single(domain.InterfaceAddresses());
        Assert.Equal(IPAddrType.Ipv4, Assert.Single(addresses.Addresses).Type);
        Assert.StartsWith("192.168.122.", addresses.Addresses[0].Address);
        Assert.Equal(["/", "/boot"], domain.GetFileSystems().Select(f => f.MountPoint).Order());
        Assert.Equal(domain.Name + "host", domain.GetHostname());
        Assert.True(domain.GetTime() > DateTimeOffset.UnixEpoch);
        Assert.Equal(2, domain.FsFreeze());
        Assert.Equal(2, domain.FsThaw());
        domain.FsTrim();
        domain.SetUserPassword("root", "secret");
        domain.SendKey(KeycodeSet.Linux, 10, 28);
        Assert.Equal(DomainControlState.Ok, domain.GetControlInfo().State);
        Assert.DoesNotContain(domain.GetDiskErrors(), e => e.Value == DomainDiskErrorCode.None);
    }

    [Fact]
    public void A_screenshot_comes_through_a_stream()
    {
        var (type, picture) = _domain.Screenshot();

        Assert.Equal("image/png", type);
        Assert.Equal("PNG"u8.ToArray(), picture[1..4]);
    }

    [Fact]
    public void A_screenshot_is_read_as_a_stream_of_dotnet()
    {
        var (_, expected) = _domain.Screenshot();
        using var stream = _connect.NewStream();
        _domain.Screenshot(stream, 0);

        using var picture = new MemoryStream();
        using (var reader = stream.AsStream())
            reader.CopyTo(picture);

        Assert.Equal(expected, picture.ToArray());
    }

    [Fact]
    public void A_cancelled_transfer_is_aborted()
    {
        using var stream = _connect.NewStream();
        _domain.Screenshot(stream, 0);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();

        Assert.Throws<OperationCanceledException>(() => stream.ReceiveAll(Stream.Null, cancel: cancel.Token));

        Assert.Throws<LibvirtException>(() => stream.Receive(new byte[1]));
    }
}
