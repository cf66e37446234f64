using System.Data.Common;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using LinqToDB;
using LinqToDB.Interceptors;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>Which database holds the journal: SQLite in the data directory, or PostgreSQL where several controllers share it.</summary>
public sealed record Journal(string ConnectionString, bool IsPostgres)
{
    public static Journal Sqlite(string path) => new($"Data Source={path}", IsPostgres: false);
    public static Journal Postgres(string connectionString) => new(connectionString, IsPostgres: true);

    /// <summary>synchronous=FULL: what was acknowledged survives a power cut (law 2).</summary>
    private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA cache_size=-8192;";

    internal void AddTo(AkkaConfigurationBuilder akka)
    {
        var provider = IsPostgres ? "PostgreSQL.15" : "SQLite.MS";
        var quoted = ConnectionString.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        var store = $$"""
            connection-string = "{{quoted}}"
            provider-name = "{{provider}}"
            auto-initialize = true
            """;
        akka.AddHocon($$"""
            akka.persistence {
              journal {
                plugin = "akka.persistence.journal.sql"
                sql {
                  {{store}}
                  parallelism = {{(IsPostgres ? 4 : 1)}}
                  batch-size = 400
                  buffer-size = 20000
                }
              }
              snapshot-store {
                plugin = "akka.persistence.snapshot-store.sql"
                sql {
                  {{store}}
                }
              }
              max-concurrent-recoveries = 64
            }
            """, HoconAddMode.Prepend);
        if (!IsPostgres)
            akka.AddSetup(new DataOptionsSetup(
                new DataOptions().UseConnectionString(ProviderName.SQLiteMS, ConnectionString).UseInterceptor(new Pragma())));
        akka.AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append);
    }

    private sealed class Pragma : ConnectionInterceptor
    {
        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
        }

        // Microsoft.Data.Sqlite is synchronous: without a real yield the journal writes each command before it sees the next one,
        // and no batch ever forms (measured: eight times slower over many actors).
        public override async Task ConnectionOpeningAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken) =>
            await Task.Yield();

        public override Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            ConnectionOpened(eventData, connection);
            return Task.CompletedTask;
        }
    }
}
