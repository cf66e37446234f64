using Benchmarks;
using Benchmarks.Fuzz;
using Benchmarks.Packing;
using Benchmarks.Placement;
using PoweredAppliance.Client;

// Each benchmark prints the figures of its keys. ONLY=key (environment or argument) runs the one that prints that key. What measures the
// XML-RPC API alone can be pointed at any server that speaks it: --endpoint http://host:2633/RPC2 --session user:secret
var other = Endpoint.Given(args);
(string[] Keys, Func<Task> Run)[] ofAnyServer =
[
    (["allocate_per_s_16", "vminfo_per_s_16", "vmpool10k_ms", "vmpoolext10k_ms"], () => ApiSpeed.Run(other)),
    (["mix_req_per_s", "mix_p99_ms"], () => ApiMix.Run(other)),
    (["methods_answering", "methods_working"], () => Methods.Run(other)),
];
(string[] Keys, Func<Task> Run)[] benchmarks = other is not null ? ofAnyServer :
[
    .. ofAnyServer,
    (["libvirt_functions_bound", "libvirt_functions_unbound"], LibvirtFunctions.Run),
    (["cli_start_ms"], CliStart.Run),
    (["start_ms"], DaemonStart.Run),
    (["idle_rss_mib", "idle_cpu_percent"], Idle.Run),
    (["vms_per_s_running_sqlite"], VmRate.Run),
    (["api_calls_per_s_sqlite"], ApiRate.Run),
    (EndToEnd.Keys, EndToEnd.Run),
    (Restart.Keys, Restart.Run),
    (["audit_cost_percent"], AuditCost.Run),
    (["hostile_p99_times", "hostile_login_ms"], HostileClients.Run),
    (["quota_oracle_diff"], Oracles.Quotas),
    (["acl_oracle_diff"], Oracles.Acl),
    (["placement_oracle_diff"], Oracles.Placement),
    (EngineSpeed.Keys, EngineSpeed.Run),
    (ConstrainedSpeed.Keys, ConstrainedSpeed.Run),
    (PackingRuns.Keys, PackingRuns.Run),
    (["plan_2000_hosts_ms"], PackingRuns.Plan),
    (DeviceRuns.Keys, DeviceRuns.Run),
    (NumaRuns.Keys, NumaRuns.Run),
    (["fuzz_inputs"], FuzzInputs.Run),
    (["crash_points"], CrashPoints.Run),
    (["hung_host_extra_ms"], HungHosts.Run),
];

var words = args.Where((word, n) => !word.StartsWith("--", StringComparison.Ordinal) && (n == 0 || !args[n - 1].StartsWith("--", StringComparison.Ordinal)));
var only = words.FirstOrDefault() ?? Environment.GetEnvironmentVariable("ONLY") ?? "";
only = only.StartsWith("ONLY=", StringComparison.Ordinal) ? only["ONLY=".Length..] : only;
var chosen = only.Length == 0 ? benchmarks : [.. benchmarks.Where(b => b.Keys.Contains(only))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"no benchmark prints '{only}'; there are: {string.Join(", ", benchmarks.SelectMany(b => b.Keys))}");
    return 2;
}

var failed = 0;
foreach (var (keys, run) in chosen)
{
    try
    {
        await run();
    }
    catch (Exception e) when (e is BenchmarkException or PoweredException or HttpRequestException or System.Net.Sockets.SocketException
        or TimeoutException or InvalidOperationException)
    {
        failed++;
        Console.Error.WriteLine($"{string.Join(", ", keys)}: {e.Message}");
    }
}

return failed == 0 ? 0 : 1;

/// <summary>A benchmark that could not measure says why; it never prints a figure then.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
