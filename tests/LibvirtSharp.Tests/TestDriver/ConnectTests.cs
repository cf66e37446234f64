namespace LibvirtSharp.Tests.TestDriver;

/// <summary>libvirt's own test driver: a made-up host inside this process, no daemon.</summary>
public sealed class ConnectTests
{
    [Fact]
    public void A_connection_tells_who_and_what_is_at_the_other_end()
    {
        using var connect = Connect.Open("test:///default");

        Assert.Equal("TEST", connect.Type);
        Assert.Equal("test:///default", connect.Uri);
        Assert.NotEmpty(connect.Hostname);
        Assert.Equal(LibvirtVersion.Loaded, connect.LibVersion);
        Assert.True(connect.Version >= new LibvirtVersion(0, 0, 2));
        Assert.True(connect.IsAlive);
        Assert.True(connect.IsSecure);
        Assert.False(connect.IsEncrypted);
        Assert.False(connect.SetKeepAlive(5, 3));
    }

    [Fact]
    public void A_connection_tells_what_the_host_is_made_of()
    {
        using var connect = Connect.Open("test:///default");

        var node = connect.GetNodeInfo();

        Assert.Equal(("i686", 3145728UL, 16u), (node.Model, node.MemoryKib, node.Cpus));
        Assert.Equal(16u, node.MaxCpus);
        Assert.True(connect.FreeMemory > 0);
        Assert.Equal(2, connect.GetCellsFreeMemory(0, 2).Count);
        Assert.True(connect.GetNodeCpuStats().ContainsKey(NodeCpuStatsKeys.Kernel));
        Assert.Contains("<capabilities>", connect.Capabilities);
        Assert.Contains("<sysinfo", connect.Sysinfo);
        Assert.True(connect.GetMaxVcpus("test") > 0);
        Assert.Contains("qemu64", connect.GetCpuModelNames("x86_64"));
        var (online, present) = connect.GetCpuMap();
        Assert.Equal(present, Math.Max(present, online.Count()));
    }

    [Fact]
    public void What_the_driver_does_not_have_is_refused_with_the_name_of_the_C_function()
    {
        using var connect = Connect.Open("test:///default");

        using var domain = connect.LookupDomainByName("test");

        var failure = Assert.Throws<LibvirtException>(() => domain.PmWakeup());

        Assert.True(failure.IsNotSupported);
        Assert.Equal((ErrorNumber.NoSupport, ErrorLevel.Error, "virDomainPMWakeup"), (failure.Code, failure.Level, failure.Function));
    }

    [Fact]
    public void A_uri_that_nobody_serves_is_refused()
    {
        var failure = Assert.Throws<LibvirtException>(() => Connect.Open("qemu+unix:///system?socket=/nonexistent/libvirt-sock"));

        Assert.Equal(("virConnectOpen", ErrorNumber.SystemError, ErrorDomain.Rpc), (failure.Function, failure.Code, failure.Domain));
        Assert.Contains("/nonexistent/libvirt-sock", failure.Message);
    }

    [Fact]
    public async Task An_opening_in_the_background_gives_a_connection_or_the_error()
    {
        using var connect = await Connect.OpenAsync("test:///default", TestContext.Current.CancellationToken);
        Assert.True(connect.IsAlive);

        var failure = await Assert.ThrowsAsync<LibvirtException>(
            () => Connect.OpenAsync("nonsense:///", TestContext.Current.CancellationToken));
        Assert.Equal("virConnectOpen", failure.Function);
    }

    [Fact]
    public void A_connection_that_may_only_read_is_refused_to_write()
    {
        using var connect = Connect.OpenReadOnly("test:///default");
        using var domain = connect.LookupDomainByName("test");

        Assert.Equal(ErrorNumber.OperationDenied, Assert.Throws<LibvirtException>(() => domain.Destroy()).Code);
    }

    [Fact]
    public void A_closed_connection_is_not_used_again()
    {
        var connect = Connect.Open("test:///default");
        connect.Dispose();
        connect.Dispose();

        Assert.Throws<ObjectDisposedException>(() => connect.Hostname);
    }

    [Fact]
    public void An_object_outlives_the_connection_that_it_came_from()
    {
        var connect = Connect.Open("test:///default");
        using var domain = connect.LookupDomainByName("test");
        connect.Dispose();

        Assert.Equal("test", domain.Name);
        Assert.Equal(DomainState.Running, domain.GetState().State);
    }

    [Fact]
    public async Task Errors_of_many_threads_on_one_connection_do_not_mix()
    {
        using var connect = Connect.Open("test:///default");

        var failures = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() => Enumerable.Range(0, 300).Select(n =>
            thread % 2 == 0
                ? Assert.Throws<LibvirtException>(() => connect.LookupDomainByName($"no-{thread}-{n}")).Code
                : Assert.Throws<LibvirtException>(() => connect.NetworkLookupByName($"no-{thread}-{n}")).Code).ToList())));

        for (var thread = 0; thread < 8; thread++)
            Assert.All(failures[thread], code => Assert.Equal(thread % 2 == 0 ? ErrorNumber.NoDomain : ErrorNumber.NoNetwork, code));
    }
}
