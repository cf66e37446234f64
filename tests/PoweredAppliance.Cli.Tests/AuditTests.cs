using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class AuditTests
{
    private static readonly long Noon = (Samples.Now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static AuditEntry Entry(int n, string method, int result = 0, string? by = null, int? userId = 5) => new()
    {
        Id = Noon + n,
        Face = "xmlrpc",
        User = "alice",
        UserId = userId,
        By = by,
        Method = method,
        Object = "vm/17",
        Arguments = "id=17",
        Result = result,
        Error = result == 0 ? null : "no",
        Milliseconds = 1.5,
        From = "10.0.0.7",
    };

    private static readonly IReadOnlyList<AuditEntry> Newest =
        [Entry(3, "one.vm.info", 256, userId: null), Entry(2, "one.vm.deploy", by: "serveradmin"), Entry(1, "one.vm.info")];

    /// <summary>Two entries a page.</summary>
    private static Task<CannedAppliance> Start() => CannedAppliance.Start(a => a.Routing.MapGet(Routes.Audit, (long? before, string? user) =>
    {
        var rest = Newest.Where(e => e.Id < (before ?? long.MaxValue) && (user ?? e.User) == e.User).ToList();
        return Results.Json(new AuditPage([.. rest.Take(2)], rest.Count > 2 ? rest[1].Id : null), WireJson.Default.AuditPage);
    }));

    [Fact]
    public async Task Calls_are_shown_the_newest_last_over_as_many_pages_as_it_takes()
    {
        await using var appliance = await Start();
        using var line = new Line(appliance);
        var rows = (await line.Run("audit")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, rows.Length);
        Assert.StartsWith("TIME", rows[0], StringComparison.Ordinal);
        Assert.EndsWith("alice                 10.0.0.7  one.vm.info    vm/17   1.5  ok      id=17", rows[1], StringComparison.Ordinal);
        Assert.Contains("alice by serveradmin  10.0.0.7  one.vm.deploy", rows[2], StringComparison.Ordinal);
        Assert.Contains("alice?", rows[3], StringComparison.Ordinal);
        Assert.EndsWith("256     no", rows[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_JSON_they_are_the_wires_own_and_a_filter_that_finds_nothing_says_so()
    {
        await using var appliance = await Start();
        using (var json = new Line(appliance))
            Assert.Equal(
                Newest.Reverse(),
                System.Text.Json.JsonSerializer.Deserialize((await json.Run("audit", "--json")).Out, WireJson.Default.IReadOnlyListAuditEntry)!);
        using (var nobody = new Line(appliance))
            Assert.StartsWith("no such calls", (await nobody.Run("audit", "--user", "bob")).Out, StringComparison.Ordinal);
        using var wrong = new Line(appliance);
        Assert.Equal(Exit.Usage, (await wrong.Run("audit", "--since", "yesterday-ish")).Code);
    }
}
