using Akka.Hosting;
using Akka.Persistence.Sql;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>Which database holds the journal: SQLite in the data directory, or PostgreSQL where several controllers share it.</summary>
public sealed record Journal(string ConnectionString, bool IsPostgres)
{
    public static Journal Sqlite(string path) => new($"Data Source={path}", IsPostgres: false);
    public static Journal Postgres(string connectionString) => new(connectionString, IsPostgres: true);

    internal void AddTo(AkkaConfigurationBuilder akka)
    {
        var quoted = ConnectionString.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        akka.AddHocon($$"""
            akka.persistence {
              journal {
                plugin = "akka.persistence.journal.{{(IsPostgres ? "sql" : "sqlite")}}"
                sql {
                  connection-string = "{{quoted}}"
                  provider-name = "PostgreSQL.15"
                  auto-initialize = true
                  parallelism = 4
                  batch-size = 400
                  buffer-size = 20000
                }
                sqlite {
                  class = "{{typeof(SqliteJournal).AssemblyQualifiedName}}"
                  plugin-dispatcher = "akka.actor.default-dispatcher"
                  connection-string = "{{quoted}}"
                  replay-filter.mode = off # a file has one controller, which locks it
                }
              }
              snapshot-store.plugin = "akka.persistence.no-snapshot-store"
              max-concurrent-recoveries = 64
            }
            """, HoconAddMode.Prepend);
        if (IsPostgres)
            akka.AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append);
    }
}
