namespace PoweredAppliance.Drivers.Lanes;

/// <summary>One blocking call on its way through a lane. Its outcome is told once: by its end, its deadline or its caller's cancellation.</summary>
internal abstract class LaneCall(string what, long askedAt)
{
    private IDisposable? _timer;
    private CancellationTokenRegistration _stop;

    internal string What { get; } = what;

    /// <summary>Time stamp of when it was asked.</summary>
    internal long AskedAt { get; } = askedAt;

    internal void WatchedBy(IDisposable timer, CancellationTokenRegistration stop) => (_timer, _stop) = (timer, stop);

    /// <summary>The call is over: nobody needs to watch it any more.</summary>
    internal void Unwatch()
    {
        _timer?.Dispose();
        _stop.Unregister();
    }

    /// <summary>Runs the blocking work and tells how it ended; does not throw.</summary>
    internal abstract void Work();

    internal abstract void Fail(Exception why);

    internal abstract void Cancel(CancellationToken stop);
}

internal sealed class LaneCall<T>(string what, long askedAt, Func<CancellationToken, T> work) : LaneCall(what, askedAt)
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Not linked to the caller's token and without a timer, so it holds nothing that would have to be disposed.
    private readonly CancellationTokenSource _giveUp = new();

    internal Task<T> Outcome => _outcome.Task;

    internal override void Work()
    {
        if (_outcome.Task.IsCompleted)
            return;
        try
        {
            _outcome.TrySetResult(work(_giveUp.Token));
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            _outcome.TrySetCanceled(_giveUp.Token);
        }
        catch (Exception why)
        {
            _outcome.TrySetException(why);
        }
    }

    internal override void Fail(Exception why)
    {
        _outcome.TrySetException(why);
        _giveUp.Cancel();
    }

    internal override void Cancel(CancellationToken stop)
    {
        _outcome.TrySetCanceled(stop);
        _giveUp.Cancel();
    }
}
