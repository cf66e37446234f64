using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PoweredAppliance.Client;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>A real poweredd in a process of its own, on free ports of the loopback, with a data folder of its own. Dies with the test.</summary>
public sealed class DaemonProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output;

    private DaemonProcess(Process process, StringBuilder output, string data, int xmlRpcPort, int restPort)
    {
        (_process, _output, Data, XmlRpcPort, RestPort) = (process, output, data, xmlRpcPort, restPort);
        Client = NewClient();
    }

    public string Data { get; }
    public int XmlRpcPort { get; }
    public int RestPort { get; }
    public PoweredClient Client { get; }
    public int Pid => _process.Id;
    public bool HasExited => _process.HasExited;
    public string Secret => File.ReadAllText(Path.Combine(Data, "one_auth")).Trim();

    /// <summary>What it said so far.</summary>
    public string Output { get { lock (_output) return _output.ToString(); } }

    /// <summary>Where the built daemon is: beside the tests, or POWEREDD.</summary>
    public static string Executable => Environment.GetEnvironmentVariable("POWEREDD") ?? Path.Combine(AppContext.BaseDirectory, "poweredd.dll");

    public PoweredClient NewClient() => new(new()
    {
        Address = new($"http://127.0.0.1:{RestPort}"),
        Credentials = File.Exists(Path.Combine(Data, "one_auth")) ? Secret : null,
        Retries = 0,
    });

    /// <param name="wait">false: return at once, not when it is ready</param>
    public static async Task<DaemonProcess> Start(string data, IEnumerable<string> settings, bool wait = true, TimeSpan? deadline = null)
    {
        Directory.CreateDirectory(data);
        var (xmlRpc, rest) = (FreePort(), FreePort());
        string[] arguments =
        [
            "--Data", data, "--XmlRpc:Address", "127.0.0.1", "--XmlRpc:Port", $"{xmlRpc}", "--Rest:Address", "127.0.0.1", "--Rest:Port", $"{rest}",
            "--Remoting:Port", "0", .. settings,
        ];
        var start = Executable.EndsWith(".dll", StringComparison.Ordinal)
            ? new ProcessStartInfo("dotnet", [Executable, .. arguments])
            : new ProcessStartInfo(Executable, arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var output = new StringBuilder();
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (wait)
            await Ready(process, rest, output, deadline ?? TimeSpan.FromSeconds(60));
        return new(process, output, data, xmlRpc, rest);

        void Keep(string? line)
        {
            if (line is not null)
                lock (output)
                    output.AppendLine(line);
        }
    }

    public async Task Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As Ctrl-C does.</summary>
    public async Task Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    public Task WaitForExit(TimeSpan deadline) => _process.WaitForExitAsync().WaitAsync(deadline);

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Client.Dispose();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task Ready(Process process, int port, StringBuilder output, TimeSpan deadline)
    {
        using var http = new HttpClient();
        var since = Stopwatch.StartNew();
        while (!process.HasExited && since.Elapsed < deadline)
        {
            try
            {
                if ((await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"))).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(20);
        }

        lock (output)
            throw new InvalidOperationException($"poweredd is not ready ({(process.HasExited ? $"exit {process.ExitCode}" : "too late")}):\n{output}");
    }
}
