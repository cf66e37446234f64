using System.Collections.Concurrent;
using System.Diagnostics;

namespace LibvirtSharp.Tests.RealQemu;

public sealed class RealHostTests(QemuHost hosts) : RealQemuTests(hosts)
{
    [Fact]
    public void A_secret_is_kept_told_and_forgotten()
    {
        var heard = new ConcurrentQueue<SecretNotice>();
        using var subscription = Connect.Subscribe<SecretNotice>(heard.Enqueue);

        using var secret = Connect.SecretDefineXml(
            "<secret ephemeral='no' private='no'><usage type='ceph'><name>client.admin</name></usage></secret>");
        secret.SetValue("key"u8);

        Assert.Equal("key"u8.ToArray(), secret.GetValue());
        using (var same = Connect.SecretLookupByUsage(SecretUsageType.Ceph, "client.admin"))
            Assert.Equal((secret.Uuid, SecretUsageType.Ceph, "client.admin"), (same.Uuid, same.UsageType, same.UsageId));
        using (var same = Connect.SecretLookupByUuid(secret.Uuid))
            Assert.Contains("client.admin", same.GetXmlDesc());
        var all = Connect.ListAllSecrets();
        Assert.Equal([secret.Uuid], all.Select(s => s.Uuid));
        all[0].Dispose();

        secret.Undefine();
        Eventually.True(() => heard.Count == 3, "defined, changed, undefined");
        Assert.Equal(
            [SecretEventLifecycleType.Defined, SecretEventLifecycleType.Undefined],
            heard.OfType<SecretLifecycleNotice>().Select(n => n.Event));
        Assert.Equal(secret.Uuid, heard.OfType<SecretValueChangedNotice>().Single().Uuid);
    }

    [Fact]
    public void Filters_are_defined_found_and_removed()
    {
        using var filter = Connect.NwFilterDefineXml("<filter name='mine' chain='root'><rule action='drop' direction='in'><ip/></rule></filter>");

        using var byUuid = Connect.NwFilterLookupByUuid(filter.Uuid);
        Assert.Equal("mine", byUuid.Name);
        var all = Connect.ListAllNwFilters();
        Assert.Contains("mine", all.Select(f => f.Name));
        foreach (var f in all)
            f.Dispose();
        Assert.Empty(Connect.ListAllNwFilterBindings());

        filter.Undefine();
        Assert.Equal(ErrorNumber.NoNwfilter, Assert.Throws<LibvirtException>(() => Connect.NwFilterLookupByName("mine")).Code);
    }

    [Fact]
    public void A_network_is_started_and_told()
    {
        var heard = new ConcurrentQueue<NetworkLifecycleNotice>();
        using var subscription = Connect.Subscribe<NetworkLifecycleNotice>(heard.Enqueue);
        using var network = Connect.NetworkDefineXml("<network><name>flat</name><forward mode='bridge'/><bridge name='lo'/></network>");

        network.Create();
        Assert.True(network.IsActive);
        Assert.Empty(network.ListAllPorts());
        network.Destroy();
        network.Undefine();

        Eventually.True(() => heard.Count >= 4, "four notices");
        Assert.Equal(
            [NetworkEventLifecycleType.Defined, NetworkEventLifecycleType.Started, NetworkEventLifecycleType.Stopped, NetworkEventLifecycleType.Undefined],
            heard.Select(n => n.Event));
    }

    [Fact]
    public async Task The_daemon_itself_is_looked_into_by_another_process()
    {
        Assert.Throws<InvalidOperationException>(() => AdminConnect.Open(Hosts.Host.AdminUri));
        var closed = new TaskCompletionSource<ConnectCloseReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watched = Hosts.Host.Open();
        using var callback = watched.RegisterCloseCallback(closed.SetResult);

        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-noLogo", "-explicit", "only", "-class", typeof(AdminTests).FullName!])
        {
            RedirectStandardOutput = true,
            Environment = { [AdminTests.UriVariable] = Hosts.Host.AdminUri },
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, said);
        Assert.True(said.Contains("Failed: 0", StringComparison.Ordinal) && !said.Contains("Total: 0", StringComparison.Ordinal), said);
        await closed.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.False(watched.IsAlive);
    }
}
