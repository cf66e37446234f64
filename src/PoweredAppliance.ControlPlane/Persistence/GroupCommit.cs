using System.Collections.Concurrent;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>
/// The one writer of a journal: what came while a transaction was written goes into the next. A write that cannot be stored fails alone.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    private const int MostRows = 8_000;

    private readonly BlockingCollection<Asked> _asked = [];
    private readonly EventTable _table;
    private readonly Thread _writer;

    /// <summary>The last event of each actor that was written to.</summary>
    private readonly Dictionary<string, long> _last = [];

    public GroupCommit(EventTable table)
    {
        _table = table;
        _writer = new(Run) { IsBackground = true, Name = "journal writer" };
        _writer.Start();
    }

    private sealed record Asked(IReadOnlyList<EventRow> Rows, TaskCompletionSource Stored);

    /// <summary>Ends when the rows are on disk, all of them; fails when none is.</summary>
    public Task Write(IReadOnlyList<EventRow> rows)
    {
        var write = new Asked(rows, new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            _asked.Add(write);
        }
        catch (InvalidOperationException)
        {
            return Task.FromException(new ObjectDisposedException(nameof(GroupCommit)));
        }

        return write.Stored.Task;
    }

    /// <summary>Writes what was asked for before, then ends.</summary>
    public void Dispose()
    {
        _asked.CompleteAdding();
        _writer.Join();
    }

    private void Run()
    {
        var batch = new List<Asked>();
        foreach (var first in _asked.GetConsumingEnumerable())
        {
            batch.Clear();
            batch.Add(first);
            for (var rows = first.Rows.Count; rows < MostRows && _asked.TryTake(out var next); rows += next.Rows.Count)
                batch.Add(next);
            Store(batch);
        }
    }

    /// <summary>What follows an event that could not be stored is not stored either: an actor never recovers with a gap.</summary>
    private Dictionary<string, long> Continue(List<Asked> batch)
    {
        var last = new Dictionary<string, long>();
        foreach (var row in batch.SelectMany(write => write.Rows))
        {
            if ((last.TryGetValue(row.Actor, out var before) || _last.TryGetValue(row.Actor, out before)) && row.Sequence != before + 1)
                throw new InvalidOperationException($"event {row.Sequence} of {row.Actor} does not follow its event {before}, which is the last that is stored");
            last[row.Actor] = row.Sequence;
        }

        return last;
    }

    private void Store(List<Asked> batch)
    {
        try
        {
            var last = Continue(batch);
            _table.Append(batch.SelectMany(write => write.Rows));
            foreach (var (actor, sequence) in last)
                _last[actor] = sequence;
            foreach (var write in batch)
                write.Stored.SetResult();
        }
        catch (Exception) when (batch.Count > 1)
        {
            foreach (var write in batch)
                Store([write]);
        }
        catch (Exception e)
        {
            batch[0].Stored.SetException(e);
        }
    }
}
