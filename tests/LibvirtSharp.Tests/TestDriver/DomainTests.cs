namespace LibvirtSharp.Tests.TestDriver;

public sealed class DomainTests : IDisposable
{
    private readonly Connect _connect = TestHost.Open();

    public void Dispose() => _connect.Dispose();

    internal static string Xml(string name) => $"""
        <domain type='test'><name>{name}</name><memory unit='KiB'>65536</memory><vcpu>2</vcpu>
        <os><type>hvm</type></os><devices>
        <disk type='file' device='disk'><source file='/tmp/{name}.img'/><target dev='vda' bus='virtio'/></disk>
        <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><target dev='testnet0'/></interface>
        </devices></domain>
        """;

    [Fact]
    public void A_domain_is_found_by_name_uuid_and_id()
    {
        using var byName = _connect.LookupDomainByName("test");
        using var byUuid = _connect.LookupDomainByUuid(byName.Uuid);
        using var byId = _connect.LookupDomainById(byName.Id!.Value);

        Assert.Equal(Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e193f"), byName.Uuid);
        Assert.Equal(byName.Identity, byUuid.Identity);
        Assert.Equal(byName.Identity, byId.Identity);
        Assert.Null(_connect.FindDomainByName("nobody"));
        Assert.Null(_connect.FindDomainByUuid(Guid.Empty));
    }

    [Fact]
    public void A_domain_that_is_not_there_is_an_error_with_a_code()
    {
        var failure = Assert.Throws<LibvirtException>(() => _connect.LookupDomainByName("nobody"));

        Assert.Equal(ErrorNumber.NoDomain, failure.Code);
        Assert.True(failure.IsNotFound);
        Assert.Equal("virDomainLookupByName", failure.Function);
    }

    [Fact]
    public void A_defined_domain_starts_pauses_goes_on_reboots_and_ends()
    {
        using var domain = _connect.DefineXml(Xml("life"));
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Unknown), domain.GetState());
        Assert.True(domain.IsPersistent);
        Assert.Null(domain.Id);

        domain.Create();
        Assert.Equal(DomainState.Running, domain.GetState().State);
        Assert.NotNull(domain.Id);

        domain.Suspend();
        Assert.Equal((DomainState.Paused, (int)DomainPausedReason.User), domain.GetState());

        domain.Resume();
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Unpaused), domain.GetState());

        domain.Shutdown();
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Shutdown), domain.GetState());

        domain.Create();
        domain.Destroy();
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Destroyed), domain.GetState());

        domain.Undefine();
        Assert.Null(_connect.FindDomainByName("life"));
    }

    [Fact]
    public void A_transient_domain_is_gone_when_it_ends()
    {
        using var domain = _connect.CreateXml(Xml("passing"));
        Assert.False(domain.IsPersistent);

        domain.Destroy();

        Assert.Null(_connect.FindDomainByName("passing"));
    }

    [Fact]
    public void Starting_what_runs_is_refused()
    {
        using var domain = _connect.LookupDomainByName("test");

        var failure = Assert.Throws<LibvirtException>(() => domain.Create());

        Assert.Equal((ErrorDomain.Test, "virDomainCreateWithFlags"), (failure.Domain, failure.Function));
    }

    [Fact]
    public void Lists_are_filtered()
    {
        using var off = _connect.DefineXml(Xml("off"));

        Assert.Equal(["off", "test"], Names(0));
        Assert.Equal(["test"], Names(ConnectListAllDomainsFlags.Active));
        Assert.Equal(["off"], Names(ConnectListAllDomainsFlags.Inactive));

        IEnumerable<string> Names(ConnectListAllDomainsFlags flags)
        {
            var domains = _connect.ListAllDomains(flags);
            var names = domains.Select(d => d.Name).Order().ToList();
            foreach (var domain in domains)
                domain.Dispose();
            return names;
        }
    }

    [Fact]
    public void A_domain_tells_its_size_and_its_XML()
    {
        using var domain = _connect.DefineXml(Xml("sized"));

        Assert.Equal((65536UL, 65536UL, 2), (domain.GetInfo().MaxMemoryKib, domain.GetInfo().MemoryKib, domain.GetInfo().Vcpus));
        Assert.Equal(65536UL, domain.MaxMemoryKib);
        Assert.Contains("<name>sized</name>", domain.GetXmlDesc());
        Assert.Equal("linux", domain.OsType);
        Assert.False(domain.IsUpdated);

        domain.SetMemory(32768, DomainMemoryModFlags.Config);
        Assert.Equal(32768UL, domain.GetInfo().MemoryKib);

        domain.SetVcpus(1, DomainVcpuFlags.Config);
        Assert.Equal(1, domain.GetVcpus(DomainVcpuFlags.Config));

        domain.Autostart = true;
        Assert.True(domain.Autostart);
    }

    [Fact]
    public void Metadata_is_kept_and_removed()
    {
        const string uri = "https://example.org/tags";
        using var domain = _connect.DefineXml(Xml("tagged"));

        domain.SetMetadata(DomainMetadataType.Title, "a title");
        domain.SetMetadata(DomainMetadataType.Element, "<tag name='red'/>", "t", uri);

        Assert.Equal("a title", domain.GetMetadata(DomainMetadataType.Title));
        Assert.Equal("<tag name=\"red\"/>", domain.GetMetadata(DomainMetadataType.Element, uri)!.Replace('\'', '"'));
        Assert.Null(domain.GetMetadata(DomainMetadataType.Element, "https://example.org/other"));

        domain.SetMetadata(DomainMetadataType.Element, null, "t", uri);
        Assert.Null(domain.GetMetadata(DomainMetadataType.Element, uri));
    }

    [Fact]
    public void Statistics_of_disks_and_interfaces_are_read()
    {
        using var domain = _connect.CreateXml(Xml("busy"));

        Assert.True(domain.BlockStats("vda").ReadRequests > 0);
        Assert.True(domain.InterfaceStats("testnet0").RxBytes > 0);
        Assert.Throws<LibvirtException>(() => domain.BlockStats("vdz"));
    }

    [Fact]
    public void Bulk_statistics_say_nothing_rather_than_zero_of_what_the_driver_does_not_count()
    {
        using var domain = _connect.LookupDomainByName("test");

        var all = Assert.Single(_connect.GetAllDomainStats());
        var one = Assert.Single(_connect.GetDomainStats([domain]));

        Assert.Equal(("test", domain.Uuid, domain.Id), (all.Domain.Name, all.Domain.Uuid, all.Domain.Id));
        Assert.Equal(all.Domain, one.Domain);
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Unknown), (all.State!.Value, all.StateReason!.Value));
        Assert.Null(all.CpuTime);
        Assert.Null(all.BalloonRss);
        Assert.Empty(all.Blocks);
    }
}
