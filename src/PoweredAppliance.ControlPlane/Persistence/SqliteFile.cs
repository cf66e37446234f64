using Microsoft.Data.Sqlite;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>Connections to a SQLite file.</summary>
internal static class SqliteFile
{
    /// <param name="settings">PRAGMAs, and the schema where there is to be one</param>
    public static SqliteConnection Open(string connection, string settings)
    {
        var opened = new SqliteConnection(connection);
        try
        {
            opened.Open();
            using var command = opened.CreateCommand();
            command.CommandText = settings;
            command.ExecuteNonQuery();
            return opened;
        }
        catch (SqliteException)
        {
            opened.Dispose();
            throw;
        }
    }
}
