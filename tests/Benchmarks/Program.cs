using Benchmarks;
using PoweredAppliance.Client;

// Each benchmark prints the figures of its keys. ONLY=key (environment or argument) runs the one that prints that key.
(string[] Keys, Func<Task> Run)[] benchmarks =
[
    (["libvirt_functions_bound", "libvirt_functions_unbound"], LibvirtFunctions.Run),
    (["cli_start_ms"], CliStart.Run),
    (["start_ms"], DaemonStart.Run),
    (["idle_rss_mib", "idle_cpu_percent"], Idle.Run),
    (["vms_per_s_running_sqlite"], VmRate.Run),
    (["api_calls_per_s_sqlite"], ApiRate.Run),
    (["crash_points"], CrashPoints.Run),
    (["hung_host_extra_ms"], HungHosts.Run),
];

var only = args.FirstOrDefault() ?? Environment.GetEnvironmentVariable("ONLY") ?? "";
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
    catch (Exception e) when (e is BenchmarkException or PoweredException or HttpRequestException)
    {
        failed++;
        Console.Error.WriteLine($"{string.Join(", ", keys)}: {e.Message}");
    }
}

return failed == 0 ? 0 : 1;

/// <summary>A benchmark that could not measure says why; it never prints a figure then.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
