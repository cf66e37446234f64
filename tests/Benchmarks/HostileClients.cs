using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml;
using PoweredAppliance.Lab.Daemon;

namespace Benchmarks;

/// <summary>
/// What slow, silent, huge, wrong and guessing clients do to the others: how many times longer the slowest hundredth of their calls
/// takes, and how long somebody waits who logs in for the first time. Nothing may be changed afterwards, and nothing left over: objects,
/// threads, files, connections, memory. A first campaign makes what is made once and kept, so the second has to leave all as it was.
/// </summary>
internal static class HostileClients
{
    private const int Runs = 5;
    private const int Vms = 2_000;
    private const int Others = 16;
    private const string Password = "first-log-in";
    private const long MostGrowth = 128 << 20, MostLeft = 48 << 20;
    private const int Slack = 8;

    /// <summary>Of the disk that the daemon lies on: anybody's doing.</summary>
    private static readonly Regex FreeSpace = new("FREE_MB>[0-9]+");

    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan UnderWay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task Run()
    {
        await using var endpoint = await Endpoint.Open(null);
        var ids = new List<int>();
        await ApiSpeed.Allocate(endpoint, Vms, ids);
        _ = (await endpoint.Load(1, Runs, n => endpoint.Call("one.user.allocate", Newcomer(n), Password, "core", Array.Empty<int>()))).AllDone;
        var infos = ids.Select(id => endpoint.Call("one.vm.info", id)).ToArray();
        Task<double> Slowest(string when) => Figure.Median($"p99 of others {when}, ms", Runs, async _ =>
            (await endpoint.Load(Others, 20_000, n => ApiSpeed.Any(infos, n))).Percentile(99));

        await endpoint.Load(Others, 20_000, n => ApiSpeed.Any(infos, n));
        var (picture, untouched) = (await Picture(endpoint), Holdings.Of(endpoint.Own!));
        var campaign = new HostileCampaign(endpoint, await Methods(endpoint));
        await campaign.Run(Warming);
        var before = await Gone(endpoint.Own!, untouched);

        var calm = await Slowest("before");
        using var stop = new CancellationTokenSource();
        var running = campaign.Run(stop.Token);
        await Task.Delay(UnderWay);
        var underWay = Holdings.Of(endpoint.Own!);
        var logIn = await Figure.Median("first log-ins during, ms", Runs, n => LogIn(endpoint, n));
        var pressed = await Slowest("during");
        var end = Holdings.Of(endpoint.Own!);
        await stop.CancelAsync();
        await running;

        var after = await Gone(endpoint.Own!, untouched);
        foreach (var (pool, was) in picture)
            if (await Read(endpoint, pool) is var now && now != was)
                throw new BenchmarkException($"the campaign changed something: {pool} is {Difference(now, was)}, was {Difference(was, now)}");
        if (end.Resident - underWay.Resident > MostGrowth || after.Resident - before.Resident > MostLeft)
            throw new BenchmarkException($"memory is left: {before} before, {underWay} under way, {end} at the end, {after} after");
        Console.WriteLine($"{campaign.Reconnects} were thrown out; {untouched} at first, {before} before, {end} during, {after} after");
        Figure.Print("hostile_p99_times", pressed / calm, "times");
        Figure.Print("hostile_login_ms", logIn, "ms");
    }

    private static string Newcomer(int n) => $"newcomer-{n}";

    /// <summary>Nobody has come with this password before, so it has to be checked.</summary>
    private static async Task<double> LogIn(Endpoint endpoint, int n)
    {
        var began = Stopwatch.GetTimestamp();
        var load = await XmlRpcLoad.Run(endpoint.Uri, 1, 1, _ => RpcRequest.Of(endpoint.Uri, $"{Newcomer(n)}:{Password}", "one.user.info", -1));
        _ = load.AllDone;
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>Waits until nothing of the campaign's is held any more, and memory has settled.</summary>
    private static async Task<Holdings> Gone(DaemonProcess daemon, Holdings untouched)
    {
        var now = Holdings.Of(daemon);
        await Until.True(
            () => Task.FromResult((now = Holdings.Of(daemon)) is var (threads, files, connections, _)
                && threads <= untouched.Threads + Slack && files <= untouched.Files + Slack && connections <= untouched.Connections + Slack),
            Patience, () => $"{now} are left, {untouched} were there before");
        return now;
    }

    /// <summary>All that could have been changed, as the API shows it.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> Picture(Endpoint endpoint)
    {
        var all = new Dictionary<string, string>();
        foreach (var pool in (string[])["vm", "user", "group", "host", "image", "vn", "template", "acl", "cluster", "datastore", "secgroup", "vdc", "zone", "hook", "vmgroup", "market"])
            all[pool] = await Read(endpoint, pool);
        return all;
    }

    private static async Task<string> Read(Endpoint endpoint, string pool) => FreeSpace.Replace(await endpoint.Read(pool switch
    {
        "vm" => endpoint.Call("one.vmpool.infoextended", -2, -1, -1, -1),
        "acl" => endpoint.Call("one.acl.info"),
        "image" or "vn" or "template" or "secgroup" or "vmgroup" => endpoint.Call($"one.{pool}pool.info", -2, -1, -1),
        _ => endpoint.Call($"one.{pool}pool.info"),
    }), "");

    /// <summary>Where it becomes another text.</summary>
    private static string Difference(string text, string other)
    {
        var at = Math.Max(0, text.AsSpan().CommonPrefixLength(other) - 80);
        return text[at..Math.Min(text.Length, at + 240)];
    }

    private static async Task<IReadOnlyList<string>> Methods(Endpoint endpoint)
    {
        var names = new XmlDocument { XmlResolver = null };
        names.LoadXml(await endpoint.Read(endpoint.Call("system.listMethods")));
        return [.. names.GetElementsByTagName("string").Cast<XmlNode>().Select(n => n.InnerText).Where(n => n.StartsWith("one.", StringComparison.Ordinal))];
    }
}
