using System.Globalization;

namespace Benchmarks;

/// <summary>
/// How much more processor time the daemon takes for a call that is kept in the audit log than for one that is not: one.vm.info, the
/// cheapest of those that tools make most. Two daemons that differ in nothing else take turns, so a machine that is busy with other
/// things counts for both.
/// </summary>
internal static class AuditCost
{
    private const int Clients = 16;
    private const int Vms = 1_000;
    private const int Calls = 20_000;
    private const int Rounds = 7;

    public static async Task Run()
    {
        await using var kept = await Endpoint.Open(null);
        await using var unkept = await Endpoint.Open(null, "--Audit:Reads", "false");
        var (keptInfos, unkeptInfos) = (await Infos(kept), await Infos(unkept));
        for (var warming = 0; warming < 3; warming++)
            _ = (await Cost(kept, keptInfos), await Cost(unkept, unkeptInfos));
        Figure.Print("audit_cost_percent", await Figure.Median("audit_cost_percent", Rounds, async round =>
        {
            // Whoever goes second meets another machine than the first; so each goes first every other time.
            var (with, without) = (0.0, 0.0);
            if (round % 2 == 0)
                with = await Cost(kept, keptInfos);
            without = await Cost(unkept, unkeptInfos);
            if (round % 2 == 1)
                with = await Cost(kept, keptInfos);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"us of the daemon's processor time a call: {with:0.0} kept, {without:0.0} not"));
            return (with / without - 1) * 100;
        }), "percent");
    }

    private static async Task<RpcRequest[]> Infos(Endpoint endpoint)
    {
        var ids = new List<int>();
        await ApiSpeed.Allocate(endpoint, Vms, ids);
        return [.. ids.Select(id => endpoint.Call("one.vm.info", id))];
    }

    /// <summary>Microseconds a call, with what the log's writer does behind the answers.</summary>
    private static async Task<double> Cost(Endpoint endpoint, RpcRequest[] infos)
    {
        var before = endpoint.Cpu;
        _ = (await XmlRpcLoad.Run(endpoint.Uri, Clients, Calls, n => ApiSpeed.Any(infos, n))).AllDone;
        await Task.Delay(TimeSpan.FromMilliseconds(100));
        return (endpoint.Cpu - before).TotalMicroseconds / Calls;
    }
}
