using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Serialization;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>
/// The journal in a SQLite file, in the table that Akka.Persistence.Sql makes, so either reads what the other wrote. All that is asked
/// for while a transaction is written goes into the next one; an actor's events are read by two prepared statements. Events are never deleted.
/// </summary>
/// <remarks>Config: <c>connection-string</c>.</remarks>
public sealed class SqliteJournal : AsyncWriteJournal
{
    private readonly EventTable _table;
    private readonly GroupCommit _commits;
    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly ExtendedActorSystem _system = (ExtendedActorSystem)Context.System;

    public SqliteJournal(Config config)
    {
        _table = new(config.GetString("connection-string"));
        _commits = new(_table);
    }

    public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        Task.Run(() => _table.Highest(persistenceId), cancellationToken);

    public override Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback) => Task.Run(() =>
    {
        foreach (var row in _table.Read(persistenceId, fromSequenceNr, toSequenceNr, max))
            recoveryCallback(new Persistent(
                _serialization.Deserialize(row.Message, row.Serializer, row.Manifest), row.Sequence, persistenceId, row.Manifest, isDeleted: false, sender: null,
                row.Writer, row.Created));
    });

    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        List<EventRow> rows = [];
        ImmutableList<Exception?>? failures = null;
        var n = 0;
        foreach (var write in messages)
        {
            var before = rows.Count;
            try
            {
                foreach (var message in (IImmutableList<IPersistentRepresentation>)write.Payload)
                    rows.Add(RowOf(message));
                failures = failures?.Add(null);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // That write alone is refused; who asked for it is told so.
                rows.RemoveRange(before, rows.Count - before);
                failures = (failures ?? [.. Enumerable.Repeat<Exception?>(null, n)]).Add(e);
            }

            n++;
        }

        return Stored(rows, failures);
    }

    private async Task<IImmutableList<Exception>> Stored(List<EventRow> rows, ImmutableList<Exception?>? failures)
    {
        if (rows.Count > 0)
            await _commits.Write(rows).ConfigureAwait(false);
        return failures!; // null, by the contract: all are stored
    }

    protected override Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr, CancellationToken cancellationToken) =>
        throw new NotSupportedException("events are never deleted");

    protected override void PostStop()
    {
        _commits.Dispose();
        _table.Dispose();
        base.PostStop();
    }

    private EventRow RowOf(IPersistentRepresentation message)
    {
        var serializer = _serialization.FindSerializerForType(message.Payload.GetType());
        var (manifest, bytes) = Akka.Serialization.Serialization.WithTransport(_system, (serializer, message.Payload), static state =>
            (state.serializer is SerializerWithStringManifest named ? named.Manifest(state.Payload) : "", state.serializer.ToBinary(state.Payload)));
        return new(message.PersistenceId, message.SequenceNr, _system.Scheduler.Now.UtcTicks, bytes, manifest, serializer.Identifier, message.WriterGuid);
    }
}
