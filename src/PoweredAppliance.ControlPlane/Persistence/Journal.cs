using Akka.Hosting;
using Akka.Persistence.Sql;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>Which database holds the journal: SQLite in the data directory, or PostgreSQL where several controllers share it.</summary>
/// <param name="Pictures">the file of this controller's <see cref="PictureStore"/>; it may be thrown away</param>
public sealed record Journal(string ConnectionString, bool IsPostgres, string Pictures)
{
    internal const string PicturesPlugin = "akka.persistence.snapshot-store.pictures";

    /// <param name="folder">the data directory</param>
    public static Journal Sqlite(string folder) => new($"Data Source={FileIn(folder)}", IsPostgres: false, PicturesIn(folder));

    /// <inheritdoc cref="Sqlite"/>
    public static Journal Postgres(string connectionString, string folder) => new(connectionString, IsPostgres: true, PicturesIn(folder));

    /// <summary>Of a journal in SQLite.</summary>
    public static string FileIn(string folder) => Path.Combine(folder, "journal.db");

    public static string PicturesIn(string folder) => Path.Combine(folder, "pictures.db");

    internal void AddTo(AkkaConfigurationBuilder akka)
    {
        var (quoted, pictures) = (Quoted(ConnectionString), Quoted(Pictures));
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
              snapshot-store {
                plugin = "akka.persistence.no-snapshot-store"
                pictures {
                  class = "{{typeof(PictureStore).AssemblyQualifiedName}}"
                  plugin-dispatcher = "akka.actor.default-dispatcher"
                  path = "{{pictures}}"
                  connection-string = "{{quoted}}"
                  is-postgres = {{(IsPostgres ? "true" : "false")}}
                }
              }
              max-concurrent-recoveries = 64
            }
            """, HoconAddMode.Prepend);
        if (IsPostgres)
            akka.AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append);
    }

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
