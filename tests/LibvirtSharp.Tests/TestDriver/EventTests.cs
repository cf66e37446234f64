using System.Collections.Concurrent;

namespace LibvirtSharp.Tests.TestDriver;

public sealed class EventTests : IDisposable
{
    private readonly Connect _connect = TestHost.Open();

    public void Dispose() => _connect.Dispose();

    [Fact]
    public void Every_event_that_libvirt_can_register_has_a_notice()
    {
        var kinds = NoticeKind.All;

        Assert.Equal(Enumerable.Range(0, (int)DomainEventId.Last), Ids(EventFamily.Domain));
        Assert.Equal(Enumerable.Range(0, (int)NetworkEventId.Last), Ids(EventFamily.Network));
        Assert.Equal(Enumerable.Range(0, (int)StoragePoolEventId.Last), Ids(EventFamily.StoragePool));
        Assert.Equal(Enumerable.Range(0, (int)NodeDeviceEventId.Last), Ids(EventFamily.NodeDevice));
        Assert.Equal(Enumerable.Range(0, (int)SecretEventId.Last), Ids(EventFamily.Secret));
        var notices = typeof(Notice).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Notice)) && !t.IsAbstract);
        Assert.Equal(notices.Select(t => t.Name).Order(), kinds.Select(k => k.Type.Name).Order());

        IEnumerable<int> Ids(EventFamily family) => kinds.Where(k => k.Family == family).Select(k => k.Id).Order();
    }

    [Fact]
    public void The_life_of_a_domain_is_told_in_order()
    {
        var heard = new ConcurrentQueue<DomainLifecycleNotice>();
        using var subscription = _connect.Subscribe<DomainLifecycleNotice>(heard.Enqueue);

        using var domain = _connect.DefineXml(DomainTests.Xml("told"));
        domain.Create();
        domain.Suspend();
        domain.Resume();
        domain.Shutdown();
        domain.Undefine();

        Eventually.True(() => heard.Count >= 6, "six notices");
        Assert.Equal(
            [
                (DomainEventType.Defined, (int)DomainEventDefinedDetailType.Added),
                (DomainEventType.Started, (int)DomainEventStartedDetailType.Booted),
                (DomainEventType.Suspended, (int)DomainEventSuspendedDetailType.Paused),
                (DomainEventType.Resumed, (int)DomainEventResumedDetailType.Unpaused),
                (DomainEventType.Stopped, (int)DomainEventStoppedDetailType.Shutdown),
                (DomainEventType.Undefined, (int)DomainEventUndefinedDetailType.Removed),
            ],
            heard.Select(n => (n.Event, n.Detail)));
        Assert.All(heard, n => Assert.Equal(("told", domain.Uuid), (n.Domain.Name, n.Domain.Uuid)));
    }

    [Fact]
    public void Who_asks_for_one_domain_hears_of_no_other()
    {
        var heard = new ConcurrentQueue<DomainLifecycleNotice>();
        using var mine = _connect.DefineXml(DomainTests.Xml("mine"));
        using var other = _connect.DefineXml(DomainTests.Xml("other"));
        using var subscription = _connect.Subscribe<DomainLifecycleNotice>(heard.Enqueue, only: mine);

        other.Create();
        mine.Create();

        Eventually.True(() => !heard.IsEmpty, "a notice");
        Assert.All(heard, n => Assert.Equal("mine", n.Domain.Name));
    }

    [Fact]
    public void Who_asks_for_everything_hears_of_every_kind_of_thing()
    {
        var heard = new ConcurrentQueue<Notice>();
        using var subscription = _connect.Subscribe<Notice>(heard.Enqueue);

        using var domain = _connect.LookupDomainByName("test");
        domain.SetMetadata(DomainMetadataType.Title, "new");
        using var network = _connect.NetworkLookupByName("default");
        network.Destroy();
        using var pool = _connect.StoragePoolLookupByName("default-pool");
        pool.Refresh();

        Eventually.True(() => heard.OfType<MetadataChangeNotice>().Any() && heard.OfType<NetworkLifecycleNotice>().Any()
            && heard.OfType<StoragePoolRefreshNotice>().Any(), "a notice of each");
        Assert.Equal((DomainMetadataType.Title, "test"), heard.OfType<MetadataChangeNotice>().Select(n => (n.Type, n.Domain.Name)).Single());
        Assert.Equal(("default", network.Uuid, NetworkEventLifecycleType.Stopped),
            heard.OfType<NetworkLifecycleNotice>().Select(n => (n.Name, n.Uuid, n.Event)).Single());
        Assert.Equal(("default-pool", pool.Uuid), heard.OfType<StoragePoolRefreshNotice>().Select(n => (n.Name, n.Uuid)).Single());
    }

    [Fact]
    public void Nothing_is_heard_after_the_subscription_has_ended()
    {
        var ended = new ConcurrentQueue<Notice>();
        var standing = new ConcurrentQueue<Notice>();
        var subscription = _connect.Subscribe<DomainLifecycleNotice>(ended.Enqueue);
        using var other = _connect.Subscribe<DomainLifecycleNotice>(standing.Enqueue);
        subscription.Dispose();
        subscription.Dispose();

        using var domain = _connect.DefineXml(DomainTests.Xml("unheard"));

        Eventually.True(() => !standing.IsEmpty, "the other one's notice");
        Assert.Empty(ended);
    }

    [Fact]
    public void A_handler_that_throws_is_reported_and_hears_the_next_notice()
    {
        var failures = new ConcurrentQueue<Exception>();
        var calls = 0;
        void Report(Exception e) => failures.Enqueue(e);
        EventLoop.HandlerFailed += Report;
        try
        {
            using var subscription = _connect.Subscribe<DomainLifecycleNotice>(_ =>
            {
                Interlocked.Increment(ref calls);
                throw new InvalidOperationException("clumsy");
            });
            using var domain = _connect.DefineXml(DomainTests.Xml("clumsy"));
            domain.Create();

            Eventually.True(() => Volatile.Read(ref calls) == 2, "both notices");
            Eventually.True(() => failures.Count(f => f.Message == "clumsy") == 2, "both failures");
        }
        finally
        {
            EventLoop.HandlerFailed -= Report;
        }
    }

    [Fact]
    public async Task Handlers_run_on_the_one_event_loop_thread_and_may_call_libvirt_and_unsubscribe()
    {
        // What awaits it must not go on on the event-loop thread, where it would keep all others from hearing anything.
        var done = new TaskCompletionSource<(bool OnLoop, DomainState State)>(TaskCreationOptions.RunContinuationsAsynchronously);
        IDisposable? subscription = null;
        using var set = new ManualResetEventSlim();
        subscription = _connect.Subscribe<DomainLifecycleNotice>(n =>
        {
            set.Wait();
            using var domain = _connect.LookupDomainByUuid(n.Domain.Uuid);
            subscription!.Dispose();
            done.TrySetResult((EventLoop.IsCurrentThread, domain.GetState().State));
        });
        set.Set();

        using var domain = _connect.CreateXml(DomainTests.Xml("reentrant"));

        Assert.Equal((true, DomainState.Running), await done.Task.WaitAsync(Eventually.Patience));
    }

    [Fact]
    public void The_handler_of_a_connections_event_may_close_it()
    {
        for (var i = 0; i < 200; i++)
        {
            using var closed = new ManualResetEventSlim();
            using var connect = TestHost.Open();
            connect.Subscribe<DomainLifecycleNotice>(_ =>
            {
                connect.Dispose();
                closed.Set();
            });
            using (var domain = connect.DefineXml(DomainTests.Xml("last")))
                Assert.True(closed.Wait(Eventually.Patience), "the handler ran");
        }
    }

    [Fact]
    public void A_notice_that_is_about_no_domain_is_not_to_be_had_for_one()
    {
        using var domain = _connect.LookupDomainByName("test");
        Assert.Throws<ArgumentException>(() => _connect.Subscribe<NetworkLifecycleNotice>(_ => { }, only: domain));
    }

    [Fact]
    public void Two_who_ask_for_the_same_both_hear_it()
    {
        var first = new ConcurrentQueue<Notice>();
        var second = new ConcurrentQueue<Notice>();
        using var one = _connect.Subscribe<DomainLifecycleNotice>(first.Enqueue);
        using var two = _connect.Subscribe<DomainNotice>(second.Enqueue);

        using var domain = _connect.DefineXml(DomainTests.Xml("shared"));

        Eventually.True(() => first.Count == 1 && second.Count == 1, "a notice each");
        Assert.Equal(first.Single(), second.Single());
    }

    [Fact]
    public void An_event_that_the_driver_does_not_have_is_refused_and_leaves_nothing_behind()
    {
        using var connect = Connect.Open("test:///default");

        var failure = Assert.Throws<LibvirtException>(() => connect.Subscribe<SecretLifecycleNotice>(_ => { }));

        Assert.Equal((ErrorNumber.NoSupport, "virConnectSecretEventRegisterAny"), (failure.Code, failure.Function));
    }

    [Fact]
    public void The_event_loop_turns_while_nothing_happens()
    {
        var before = EventLoop.Turns;

        Eventually.True(() => EventLoop.Turns > before, "the loop's own tick");
    }
}
