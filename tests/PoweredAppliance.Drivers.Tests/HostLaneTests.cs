using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Lanes;

namespace PoweredAppliance.Drivers.Tests;

public sealed class HostLaneTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly HandTime _time = new();

    private HostLane Lane(int width = 1, int spares = 0, int queueLimit = 100) => new("host a", width, spares, queueLimit, _time);

    /// <summary>A call that hangs until <paramref name="frozen"/> is set, and has already passed its deadline.</summary>
    private async Task<HostUnreachableException> Overdue(HostLane lane, string what, ManualResetEventSlim frozen)
    {
        using var begun = new ManualResetEventSlim();
        var call = lane.Run(what, Soon, _ => { begun.Set(); return Hang(frozen); }, default);
        Assert.True(begun.Wait(Long));
        _time.Advance(Soon);
        return await Assert.ThrowsAsync<HostUnreachableException>(() => call);
    }

    [Fact]
    public async Task Work_runs_on_a_thread_of_the_lanes_own()
    {
        using var lane = Lane();
        var (name, pool) = await lane.Run("look", Long, _ => (Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread), default);
        Assert.Equal("host a", name);
        Assert.False(pool);
    }

    [Fact]
    public async Task What_the_work_throws_is_what_the_caller_gets()
    {
        using var lane = Lane();
        var why = await Assert.ThrowsAsync<InvalidDataException>(() => lane.Run("read", Long, Throw, default));
        Assert.Equal("torn", why.Message);

        static int Throw(CancellationToken stop) => throw new InvalidDataException("torn");
    }

    [Fact]
    public async Task A_call_that_passes_its_deadline_says_so_and_its_thread_is_replaced()
    {
        using var lane = Lane(width: 1, spares: 1);
        using var frozen = new ManualResetEventSlim();
        var why = await Overdue(lane, "domstats", frozen);
        Assert.Equal("host a: domstats did not answer within 5 s", why.Message);
        Assert.Equal(1, lane.Hanging);
        Assert.Equal(7, await lane.Run("next", Long, _ => 7, default));
        frozen.Set();
    }

    [Fact]
    public async Task When_every_thread_hangs_calls_fail_at_once_with_the_reason()
    {
        using var lane = Lane(width: 1, spares: 1);
        using var frozen = new ManualResetEventSlim();
        for (var i = 0; i < 2; i++)
            await Overdue(lane, "open", frozen);
        Assert.Equal((2, 2), (lane.Threads, lane.Hanging));
        var refused = lane.Run("open", Long, _ => 1, default);
        Assert.True(refused.IsFaulted);
        var why = await Assert.ThrowsAsync<HostUnreachableException>(() => refused);
        Assert.StartsWith("host a: all 2 threads hang: open for ", why.Message, StringComparison.Ordinal);
        frozen.Set();
    }

    [Fact]
    public async Task What_waits_behind_the_last_hanging_thread_fails_with_it()
    {
        using var lane = Lane();
        using var frozen = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var hanging = lane.Run("open", Soon, _ => { begun.Set(); return Hang(frozen); }, default);
        Assert.True(begun.Wait(Long));
        var waiting = lane.Run("list", Long, _ => 1, default);
        _time.Advance(Soon);
        await Assert.ThrowsAsync<HostUnreachableException>(() => hanging);
        await Assert.ThrowsAsync<HostUnreachableException>(() => waiting);
        frozen.Set();
    }

    [Fact]
    public async Task A_thread_that_comes_back_is_used_again()
    {
        using var lane = Lane();
        using var frozen = new ManualResetEventSlim();
        await Overdue(lane, "open", frozen);
        frozen.Set();
        await Until(() => lane.Hanging == 0);
        Assert.Equal(3, await lane.Run("list", Long, _ => 3, default));
        Assert.Equal(1, lane.Threads);
    }

    [Fact]
    public async Task A_thread_that_comes_back_ends_when_its_place_is_filled()
    {
        using var lane = Lane(width: 1, spares: 3);
        using var frozen = new ManualResetEventSlim();
        for (var i = 0; i < 3; i++)
            await Overdue(lane, "open", frozen);
        Assert.Equal(4, lane.Threads);
        frozen.Set();
        await Until(() => lane.Threads == 1);
        Assert.Equal(5, await lane.Run("list", Long, _ => 5, default));
    }

    [Fact]
    public async Task A_call_that_waits_too_long_names_what_it_waited_for()
    {
        using var lane = Lane();
        using var busy = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var slow = lane.Run("save", Long, _ => { begun.Set(); return Hang(busy); }, default);
        Assert.True(begun.Wait(Long));
        var waiting = lane.Run("list", Soon, _ => 1, default);
        _time.Advance(Soon);
        var why = await Assert.ThrowsAsync<HostUnreachableException>(() => waiting);
        Assert.Equal("host a: list did not get its turn within 5 s; running: save for 5.0 s", why.Message);
        busy.Set();
        await slow;
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        using var lane = Lane(queueLimit: 2);
        using var busy = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var slow = lane.Run("save", Long, _ => { begun.Set(); return Hang(busy); }, default);
        Assert.True(begun.Wait(Long));
        var waiting = new[] { lane.Run("a", Long, _ => 1, default), lane.Run("b", Long, _ => 2, default) };
        var why = await Assert.ThrowsAsync<HostUnreachableException>(() => lane.Run("c", Long, _ => 3, default));
        Assert.Contains("2 calls wait already; running: save", why.Message, StringComparison.Ordinal);
        busy.Set();
        var answers = await Task.WhenAll(waiting);
        Assert.Equal([1, 2], answers);
        await slow;
    }

    [Fact]
    public async Task A_cancelled_call_leaves_the_queue_and_never_runs()
    {
        using var lane = Lane();
        using var busy = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var slow = lane.Run("save", Long, _ => { begun.Set(); return Hang(busy); }, default);
        Assert.True(begun.Wait(Long));
        var ran = false;
        var waiting = lane.Run("list", Long, _ => ran = true, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        busy.Set();
        await slow;
        await lane.Run("after", Long, _ => 0, default);
        Assert.False(ran);
    }

    [Fact]
    public async Task Cancelling_a_running_call_tells_the_work_and_a_thread_that_still_hangs_is_written_off_at_its_deadline()
    {
        using var lane = Lane(width: 1, spares: 1);
        using var frozen = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = lane.Run("upload", Soon, given =>
        {
            given.Register(() => told.SetResult());
            begun.Set();
            return Hang(frozen);
        }, stop.Token);
        Assert.True(begun.Wait(Long));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await told.Task;
        Assert.Equal(0, lane.Hanging);
        _time.Advance(Soon);
        Assert.Equal(1, lane.Hanging);
        frozen.Set();
    }

    [Fact]
    public async Task A_hanging_host_does_not_delay_another()
    {
        using var hanging = Lane();
        using var other = new HostLane("host b", 1, 0, 10, TimeProvider.System);
        using var frozen = new ManualResetEventSlim();
        var stuck = hanging.Run("open", Long, _ => Hang(frozen), default);
        for (var i = 0; i < 100; i++)
            Assert.Equal(i, await other.Run("list", Long, _ => i, default));
        Assert.False(stuck.IsCompleted);
        frozen.Set();
        await stuck;
    }

    [Fact]
    public async Task No_more_calls_run_at_a_time_than_the_lane_is_wide()
    {
        using var lane = Lane(width: 3, queueLimit: 1000);
        var (now, most) = (0, 0);
        var gate = new object();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => lane.Run("work", Long, _ =>
        {
            lock (gate)
                most = Math.Max(most, ++now);
            Thread.Yield();
            lock (gate)
                now--;
            return 0;
        }, default)));
        Assert.InRange(most, 1, 3);
        Assert.InRange(lane.Threads, 1, 3);
    }

    [Fact]
    public async Task A_closed_lane_fails_what_waits_and_lets_its_threads_end()
    {
        var lane = Lane(width: 2);
        using var busy = new ManualResetEventSlim();
        using var begun = new CountdownEvent(2);
        var running = new[] { "a", "b" }.Select(what => lane.Run(what, Long, _ => { begun.Signal(); return Hang(busy); }, default)).ToList();
        Assert.True(begun.Wait(Long));
        var waiting = lane.Run("c", Long, _ => 1, default);
        lane.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => lane.Run("d", Long, _ => 1, default));
        busy.Set();
        await Task.WhenAll(running);
        await Until(() => lane.Threads == 0);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    private static int Hang(ManualResetEventSlim until)
    {
        until.Wait();
        return 0;
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Long);
        while (!condition())
            await Task.Delay(5, deadline.Token);
    }
}
