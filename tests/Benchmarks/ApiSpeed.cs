namespace Benchmarks;

/// <summary>
/// OpenNebula's calls that tools make most, 16 clients at once, and the whole list of 10,000 VMs. Works against any server of the API and
/// makes its VMs itself, on hold, so that nothing but the API is at work.
/// </summary>
internal static class ApiSpeed
{
    private const int Clients = 16;
    private const int Vms = 10_000;
    private const int Rounds = 7;
    private const int EachRound = 2_000;

    public static async Task Run((Uri Uri, string Session)? other)
    {
        await using var endpoint = await Endpoint.Open(other);
        var ids = new List<int>();
        await Allocate(endpoint, Vms, ids);
        var infos = ids.Select(id => endpoint.Call("one.vm.info", id)).ToArray();
        await endpoint.Load(Clients, 20_000, n => Any(infos, n));
        var info = await Figure.Median("vminfo_per_s_16", Rounds, async _ => (await endpoint.Load(Clients, 20_000, n => Any(infos, n))).PerSecond);

        var list = await Pool(endpoint, "one.vmpool.info");
        var extended = await Pool(endpoint, "one.vmpool.infoextended");
        var allocate = await Figure.Median("allocate_per_s_16", Rounds, async _ => (await Allocate(endpoint, EachRound, ids)).PerSecond);
        Figure.Print("allocate_per_s_16", allocate, "calls/s");
        Figure.Print("vminfo_per_s_16", info, "calls/s");
        Figure.Print("vmpool10k_ms", list, "ms");
        Figure.Print("vmpoolext10k_ms", extended, "ms");
    }

    /// <summary>VMs on hold, whose ids join the others.</summary>
    public static async Task<LoadResult> Allocate(Endpoint endpoint, int count, List<int> ids)
    {
        var first = ids.Count;
        var calls = Enumerable.Range(first, count)
            .Select(n => endpoint.Call("one.vm.allocate", $"NAME=\"bench-{n}\" CPU=\"0.1\" VCPU=\"1\" MEMORY=\"64\"", true)).ToArray();
        var load = await endpoint.Load(Clients, count, n => calls[n]);
        ids.AddRange(load.Answers.Select(a => a.Id));
        return load;
    }

    /// <summary>One of them, scattered and the same in every run.</summary>
    public static RpcRequest Any(RpcRequest[] calls, int n) => calls[(int)((uint)n * 2_654_435_761u % (uint)calls.Length)];

    /// <summary>All VMs but the DONE, asked for by one client again and again; the middle of the runs' medians.</summary>
    private static async Task<double> Pool(Endpoint endpoint, string method)
    {
        var call = endpoint.Call(method, -2, -1, -1, -1);
        await endpoint.Load(1, 20, _ => call);
        return await Figure.Median(method, Rounds, async _ => (await endpoint.Load(1, 30, _ => call)).Percentile(50));
    }
}

/// <summary>
/// The mix of calls that OpenNebula's documentation measures a zone of 1,250 hosts and 20,000 VMs by: host.info 30 %, hostpool.info
/// 20 %, vm.info 30 %, vmpool.info 20 %, the last in pages of 200 as OpenNebula's tools ask for it.
/// </summary>
internal static class ApiMix
{
    private const int Clients = 16;
    private const int Hosts = 1_250;
    private const int Vms = 20_000;
    private const int Page = 200;
    private const int Calls = 15_000;

    public static async Task Run((Uri Uri, string Session)? other)
    {
        await using var endpoint = await Endpoint.Open(other);
        var made = await endpoint.Load(4, Hosts, n => endpoint.Call("one.host.allocate", $"bench-{n}", "dummy", "dummy", -1));
        var ids = new List<int>();
        await ApiSpeed.Allocate(endpoint, Vms, ids);

        var host = made.Answers.Select(a => endpoint.Call("one.host.info", a.Id)).ToArray();
        var vm = ids.Select(id => endpoint.Call("one.vm.info", id)).ToArray();
        var page = Enumerable.Range(0, Vms / Page).Select(n => endpoint.Call("one.vmpool.info", -2, n * Page, -Page, -1)).ToArray();
        var hosts = endpoint.Call("one.hostpool.info");
        RpcRequest Mixed(int n) => (n % 10) switch
        {
            0 or 3 or 6 => ApiSpeed.Any(host, n),
            1 or 5 => hosts,
            2 or 7 => ApiSpeed.Any(page, n),
            _ => ApiSpeed.Any(vm, n),
        };

        await endpoint.Load(Clients, Calls, Mixed);
        var slowest = new List<double>();
        var rate = await Figure.Median("mix_req_per_s", 5, async _ =>
        {
            var load = await endpoint.Load(Clients, Calls, Mixed);
            foreach (var kind in load.Kinds.Distinct())
                Console.WriteLine($"  {kind}: {load.Spread(kind)}");
            slowest.Add(Math.Max(load.Percentile(99, "one.host.info"), load.Percentile(99, "one.vm.info")));
            return load.PerSecond;
        });
        Figure.Print("mix_req_per_s", rate, "calls/s");
        Figure.Print("mix_p99_ms", Figure.Middle(slowest), "ms");
    }
}
