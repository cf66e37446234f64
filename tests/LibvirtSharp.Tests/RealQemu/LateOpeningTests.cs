using LibvirtSharp.Tests.TestDriver;

namespace LibvirtSharp.Tests.RealQemu;

/// <summary>Alone, since it counts what the whole process holds.</summary>
[Collection(nameof(LeakTests))]
public sealed class LateOpeningTests : IDisposable
{
    private readonly Lazy<PrivateHost> _host = new(() => PrivateHost.Start("late"));

    public void Dispose()
    {
        if (_host.IsValueCreated)
            _host.Value.Dispose();
    }

    [Fact]
    public async Task An_opening_that_a_frozen_daemon_does_not_answer_is_given_up_and_closed_when_it_comes()
    {
        var host = QemuHost.Wanted(_host);
        LeakTests.NothingIsHeldBefore();
        host.Tell("stop");
        using (var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Connect.OpenAsync(host.Uri, cancel.Token).WaitAsync(Eventually.Patience));

        host.Tell("cont");

        using (var connect = await Connect.OpenAsync(host.Uri, CancellationToken.None).WaitAsync(Eventually.Patience))
            Assert.True(connect.IsAlive);
        Eventually.True(() => LiveCounts.Handles == 0, "what came late is closed");
    }
}
