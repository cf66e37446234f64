using System.Collections.Concurrent;
using System.Data;
using Microsoft.Data.Sqlite;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <param name="Created">ticks of UTC</param>
/// <param name="Manifest">what the serializer calls its form</param>
internal sealed record EventRow(string Actor, long Sequence, long Created, byte[] Message, string Manifest, int Serializer, string Writer);

/// <summary>The table of events in a SQLite file: one writer at a time, readers beside it.</summary>
internal sealed class EventTable : IDisposable
{
    /// <summary>synchronous=FULL: what was acknowledged survives a power cut (law 2).</summary>
    private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;";

    /// <summary>
    /// Each actor's events have a page of their own in the index, so that a transaction of many actors is many pages: they are written back
    /// to the file after 64 MiB of log, not after each few transactions, and stay in memory meanwhile.
    /// </summary>
    private const string WriterPragmas = "PRAGMA wal_autocheckpoint=16384; PRAGMA cache_size=-65536;";

    /// <summary>As Akka.Persistence.Sql makes it, less two indexes that nobody reads by and every event would pay for.</summary>
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS journal (
          ordering INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL, deleted Bit NOT NULL, persistence_id NVarChar(255) NOT NULL,
          sequence_number INTEGER NOT NULL, message VarBinary NOT NULL, manifest NVarChar(500) NULL, identifier INTEGER NULL, writer_uuid NVarChar(128) NULL);
        CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal (persistence_id, sequence_number);
        DROP INDEX IF EXISTS journal_created_idx;
        DROP INDEX IF EXISTS journal_sequence_number_idx;
        """;

    private readonly string _connection;
    private readonly ConcurrentBag<Reader> _readers = [];
    private readonly SqliteConnection _writing;
    private readonly SqliteCommand _insert;

    public EventTable(string connection)
    {
        _writing = SqliteFile.Open(_connection = connection, Pragmas + WriterPragmas + Schema);

        _insert = Command(_writing, """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            VALUES ($created, 0, $actor, $sequence, $message, $manifest, $serializer, $writer)
            """, "$created", "$actor", "$sequence", "$message", "$manifest", "$serializer", "$writer");
    }

    /// <summary>All of them, in one transaction, or none.</summary>
    public void Append(IEnumerable<EventRow> rows)
    {
        using var transaction = _writing.BeginTransaction(IsolationLevel.Serializable, deferred: false);
        _insert.Transaction = transaction;
        foreach (var row in rows)
        {
            object[] values = [row.Created, row.Actor, row.Sequence, row.Message, row.Manifest, row.Serializer, row.Writer];
            for (var n = 0; n < values.Length; n++)
                _insert.Parameters[n].Value = values[n];
            _insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>0: it has no events.</summary>
    public long Highest(string actor)
    {
        var reader = Rent();
        try
        {
            reader.Highest.Parameters[0].Value = actor;
            return reader.Highest.ExecuteScalar() is long highest ? highest : 0;
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    /// <summary>Events of the actor in their order, at most so many.</summary>
    public IEnumerable<EventRow> Read(string actor, long from, long to, long most)
    {
        var reader = Rent();
        try
        {
            object[] values = [actor, from, to, most];
            for (var n = 0; n < values.Length; n++)
                reader.Events.Parameters[n].Value = values[n];
            using var rows = reader.Events.ExecuteReader();
            while (rows.Read())
                yield return new(
                    actor, rows.GetInt64(0), rows.GetInt64(1), (byte[])rows[2], rows.IsDBNull(3) ? "" : rows.GetString(3), rows.GetInt32(4), rows.IsDBNull(5) ? "" : rows.GetString(5));
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    public void Dispose()
    {
        foreach (var reader in _readers)
            reader.Dispose();
        _insert.Dispose();
        _writing.Dispose();
    }

    private Reader Rent() => _readers.TryTake(out var reader) ? reader : new(SqliteFile.Open(_connection, Pragmas));

    private static SqliteCommand Command(SqliteConnection connection, string text, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in parameters)
            command.Parameters.Add(new(name, null));
        return command;
    }

    private sealed class Reader(SqliteConnection connection) : IDisposable
    {
        public SqliteCommand Highest { get; } = Command(connection, "SELECT MAX(sequence_number) FROM journal WHERE persistence_id = $actor", "$actor");

        public SqliteCommand Events { get; } = Command(connection, """
            SELECT sequence_number, created, message, manifest, identifier, writer_uuid FROM journal
            WHERE persistence_id = $actor AND sequence_number BETWEEN $from AND $to AND deleted = 0 ORDER BY sequence_number LIMIT $most
            """, "$actor", "$from", "$to", "$most");

        public void Dispose()
        {
            Highest.Dispose();
            Events.Dispose();
            connection.Dispose();
        }
    }
}
