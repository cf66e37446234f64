using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Lab.Metrics;

/// <summary>A real Prometheus server scrapes a real daemon.</summary>
public sealed partial class PrometheusTests
{
    private const string Server = "/usr/bin/prometheus";
    private const string Tool = "/usr/bin/promtool";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_real_prometheus_scrapes_what_the_guide_says_and_nothing_else()
    {
        if (!File.Exists(Server) || !File.Exists(Tool))
            Assert.Skip($"there is no {Server} or {Tool} (Debian package prometheus)");
        var folder = Directory.CreateTempSubdirectory("powered-metrics-").FullName;
        try
        {
            await using var daemon = await DaemonProcess.Start(
                Path.Combine(folder, "data"), ["--Hosts:SimulatedWorld", Path.Combine(folder, "world"), "--Log:Level", "Warning"]);
            await Live(daemon);
            using var http = new HttpClient();
            var text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{daemon.RestPort}/metrics"));
            Assert.Equal(Documented(), Names().Matches(text).Select(m => m.Groups[1].Value).Distinct().Order());
            Assert.DoesNotContain("no-such-thing", text);
            await Check(text);
            await Scraped(folder, daemon.RestPort, http);
            await daemon.Stop();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Enough for every series to have a value: a host, a VM, both faces, and requests that no route knows.</summary>
    private static async Task Live(DaemonProcess daemon)
    {
        await daemon.Client.AddHost(new() { Name = "sim1", Uri = "sim:generic" });
        var vm = (await daemon.Client.CreateVms(new() { TemplateText = "CPU=1\nMEMORY=16" })).Single();
        await Until.True(async () => (await daemon.Client.GetVm(vm.Id)).LcmState == "RUNNING", Patience, () => daemon.Output);
        using var http = new HttpClient();
        var call = $"<methodCall><methodName>one.vmpool.info</methodName><params><param><value><string>{daemon.Secret}</string></value></param>"
            + string.Concat(new[] { -2, -1, -1, -1 }.Select(n => $"<param><value><int>{n}</int></value></param>")) + "</params></methodCall>";
        using var answer = await http.PostAsync(new Uri($"http://127.0.0.1:{daemon.XmlRpcPort}/RPC2"), new StringContent(call, Encoding.UTF8, "text/xml"));
        answer.EnsureSuccessStatusCode();
        foreach (var i in Enumerable.Range(0, 5))
            (await http.SendAsync(new(new($"BREW{i}"), new Uri($"http://127.0.0.1:{daemon.RestPort}/no-such-thing/{i}")))).Dispose();
    }

    private static async Task Scraped(string folder, int target, HttpClient http)
    {
        var port = Ports.Free();
        var config = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(config, $$"""
            global: { scrape_interval: 1s }
            scrape_configs:
              - job_name: powered
                static_configs: [{ targets: ['127.0.0.1:{{target}}'] }]
            """);
        var start = new ProcessStartInfo(Server, [$"--config.file={config}", $"--storage.tsdb.path={Path.Combine(folder, "tsdb")}", $"--web.listen-address=127.0.0.1:{port}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var prometheus = Process.Start(start)!;
        prometheus.ErrorDataReceived += (_, _) => { };
        prometheus.OutputDataReceived += (_, _) => { };
        prometheus.BeginErrorReadLine();
        prometheus.BeginOutputReadLine();
        try
        {
            await Until.True(async () => await Value("up") is 1, Patience, () => "Prometheus does not see the daemon up");
            foreach (var (query, least) in new[]
            {
                ("powered_vms{state=\"RUNNING\"}", 1d), ("powered_hosts{state=\"MONITORED\"}", 1), ("powered_journal_events_total", 5), ("powered_ready", 1),
                ("powered_http_request_seconds_count{route=\"/api/v1/vms\",method=\"POST\",code=\"201\"}", 1),
                ("powered_xmlrpc_call_seconds_count{method=\"one.vmpool.info\",result=\"ok\"}", 1), ("powered_build_info", 1), ("process_working_set_bytes", 1 << 20),
            })
                Assert.True(await Value(query) >= least, query);
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
        }

        async Task<double?> Value(string query)
        {
            try
            {
                using var answer = JsonDocument.Parse(await http.GetStringAsync(
                    new Uri($"http://127.0.0.1:{port}/api/v1/query?query={Uri.EscapeDataString(query)}")));
                var result = answer.RootElement.GetProperty("data").GetProperty("result");
                return result.GetArrayLength() == 0 ? null : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
            }
            catch (HttpRequestException)
            {
                return null; // not listening yet, or not ready
            }
        }
    }

    private static async Task Check(string text)
    {
        using var tool = Process.Start(new ProcessStartInfo(Tool, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        // The runtime's own names are not ours to choose.
        await tool.StandardInput.WriteAsync(string.Join('\n', text.Split('\n').Where(l => l.Contains("powered_", StringComparison.Ordinal))) + "\n");
        tool.StandardInput.Close();
        var said = await tool.StandardOutput.ReadToEndAsync() + await tool.StandardError.ReadToEndAsync();
        await tool.WaitForExitAsync();
        Assert.True(tool.ExitCode == 0, said);
    }

    private static IEnumerable<string> Documented()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PoweredAppliance.sln")))
            folder = folder.Parent;
        return Rows().Matches(File.ReadAllText(Path.Combine(folder!.FullName, "docs", "monitoring.md"))).Select(m => m.Groups[1].Value).Order();
    }

    [GeneratedRegex(@"^# TYPE (powered_\w+) ", RegexOptions.Multiline)]
    private static partial Regex Names();

    [GeneratedRegex(@"^\| `(powered_\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
