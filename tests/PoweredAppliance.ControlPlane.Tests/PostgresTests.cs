using System.Diagnostics;
using PoweredAppliance.ControlPlane.Persistence;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>The same life on a real PostgreSQL that the test starts for itself.</summary>
public sealed class PostgresTests
{
    [Fact]
    public async Task A_VM_lives_its_whole_life_on_PostgreSQL()
    {
        var bin = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Order().LastOrDefault() is { } v ? $"{v}/bin" : null : null;
        Assert.SkipWhen(bin is null, "PostgreSQL's server is not installed (Debian package postgresql)");
        Assert.SkipUnless(Environment.UserName == "root", "PostgreSQL is started as user postgres, which takes root");
        var folder = Directory.CreateTempSubdirectory("powered-pg-").FullName;
        try
        {
            await Run("chown", "postgres", folder);
            await Run("chmod", "700", folder);
            await As("postgres", $"{bin}/initdb", "-D", $"{folder}/data", "-A", "trust", "--no-sync", "-E", "UTF8");
            await As("postgres", $"{bin}/pg_ctl", "-D", $"{folder}/data", "-w", "-t", "120", "-l", $"{folder}/log", "-o", $"-k {folder} -c listen_addresses=", "start");
            var journal = Journal.Postgres($"Host={folder};Username=postgres;Database=postgres", folder);
            await using var site = await Site.Start(journal: journal);
            await LifeTests.Whole(site);
            await site.Down();
            await site.Up();
            Assert.Equal(0, site.Inventory.Vms.HighestId);
        }
        finally
        {
            await As("postgres", $"{bin}/pg_ctl", "-D", $"{folder}/data", "-m", "immediate", "stop");
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task As(string user, params string[] command) => Run("setpriv", ["--reuid", user, "--regid", user, "--clear-groups", .. command]);

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        // pg_ctl's server keeps the pipe open, so it is not read to its end.
        await process.WaitForExitAsync().WaitAsync(Site.Patience);
        Assert.Equal(0, process.ExitCode);
    }
}
