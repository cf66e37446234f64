using Microsoft.Data.Sqlite;
using PoweredAppliance.ControlPlane.Persistence;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class SqliteJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("powered-journal-").FullName;

    private string Connection => $"Data Source={Path.Combine(_folder, "journal.db")}";

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private static EventRow Row(string actor, long sequence, string text = "{}") => new(actor, sequence, 639_317_149_046_242_748, System.Text.Encoding.UTF8.GetBytes(text), "vm/created/1", 2616, "w");

    private static IEnumerable<long> Sequences(EventTable table, string actor) => table.Read(actor, 1, long.MaxValue, long.MaxValue).Select(row => row.Sequence);

    private List<string> Ask(string sql)
    {
        using var connection = new SqliteConnection(Connection);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var found = new List<string>();
        while (rows.Read())
            found.Add(rows.GetString(0));
        return found;
    }

    [Fact]
    public void A_journal_of_Akka_Persistence_Sql_is_read_and_written_on()
    {
        Ask("""
            CREATE TABLE [journal] ([ordering] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, [created] INTEGER NOT NULL, [deleted] Bit NOT NULL,
              [persistence_id] NVarChar(255) NOT NULL, [sequence_number] INTEGER NOT NULL, [message] VarBinary NOT NULL, [manifest] NVarChar(500) NULL,
              [identifier] INTEGER NULL, [writer_uuid] NVarChar(128) NULL);
            CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);
            CREATE INDEX journal_created_idx ON journal (created);
            CREATE INDEX journal_sequence_number_idx ON journal (sequence_number);
            INSERT INTO journal VALUES (7, 639317149046242748, 0, 'vms-1', 1, X'7B7D', 'vm/created/1', 2616, 'w');
            INSERT INTO journal VALUES (8, 639317149046242749, 0, 'vms-1', 2, X'7B7D', NULL, 2616, NULL);
            INSERT INTO journal VALUES (9, 639317149046242750, 1, 'vms-2', 1, X'', '', 0, '');
            """);
        using var table = new EventTable(Connection);
        var read = table.Read("vms-1", 1, long.MaxValue, long.MaxValue).ToList();
        Assert.Equal([1L, 2L], read.Select(row => row.Sequence));
        Assert.Equal(("vm/created/1", 2616, "w", 639_317_149_046_242_748), (read[0].Manifest, read[0].Serializer, read[0].Writer, read[0].Created));
        Assert.Equal("{}"u8.ToArray(), read[0].Message);
        Assert.Empty(Sequences(table, "vms-2"));

        table.Append([Row("vms-1", 3)]);
        Assert.Equal((3, 1, 0), (table.Highest("vms-1"), table.Highest("vms-2"), table.Highest("vms-3")));
        Assert.Equal([2L], table.Read("vms-1", 2, 3, 1).Select(row => row.Sequence));
        Assert.Equal(["10"], Ask("SELECT CAST(MAX(ordering) AS TEXT) FROM journal"));
        Assert.Equal(["journal_uq"], Ask("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'journal'"));
    }

    [Fact]
    public async Task What_many_actors_write_at_once_is_all_stored_in_each_ones_order()
    {
        using var table = new EventTable(Connection);
        using (var commits = new GroupCommit(table))
            await Task.WhenAll(Enumerable.Range(0, 50).Select(actor => Task.Run(() => Task.WhenAll(Enumerable.Range(0, 40).Select(
                write => commits.Write([Row($"a{actor}", write * 3 + 1), Row($"a{actor}", write * 3 + 2), Row($"a{actor}", write * 3 + 3)]))))));

        foreach (var actor in Enumerable.Range(0, 50))
            Assert.Equal(Enumerable.Range(1, 120).Select(n => (long)n), Sequences(table, $"a{actor}"));
    }

    [Fact]
    public async Task A_write_that_cannot_be_stored_fails_alone_and_nothing_of_its_actor_follows_it()
    {
        using var table = new EventTable(Connection);
        table.Append([Row("b", 1)]);
        using var commits = new GroupCommit(table);
        Task[] writes =
        [
            commits.Write([Row("a", 1)]), commits.Write([Row("b", 1)]), commits.Write([Row("a", 2)]), commits.Write([Row("a", 4)]), commits.Write([Row("a", 5)]),
            commits.Write([Row("c", 1), Row("c", 2)]),
        ];
        await Task.WhenAll(writes).ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.Equal([true, false, true, false, false, true], writes.Select(write => write.IsCompletedSuccessfully));
        Assert.Contains("event 4 of a does not follow its event 2", writes[3].Exception!.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal("1,2 1 1,2", string.Join(' ', new[] { "a", "b", "c" }.Select(actor => string.Join(',', Sequences(table, actor)))));
    }

    [Fact]
    public async Task What_was_asked_for_before_the_end_is_stored_and_what_comes_later_is_refused()
    {
        using var table = new EventTable(Connection);
        var commits = new GroupCommit(table);
        var writes = Enumerable.Range(1, 200).Select(n => commits.Write([Row("a", n)])).ToList();
        commits.Dispose();
        await Task.WhenAll(writes);
        Assert.Equal(200, table.Highest("a"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => commits.Write([Row("a", 201)]));
    }
}
