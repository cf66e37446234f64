using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PoweredAppliance.Api.XmlRpc;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Audit;

public sealed class AuditLogTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("powered-audit-").FullName;
    private readonly List<AuditLog> _logs = [];

    private async Task<(AuditLog Log, AuditSearch Search)> Open(int mebibytes = 64, bool reads = true)
    {
        var log = new AuditLog(new(Path.Combine(_folder, "audit"), mebibytes, reads), Prometheus.Metrics.NewCustomRegistry(), TimeProvider.System, NullLogger<AuditLog>.Instance);
        _logs.Add(log);
        await log.StartAsync(CancellationToken.None);
        return (log, new(log));
    }

    private static AnsweredRpc Call(
        string method, string user = "alice", int? id = 5, int result = 0, DateTimeOffset? at = null, int? made = null, params RpcValue[] values) => new(
        new(method, ["session", .. values]), Signatures.All[method], user, id, null, result, result == 0 ? null : "no", made,
        at ?? Noon, TimeSpan.FromMilliseconds(1.5), new("xmlrpc", IPAddress.Parse("10.0.0.7"), 2633, "req-1"));

    private static async Task<IReadOnlyList<AuditEntry>> All(AuditSearch search, AuditQuery? query = null, int most = 1000)
    {
        List<AuditEntry> found = [];
        for (long? before = null; ;)
        {
            var page = await search.Find((query ?? new()) with { Before = before, Limit = most }, CancellationToken.None);
            Assert.True(page.Entries.Count <= most);
            found.AddRange(page.Entries);
            if ((before = page.Next) is null)
                return found;
        }
    }

    [Fact]
    public async Task What_was_answered_is_found_newest_first_with_all_that_is_known_of_it()
    {
        var (log, search) = await Open();
        log.Add(Call("one.vm.info", values: [17, false]));
        log.Add(Call("one.vm.allocate", at: Noon.AddSeconds(1), made: 18, values: ["CPU=1", false]));
        log.Add(Call("one.vm.action", at: Noon.AddSeconds(2), result: 2048, values: ["hold", 17]));
        await log.StopAsync(CancellationToken.None);

        var all = await All(search);
        Assert.Equal(["one.vm.action", "one.vm.allocate", "one.vm.info"], all.Select(e => e.Method));
        Assert.Equal(["vm/17", "vm/18", "vm/17"], all.Select(e => e.Object));
        Assert.Equal("action=\"hold\", vm_id=17", all[0].Arguments);
        Assert.Equal((2048, "no", "alice", 5, "10.0.0.7", "req-1", 1.5), (all[0].Result, all[0].Error, all[0].User, all[0].UserId, all[0].From, all[0].Request, all[0].Milliseconds));
        Assert.Equal(Noon.AddSeconds(2), all[0].At);
    }

    [Fact]
    public async Task Each_filter_leaves_what_it_names_and_pages_of_any_size_give_the_same()
    {
        var (log, search) = await Open();
        string[] methods = ["one.vm.info", "one.vm.deploy", "one.host.info", "one.vn.update", "one.vmpool.info"];
        for (var i = 0; i < 3000; i++)
            log.Add(Call(methods[i % 5], user: $"user{i % 7}", id: i % 11 == 0 ? null : i % 7, result: i % 11 == 0 ? 256 : i % 13 == 0 ? 512 : 0, at: Noon.AddMilliseconds(i), values: [i % 17, i % 3]));
        await log.StopAsync(CancellationToken.None);

        var all = await All(search);
        Assert.Equal(3000, all.Count);
        Assert.Equal(all.OrderByDescending(e => e.Id), all);
        (AuditQuery Query, Func<AuditEntry, bool> Rule)[] queries =
        [
            (new() { User = "user3" }, e => e.User == "user3"),
            (new() { Method = "one.vm.info" }, e => e.Method == "one.vm.info"),
            (new() { Method = "one.vm*" }, e => e.Method.StartsWith("one.vm", StringComparison.Ordinal)),
            (new() { Object = "vm/1" }, e => e.Object == "vm/1"),
            (new() { Object = "vm" }, e => e.Object is "vm" || e.Object!.StartsWith("vm/", StringComparison.Ordinal)),
            (new() { Result = "ok" }, e => e.Result == 0),
            (new() { Result = "failed" }, e => e.Result != 0),
            (new() { Result = "512" }, e => e.Result == 512),
            (new() { Since = Noon.AddSeconds(1), Until = Noon.AddSeconds(2) }, e => e.At >= Noon.AddSeconds(1) && e.At < Noon.AddSeconds(2)),
            (new() { After = all[1500].Id }, e => e.Id > all[1500].Id),
        ];
        foreach (var (query, rule) in queries)
        {
            var wanted = all.Where(rule).ToList();
            Assert.True(wanted.Count is > 0 and < 3000, $"{query} tells nothing apart");
            Assert.Equal(wanted, await All(search, query));
            Assert.Equal(wanted, await All(search, query, most: 7));
        }
    }

    [Fact]
    public async Task The_log_stays_within_its_room_and_strangers_and_reads_push_no_change_out()
    {
        var (log, search) = await Open(mebibytes: 1);
        log.Add(Call("one.vm.deploy", values: [1, 2]));
        for (var round = 0; round < 12; round++)
        {
            for (var i = 0; i < 1500; i++)
            {
                log.Add(Call("one.vm.info", at: Noon.AddSeconds(round), values: [i]));
                log.Add(Call("one.vm.info", user: new string('x', 100), id: null, result: 256, at: Noon.AddSeconds(round), values: [i]));
            }

            await Until(() => log.Unwritten == 0);
            var bytes = log.Series.Sum(s => s.Segments().Sum(f => f.Length));
            Assert.True(bytes <= 1024 * 1024, $"{bytes} bytes in round {round}");
        }

        await log.StopAsync(CancellationToken.None);
        var all = await All(search);
        Assert.Contains(all, e => e.Method == "one.vm.deploy");
        Assert.True(all.Count is > 1000 and < 36_001, $"{all.Count} entries");
    }

    [Fact]
    public async Task After_a_kill_in_the_middle_of_a_line_the_others_are_there_and_ids_go_on()
    {
        var (log, _) = await Open();
        for (var i = 0; i < 10; i++)
            log.Add(Call("one.vm.deploy", values: [i, 2]));
        await log.StopAsync(CancellationToken.None);
        var file = Directory.GetFiles(Path.Combine(_folder, "audit"), "changes-*.jsonl").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..^40]);

        var (again, search) = await Open();
        again.Add(Call("one.vm.deploy", at: Noon.AddYears(-1), values: [99, 2])); // the clock was set back
        await again.StopAsync(CancellationToken.None);
        var all = await All(search);
        Assert.Equal(["vm/99", .. Enumerable.Range(0, 9).Reverse().Select(i => $"vm/{i}")], all.Select(e => e.Object));
    }

    [Fact]
    public async Task Reads_are_left_out_when_the_setting_says_so()
    {
        var (log, search) = await Open(reads: false);
        log.Add(Call("one.vm.info", values: [1]));
        log.Add(Call("one.vm.info", result: 512, values: [2]));
        await log.StopAsync(CancellationToken.None);
        Assert.Equal("vm/2", Assert.Single(await All(search)).Object);
    }

    private static async Task Until(Func<bool> so)
    {
        for (var since = TimeProvider.System.GetTimestamp(); !so(); await Task.Delay(10))
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromMinutes(2), "the log does not get done");
    }

    public ValueTask DisposeAsync()
    {
        _logs.ForEach(l => l.Dispose());
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
