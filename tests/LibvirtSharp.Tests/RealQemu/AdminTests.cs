namespace LibvirtSharp.Tests.RealQemu;

/// <summary>Run by <see cref="RealHostTests"/> in a process of their own, since libvirt's client library and its
/// administration library do not get on in one.</summary>
public sealed class AdminTests : IDisposable
{
    public const string UriVariable = "LIBVIRTSHARP_ADMIN_URI";

    private readonly AdminConnect _admin = AdminConnect.Open(Environment.GetEnvironmentVariable(UriVariable));

    public void Dispose() => _admin.Dispose();

    [Fact(Explicit = true)]
    public void The_daemon_tells_who_it_is_and_is_told_what_to_log()
    {
        Assert.True(_admin.IsAlive);
        Assert.Equal(AdminConnect.LibraryVersion, _admin.LibVersion);
        Assert.StartsWith("libvirtd:", _admin.Uri);
        _admin.LoggingFilters = "3:util";
        Assert.StartsWith("3:", _admin.LoggingFilters);
        Assert.Contains("file:", _admin.LoggingOutputs);
        using (_admin.RegisterCloseCallback(_ => { }))
            Assert.Equal(1, LiveCounts.Callbacks);
        Assert.Equal(0, LiveCounts.Callbacks);
    }

    [Fact(Explicit = true)]
    public void Its_servers_have_limits_that_can_be_changed()
    {
        var servers = _admin.ListServers();
        Assert.Equal(["admin", "libvirtd"], servers.Select(s => s.Name).Order());
        foreach (var s in servers)
            s.Dispose();

        using var server = _admin.LookupServer("libvirtd");
        Assert.True(server.GetThreadPoolParameters().GetUInt64(AdminThreadPoolKeys.WorkersMax) > 0);
        server.SetThreadPoolParameters(new TypedParameters { { AdminThreadPoolKeys.WorkersMax, 33U } });
        Assert.Equal(33UL, server.GetThreadPoolParameters().GetUInt64(AdminThreadPoolKeys.WorkersMax));
        server.SetClientLimits(new TypedParameters { { AdminServerKeys.ClientsMax, 1234U } });
        Assert.Equal(1234UL, server.GetClientLimits().GetUInt64(AdminServerKeys.ClientsMax));
        Assert.Equal(ErrorNumber.NoServer, Assert.Throws<LibvirtException>(() => _admin.LookupServer("none")).Code);
    }

    [Fact(Explicit = true)]
    public void Its_clients_are_known_and_can_be_put_out()
    {
        using var server = _admin.LookupServer("libvirtd");
        var clients = server.ListClients();

        Assert.All(clients, c => Assert.Equal((ClientTransport.Unix, false, 0), (c.Transport, c.GetInfo().GetBoolean(AdminClientKeys.Readonly), c.GetInfo().GetInt32(AdminClientKeys.UnixUserId))));
        var newest = clients.MaxBy(c => c.Id)!;
        Assert.True(newest.Connected > DateTimeOffset.UnixEpoch.AddYears(50));
        using (var same = server.LookupClient(newest.Id))
            same.Close();
        foreach (var client in clients)
            client.Dispose();
    }

    [Fact(Explicit = true)]
    public void A_process_that_administers_drives_nothing()
        => Assert.Throws<InvalidOperationException>(() => Connect.Open("test:///default"));
}
