namespace PoweredAppliance.Api.Auth;

/// <summary>
/// Turns at something costly, of which few are had at once. Whoever wants one stands in a line, and the lines take turns: however many
/// stand in one, the others wait no longer. A line has one turn at a time, and may have to rest behind it.
/// </summary>
/// <param name="atOnce">turns that are had at the same time, by different lines</param>
/// <param name="longest">how many may wait in one line; whoever comes then is sent away at once</param>
internal sealed class FairTurns<TLine>(int atOnce, int longest, TimeProvider time) where TLine : notnull
{
    private readonly Lock _lock = new();

    /// <summary>Those that have waiters, a turn or a rest; nobody else is remembered.</summary>
    private readonly Dictionary<TLine, Queue<TaskCompletionSource>> _lines = [];

    /// <summary>The lines that could have a turn now, in the order in which they get it.</summary>
    private readonly Queue<TLine> _next = new();

    private int _free = atOnce;

    /// <summary>True: it is one's turn, until <see cref="Leave"/>. False: the line is too long, or did not move within that time.</summary>
    public async Task<bool> Wait(TLine line, TimeSpan patience, CancellationToken stop)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_lines.TryGetValue(line, out var waiting))
            {
                _lines.Add(line, waiting = new());
                _next.Enqueue(line);
            }

            if (waiting.Count >= longest)
                return false;
            waiting.Enqueue(turn);
            GiveTurns();
        }

        try
        {
            await turn.Task.WaitAsync(patience, time, stop).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return !turn.TrySetCanceled(); // it may have been given at the last moment
        }
        catch (OperationCanceledException)
        {
            if (!turn.TrySetCanceled())
                Leave(line, TimeSpan.Zero);
            throw;
        }
    }

    /// <summary>The turn is over. The line's next comes after the rest; the other lines need not wait for that.</summary>
    public void Leave(TLine line, TimeSpan rest)
    {
        lock (_lock)
        {
            _free++;
            if (rest == TimeSpan.Zero)
                Return(line);
            GiveTurns();
        }

        if (rest > TimeSpan.Zero)
            _ = Rest(line, rest);
    }

    private async Task Rest(TLine line, TimeSpan rest)
    {
        await Task.Delay(rest, time, CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            Return(line);
            GiveTurns();
        }
    }

    /// <summary>A line in which nobody stands is none.</summary>
    private void Return(TLine line)
    {
        if (_lines[line].Count == 0)
            _lines.Remove(line);
        else
            _next.Enqueue(line);
    }

    private void GiveTurns()
    {
        while (_free > 0 && _next.TryDequeue(out var line))
        {
            var waiting = _lines[line];
            var taken = false;
            while (!taken && waiting.TryDequeue(out var turn))
                taken = turn.TrySetResult(); // not by those who went away
            if (taken)
                _free--;
            else
                _lines.Remove(line);
        }
    }
}
