using System.Data;
using Microsoft.Data.Sqlite;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>To which event of an actor a picture reaches, and how that event is told from another of its number.</summary>
/// <param name="Created">ticks of UTC, as the journal has them</param>
/// <param name="Build">whose form the picture has</param>
internal sealed record PictureHead(long Sequence, long Created, string Writer, string Build, byte[] Untold);

internal sealed record PictureRow(int Id, long Seen, byte[] Vm, byte[] Events);

/// <summary>
/// Pictures in a SQLite file of their own, so that writing them never waits for the journal nor the journal for them. Nothing in it is
/// known only here: a file that cannot be read is thrown away.
/// </summary>
internal sealed class PictureTable : IDisposable
{
    /// <summary>Whole after a power cut, if not always the newest: the journal knows the rest.</summary>
    private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;";

    /// <summary>Last events lie apart from their VMs: a recovery does not read them.</summary>
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS head (actor TEXT PRIMARY KEY, sequence INTEGER NOT NULL, created INTEGER NOT NULL, writer TEXT NOT NULL, build TEXT NOT NULL, untold BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS vm (actor TEXT NOT NULL, id INTEGER NOT NULL, seen INTEGER NOT NULL, vm BLOB NOT NULL, PRIMARY KEY (actor, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS events (actor TEXT NOT NULL, id INTEGER NOT NULL, seen INTEGER NOT NULL, events BLOB NOT NULL, PRIMARY KEY (actor, id)) WITHOUT ROWID;
        """;

    private readonly string _connection;
    private readonly SqliteConnection _writing;
    private readonly Lock _writes = new();

    public PictureTable(string path)
    {
        _connection = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString(); // a file that was thrown away is not kept open
        try
        {
            _writing = SqliteFile.Open(_connection, Pragmas + Schema);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26) // SQLITE_CORRUPT, SQLITE_NOTADB
        {
            foreach (var file in (string[])[path, path + "-wal", path + "-shm"])
                File.Delete(file);
            _writing = SqliteFile.Open(_connection, Pragmas + Schema);
        }
    }

    public PictureHead? Head(string actor)
    {
        using var reading = SqliteFile.Open(_connection, Pragmas);
        return Head(reading, null, actor);
    }

    /// <param name="since">null: the rows are all that there is of the actor</param>
    /// <exception cref="InvalidOperationException">The last picture is not the one that these rows build on.</exception>
    public void Save(string actor, long? since, PictureHead head, IReadOnlyList<PictureRow> rows)
    {
        lock (_writes)
        {
            using var transaction = _writing.BeginTransaction(IsolationLevel.Serializable, deferred: false);
            if (since is null)
            {
                Run(_writing, transaction, "DELETE FROM vm WHERE actor = $0", actor);
                Run(_writing, transaction, "DELETE FROM events WHERE actor = $0", actor);
            }
            else if (Head(_writing, transaction, actor)?.Sequence != since)
            {
                throw new InvalidOperationException($"the last picture of {actor} does not reach to its event {since}");
            }

            using var vm = Command(_writing, transaction, "INSERT OR REPLACE INTO vm VALUES ($0, $1, $2, $3)", actor, 0, 0L, Array.Empty<byte>());
            using var events = Command(_writing, transaction, "INSERT OR REPLACE INTO events VALUES ($0, $1, $2, $3)", actor, 0, 0L, Array.Empty<byte>());
            foreach (var row in rows)
            {
                (vm.Parameters[1].Value, vm.Parameters[2].Value, vm.Parameters[3].Value) = (row.Id, row.Seen, row.Vm);
                vm.ExecuteNonQuery();
                (events.Parameters[1].Value, events.Parameters[2].Value, events.Parameters[3].Value) = (row.Id, row.Seen, row.Events);
                events.ExecuteNonQuery();
            }

            Run(_writing, transaction, "INSERT OR REPLACE INTO head VALUES ($0, $1, $2, $3, $4, $5)", actor, head.Sequence, head.Created, head.Writer, head.Build, head.Untold);
            transaction.Commit();
        }
    }

    public IEnumerable<(long Seen, byte[] Vm)> Vms(string actor)
    {
        using var reading = SqliteFile.Open(_connection, Pragmas);
        using var select = Command(reading, null, "SELECT seen, vm FROM vm WHERE actor = $0", actor);
        using var rows = select.ExecuteReader();
        while (rows.Read())
            yield return (rows.GetInt64(0), (byte[])rows[1]);
    }

    /// <summary>Of those VMs that have any.</summary>
    public Dictionary<int, (long Seen, byte[] Events)> Events(string actor, IReadOnlyCollection<int> ids)
    {
        var found = new Dictionary<int, (long, byte[])>();
        if (ids.Count == 0)
            return found;
        using var reading = SqliteFile.Open(_connection, Pragmas);
        using var select = Command(reading, null, "SELECT seen, events FROM events WHERE actor = $0 AND id = $1", actor, 0);
        foreach (var id in ids)
        {
            select.Parameters[1].Value = id;
            using var row = select.ExecuteReader();
            if (row.Read())
                found[id] = (row.GetInt64(0), (byte[])row[1]);
        }

        return found;
    }

    public void Forget(string actor)
    {
        lock (_writes)
            Run(_writing, null, "DELETE FROM head WHERE actor = $0", actor);
    }

    public void Dispose() => _writing.Dispose();

    private static PictureHead? Head(SqliteConnection connection, SqliteTransaction? transaction, string actor)
    {
        using var select = Command(connection, transaction, "SELECT sequence, created, writer, build, untold FROM head WHERE actor = $0", actor);
        using var rows = select.ExecuteReader();
        return rows.Read() ? new(rows.GetInt64(0), rows.GetInt64(1), rows.GetString(2), rows.GetString(3), (byte[])rows[4]) : null;
    }

    private static void Run(SqliteConnection connection, SqliteTransaction? transaction, string text, params object[] values)
    {
        using var command = Command(connection, transaction, text, values);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string text, params object[] values)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (text, transaction);
        for (var n = 0; n < values.Length; n++)
            command.Parameters.AddWithValue($"${n}", values[n]);
        return command;
    }
}
