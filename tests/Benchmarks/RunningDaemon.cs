using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PoweredAppliance.Client;

namespace Benchmarks;

/// <summary>A <c>./artifacts/poweredd</c> of our own: free ports, a data directory and a simulated world that go with it.</summary>
internal sealed class RunningDaemon : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private RunningDaemon(Process process, int xmlRpc, int rest)
    {
        _process = process;
        XmlRpc = new Uri($"http://127.0.0.1:{xmlRpc}/RPC2");
        Rest = new Uri($"http://127.0.0.1:{rest}");
    }

    public Uri XmlRpc { get; }

    public Uri Rest { get; }

    /// <summary><c>oneadmin:password</c></summary>
    public string Session { get; private set; } = "";

    /// <summary>From the start of the process to its first yes at /readyz.</summary>
    public TimeSpan ToReady { get; private set; }

    public static string Artifact(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PoweredAppliance.sln")))
            folder = folder.Parent;
        var path = Path.Combine(folder?.FullName ?? "", "artifacts", name);
        return File.Exists(path) ? path : throw new BenchmarkException($"{path} is not there: make build");
    }

    public static async Task<RunningDaemon> Start(string data)
    {
        var (xmlRpc, rest) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(Artifact("poweredd")) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["POWERED_DATA"] = data;
        start.Environment["POWERED__XmlRpc__Address"] = "127.0.0.1";
        start.Environment["POWERED__XmlRpc__Port"] = $"{xmlRpc}";
        start.Environment["POWERED__Rest__Address"] = "127.0.0.1";
        start.Environment["POWERED__Rest__Port"] = $"{rest}";
        start.Environment["POWERED__Remoting__Port"] = "0";
        start.Environment["POWERED__Hosts__SimulatedWorld"] = Path.Combine(data, "world");

        var began = Stopwatch.GetTimestamp();
        var daemon = new RunningDaemon(Process.Start(start)!, xmlRpc, rest);
        daemon._process.OutputDataReceived += daemon.Hear;
        daemon._process.ErrorDataReceived += daemon.Hear;
        daemon._process.BeginOutputReadLine();
        daemon._process.BeginErrorReadLine();
        try
        {
            using var http = new HttpClient { BaseAddress = daemon.Rest, Timeout = TimeSpan.FromSeconds(1) };
            await daemon.Until("ready", 2, async () => await IsOk(http));
            daemon.ToReady = Stopwatch.GetElapsedTime(began);
            daemon.Session = (await File.ReadAllTextAsync(Path.Combine(data, "one_auth"))).Trim();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public PoweredClient Client() => new(new() { Address = Rest, Credentials = Session });

    /// <summary>Enrols simulated hosts of 512 cores and 4 TiB each and waits until they are monitored.</summary>
    public async Task AddHosts(int count, string query = "")
    {
        using var client = Client();
        for (var i = 0; i < count; i++)
            await client.AddHost(new() { Name = $"h{i}", Uri = $"sim:generic?cores=512&memory=4096&seed={i}{query}" });
        await Until($"{count} hosts monitored", 50, async () => (await client.ListHosts()).Count(h => h.State == "MONITORED") == count);
    }

    /// <summary>Asks every so often until it holds; ends with what the daemon said last when it died or a minute is over.</summary>
    public Task Until(string what, int everyMilliseconds, Func<Task<bool>> holds) => Until(() => what, everyMilliseconds, holds);

    public async Task Until(Func<string> what, int everyMilliseconds, Func<Task<bool>> holds)
    {
        for (var began = Stopwatch.GetTimestamp(); !await holds();)
        {
            if (_process.HasExited)
                throw new BenchmarkException($"poweredd ended with {_process.ExitCode} before: {what()}\n{string.Join('\n', _said)}");
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new BenchmarkException($"not within {Patience.TotalSeconds} s: {what()}\n{string.Join('\n', _said)}");
            await Task.Delay(everyMilliseconds);
        }
    }

    /// <summary>Resident memory as the kernel counts it, in MiB.</summary>
    public double ResidentMebibytes()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>kill -9, at once.</summary>
    public void Kill() => _process.Kill();

    public bool HasExited => _process.HasExited;

    public TimeSpan CpuTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>As an operator would: SIGTERM, then waits for the end.</summary>
    public async Task Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<bool> IsOk(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync("/readyz");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // nobody listens yet
        }
        catch (TaskCanceledException)
        {
            return false; // listens and does not answer yet
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Hear(object _, DataReceivedEventArgs line)
    {
        if (line.Data is not null)
            _said.Enqueue(line.Data);
        if (_said.Count > 40)
            _said.TryDequeue(out var forgotten);
    }
}

/// <summary>A folder that goes when it is not needed any more.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("powered-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
