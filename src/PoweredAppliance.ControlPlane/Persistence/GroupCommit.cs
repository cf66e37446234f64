using System.Threading.Channels;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>
/// The one writer of a journal: what came while a transaction was written goes into the next. A write that cannot be stored fails alone.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    private const int MostRows = 8_000;

    private readonly Channel<Asked> _asked = Channel.CreateUnbounded<Asked>(new() { SingleReader = true });
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
        return _asked.Writer.TryWrite(write) ? write.Stored.Task : Task.FromException(new ObjectDisposedException(nameof(GroupCommit)));
    }

    /// <summary>Writes what was asked for before, then ends.</summary>
    public void Dispose()
    {
        _asked.Writer.TryComplete();
        _writer.Join();
    }

    private void Run()
    {
        var batch = new List<Asked>();
        while (_asked.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            for (var rows = 0; rows < MostRows && _asked.Reader.TryRead(out var write); rows += write.Rows.Count)
                batch.Add(write);
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
