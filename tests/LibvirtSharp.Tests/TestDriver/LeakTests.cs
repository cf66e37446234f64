using System.Diagnostics;

namespace LibvirtSharp.Tests.TestDriver;

/// <summary>Runs alone: it counts what the whole process holds.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(LeakTests))]
public sealed class LeakTests(ITestOutputHelper output)
{
    private const int Times = 10_000;

    [Fact]
    public void Ten_thousand_openings_subscriptions_and_closings_leave_nothing_behind()
    {
        NothingIsHeldBefore();
        var clock = Stopwatch.StartNew();
        long heard = 0;

        Parallel.For(0, Times, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var connect = Connect.Open("test:///default");
            var life = connect.Subscribe<DomainLifecycleNotice>(_ => Interlocked.Increment(ref heard));
            var any = connect.Subscribe<DomainNotice>(_ => Interlocked.Increment(ref heard));
            var network = connect.Subscribe<NetworkLifecycleNotice>(_ => { });
            connect.RegisterCloseCallback(_ => { });
            using var domain = connect.LookupDomainByName("test");
            if (i % 100 == 0)
                using (var mine = connect.DefineXml(DomainTests.Xml($"passing-{i}")))
                    mine.Undefine();
            Assert.Throws<LibvirtException>(() => connect.LookupDomainByName("nobody"));
            if (i % 2 == 0)
            {
                // Half end what they began, the other half leave it to the connection.
                life.Dispose();
                any.Dispose();
                network.Dispose();
            }
        });

        Eventually.True(() => LiveCounts is (0, 0), $"everything given back: {LiveCounts}");
        Say($"{Times} times in {clock.Elapsed.TotalSeconds:F1} s, {heard} notices, handles and callbacks {LiveCounts}");
    }

    [Fact]
    public void One_connection_subscribed_to_ten_thousand_times_holds_only_what_stands()
    {
        NothingIsHeldBefore();
        using (var connect = Connect.Open("test:///default"))
        {
            for (var i = 0; i < Times; i++)
                using (connect.Subscribe<DomainLifecycleNotice>(_ => { }))
                using (connect.RegisterCloseCallback(_ => { }))
                {
                }

            Eventually.True(() => LiveCounts is (1, 1), $"the connection and its close callback: {LiveCounts}");
        }

        Eventually.True(() => LiveCounts is (0, 0), $"everything given back: {LiveCounts}");
    }

    [Fact]
    public void What_is_forgotten_is_given_back_by_the_collector()
    {
        NothingIsHeldBefore();
        Assert.Equal((2, 1), Forget());

        Eventually.True(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return LiveCounts is (0, 0);
        }, "the collector's work");

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static (long, long) Forget()
        {
            var connect = Connect.Open("test:///default");
            var subscription = connect.Subscribe<DomainLifecycleNotice>(_ => { });
            var domain = connect.LookupDomainByName("test");
            var held = LiveCounts; // while the collector may not have them
            GC.KeepAlive(connect);
            GC.KeepAlive(subscription);
            GC.KeepAlive(domain);
            return held;
        }
    }

    [Fact]
    public async Task Closing_and_subscribing_at_the_same_time_leave_nothing_behind()
    {
        NothingIsHeldBefore();
        for (var i = 0; i < 300; i++)
        {
            var connect = Connect.Open("test:///default");
            using var go = new Barrier(3);
            Task[] tasks =
            [
                Task.Run(() => Racing(() => connect.Subscribe<DomainLifecycleNotice>(_ => { }).Dispose())),
                Task.Run(() => Racing(() => connect.RegisterCloseCallback(_ => { }))),
                Task.Run(() => Racing(connect.Dispose)),
            ];
            await Task.WhenAll(tasks);

            void Racing(Action act)
            {
                go.SignalAndWait();
                try
                {
                    act();
                }
                catch (ObjectDisposedException) when (act != connect.Dispose)
                {
                    return; // it came too late, which is one of the outcomes
                }
            }
        }

        Eventually.True(() => LiveCounts is (0, 0), $"everything given back: {LiveCounts}");
    }

    /// <summary>What a test that failed before has forgotten is for the collector.</summary>
    internal static void NothingIsHeldBefore() => Eventually.True(() =>
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return LiveCounts is (0, 0);
    }, "nothing is held");

    private static (long Handles, long Callbacks) LiveCounts
        => (global::LibvirtSharp.LiveCounts.Handles, global::LibvirtSharp.LiveCounts.Callbacks);

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
