namespace LibvirtSharp.Tests.RealQemu;

/// <summary>A host of its own, to be hurt.</summary>
[Collection(nameof(RealQemuTests))]
public sealed class RealFaultTests : IDisposable
{
    private readonly Lazy<PrivateHost> _host = new(() => PrivateHost.Start("hurt"));

    public void Dispose()
    {
        if (_host.IsValueCreated)
            _host.Value.Dispose();
    }

    [Fact]
    public async Task A_killed_daemon_closes_the_connection_and_guests_are_found_again()
    {
        var host = QemuHost.Wanted(_host);
        var closed = new TaskCompletionSource<ConnectCloseReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var connect = host.Open())
        {
            using var callback = connect.RegisterCloseCallback(closed.SetResult);
            using var subscription = connect.Subscribe<DomainNotice>(_ => { });
            using var domain = connect.CreateXml("""
                <domain type='qemu'><name>survivor</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
                <os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>
                """);

            host.Tell("kill");

            Assert.Equal(ConnectCloseReason.Eof, await Accept(closed.Task));
            Assert.False(connect.IsAlive);
            Assert.Throws<LibvirtException>(() => domain.GetState());
        }

        host.Tell("start");
        Eventually.True(host.Answers, "the new daemon answers");
        using var again = host.Open();
        using var survivor = again.LookupDomainByName("survivor");
        Assert.Equal(DomainState.Running, survivor.GetState().State);
        // This waits its turn behind the daemon's own look at the guest; a destroy would not.
        survivor.Suspend();
        survivor.Destroy();

        // Which of the two it is depends on where the end was noticed.
        static async Task<ConnectCloseReason> Accept(Task<ConnectCloseReason> task)
            => await task.WaitAsync(Eventually.Patience) is ConnectCloseReason.Error or ConnectCloseReason.Eof
                ? ConnectCloseReason.Eof
                : await task;
    }

    [Fact]
    public async Task Whoever_hears_of_the_end_may_dispose_of_the_connection_there()
    {
        var host = QemuHost.Wanted(_host);
        var closed = new TaskCompletionSource<ConnectCloseReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connect = host.Open();
        connect.RegisterCloseCallback(reason =>
        {
            connect.Dispose();
            closed.SetResult(reason);
        });

        host.Tell("kill");

        await closed.Task.WaitAsync(Eventually.Patience);
        Assert.Throws<ObjectDisposedException>(() => connect.Hostname);
        var turns = EventLoop.Turns;
        Eventually.True(() => EventLoop.Turns > turns, "the event loop goes on turning");
    }

    [Fact]
    public async Task A_connection_may_be_disposed_of_by_the_handler_of_an_event()
    {
        var host = QemuHost.Wanted(_host);
        var heard = new TaskCompletionSource<Notice>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connect = host.Open();
        using var other = host.Open();
        connect.Subscribe<SecretLifecycleNotice>(notice =>
        {
            connect.Dispose();
            heard.SetResult(notice);
        });

        using var secret = other.SecretDefineXml("<secret ephemeral='yes' private='no'/>");

        await heard.Task.WaitAsync(Eventually.Patience);
        Assert.True(other.IsAlive);
    }

    [Fact]
    public async Task A_frozen_daemon_is_noticed_by_keepalive_and_waiting_calls_end()
    {
        var host = QemuHost.Wanted(_host);
        var closed = new TaskCompletionSource<ConnectCloseReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var connect = host.Open();
        Assert.True(connect.SetKeepAlive(1, 2));
        using var callback = connect.RegisterCloseCallback(closed.SetResult);

        host.Tell("stop");
        var waiting = Task.Factory.StartNew(() => connect.Hostname, TaskCreationOptions.LongRunning);
        var failure = await Assert.ThrowsAsync<LibvirtException>(() => waiting.WaitAsync(Eventually.Patience));
        host.Tell("cont");

        Assert.Equal("virConnectGetHostname", failure.Function);
        Assert.Equal(ConnectCloseReason.Keepalive, await closed.Task.WaitAsync(Eventually.Patience));
    }
}
