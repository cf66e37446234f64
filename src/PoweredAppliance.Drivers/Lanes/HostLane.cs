using System.Globalization;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Lanes;

/// <summary>
/// The blocking calls to one host, on threads of their own: a host that hangs takes its own threads along and nobody else's.
/// <code>
///            +--------------- queue (bounded) ---------------+
///  Run ----> | waits |----> | runs on a thread |----> outcome
///            +-- deadline --+------ deadline ---> HostUnreachableException; the thread is written off and replaced
///                                                 while spares last. When every thread hangs, calls fail at once,
///                                                 with the reason. A thread that comes back works again, or ends
///                                                 when its place is filled.
/// </code>
/// A deadline counts from the call on, its wait in the queue included.
/// </summary>
public sealed class HostLane : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<LaneCall> _queue = [];
    private readonly List<LaneThread> _threads = [];
    private readonly SemaphoreSlim _work = new(0);
    private readonly string _name;
    private readonly int _width;
    private readonly int _most;
    private readonly int _queueLimit;
    private readonly TimeProvider _time;
    private bool _closed;

    /// <param name="name">said in messages and thread names, such as <c>host a, quick lane</c></param>
    /// <param name="width">calls at a time</param>
    /// <param name="spares">hanging threads that are replaced, so at most width + spares threads in all</param>
    /// <param name="queueLimit">calls that may wait</param>
    public HostLane(string name, int width, int spares, int queueLimit, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(spares);
        (_name, _width, _most, _queueLimit, _time) = (name, width, width + spares, queueLimit, time);
    }

    /// <summary>Threads that the lane holds now, hanging ones included.</summary>
    public int Threads { get { lock (_lock) return _threads.Count; } }

    /// <summary>Threads whose call has passed its deadline and has not come back.</summary>
    public int Hanging { get { lock (_lock) return HangingNow; } }

    private int HangingNow => _threads.Count(t => t.WrittenOff);

    private bool AllHang => _threads.Count == _most && HangingNow == _most;

    /// <summary>
    /// Runs blocking work on the lane. Throws what the work throws, <see cref="HostUnreachableException"/> when the deadline
    /// passes or the lane hangs or is full, <see cref="OperationCanceledException"/> when <paramref name="stop"/> fires.
    /// The work's own token fires in the last two cases too; what the work returns then is lost, so it must keep nothing open.
    /// </summary>
    public Task<T> Run<T>(string what, TimeSpan deadline, Func<CancellationToken, T> work, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var call = new LaneCall<T>(what, _time.GetTimestamp(), work);
        call.WatchedBy(
            _time.CreateTimer(_ => Overdue(call, deadline), null, deadline, Timeout.InfiniteTimeSpan),
            stop.UnsafeRegister(_ => GiveUp(call, stop), null));
        if (WhyNot(call) is { } why)
        {
            call.Unwatch();
            return Task.FromException<T>(why);
        }
        _work.Release();
        return call.Outcome;
    }

    public Task Run(string what, TimeSpan deadline, Action<CancellationToken> work, CancellationToken stop) =>
        Run(what, deadline, given => { work(given); return true; }, stop);

    private Exception? WhyNot(LaneCall call)
    {
        lock (_lock)
        {
            if (_closed)
                return new ObjectDisposedException(_name);
            if (AllHang)
                return new HostUnreachableException(AllHangText());
            if (_queue.Count >= _queueLimit)
                return new HostUnreachableException($"{_name}: {_queue.Count} calls wait already; running: {Running()}");
            _queue.AddLast(call);
            if (_threads.Count(t => t.Call is null) < _queue.Count)
                Grow();
            return null;
        }
    }

    private void Overdue(LaneCall call, TimeSpan deadline)
    {
        string message;
        lock (_lock)
        {
            var within = deadline.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            if (_queue.Remove(call))
            {
                message = $"{_name}: {call.What} did not get its turn within {within} s; running: {Running()}";
            }
            else if (_threads.Find(t => ReferenceEquals(t.Call, call)) is { } thread)
            {
                message = $"{_name}: {call.What} did not answer within {within} s";
                thread.WrittenOff = true;
                Grow();
                if (AllHang)
                    FailWaiting(new HostUnreachableException(AllHangText()));
            }
            else
            {
                return;
            }
        }
        call.Fail(new HostUnreachableException(message));
    }

    private void GiveUp(LaneCall call, CancellationToken stop)
    {
        lock (_lock)
            _queue.Remove(call);
        call.Cancel(stop);
    }

    private void Grow()
    {
        if (_closed || _threads.Count - HangingNow >= _width || _threads.Count >= _most)
            return;
        var thread = new LaneThread();
        _threads.Add(thread);
        new Thread(() => Turn(thread)) { IsBackground = true, Name = _name }.Start();
    }

    private void Turn(LaneThread mine)
    {
        while (Next(mine) is { } call)
        {
            call.Work();
            call.Unwatch();
        }
    }

    /// <summary>Ends the call before and waits for the next one; null: the thread is to end.</summary>
    private LaneCall? Next(LaneThread mine)
    {
        lock (_lock)
        {
            mine.Call = null;
            mine.WrittenOff = false;
            if (_threads.Count - HangingNow > _width)
            {
                _threads.Remove(mine);
                return null;
            }
        }
        while (true)
        {
            _work.Wait();
            lock (_lock)
            {
                if (_queue.First is { } first)
                {
                    _queue.RemoveFirst();
                    return mine.Call = first.Value;
                }
                if (!_closed)
                    continue; // a call that left the queue left its signal behind
                _threads.Remove(mine);
                _work.Release(); // for the next thread that has to end
                return null;
            }
        }
    }

    private void FailWaiting(Exception why)
    {
        foreach (var waiting in _queue)
        {
            waiting.Unwatch();
            waiting.Fail(why);
        }
        _queue.Clear();
    }

    private string AllHangText() => $"{_name}: all {_most} threads hang: {Running()}";

    private string Running() => string.Join(", ", _threads.Where(t => t.Call is not null).Select(t =>
        $"{t.Call!.What} for {_time.GetElapsedTime(t.Call.AskedAt).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"));

    /// <summary>Fails what waits and lets what runs end; a hanging thread ends when its call comes back.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            FailWaiting(new ObjectDisposedException(_name));
        }
        _work.Release();
    }
}
