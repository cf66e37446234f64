using System.Diagnostics;
using System.Text;
using PoweredAppliance.Client;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>A real poweredd in a process of its own, on free ports of the loopback, with a data folder of its own. Dies with the test.</summary>
public sealed class DaemonProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _output;

    private DaemonProcess(Process process, StringBuilder output, string data, int xmlRpcPort, int grpcPort, int restPort)
    {
        (_process, _output, Data, XmlRpcPort, GrpcPort, RestPort) = (process, output, data, xmlRpcPort, grpcPort, restPort);
        Client = NewClient();
    }

    public string Data { get; }
    public int XmlRpcPort { get; }
    public int GrpcPort { get; }
    public int RestPort { get; }
    public int OneFlowPort { get; private init; }
    public int OneGatePort { get; private init; }
    public Uri XmlRpc => new($"http://127.0.0.1:{XmlRpcPort}/RPC2");
    public PoweredClient Client { get; }

    /// <summary>From the start of the process to its first yes at /readyz.</summary>
    public TimeSpan ToReady { get; private init; }
    public int Pid => _process.Id;

    /// <summary>Processor time so far, all threads.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory, bytes.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

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

    /// <summary>Returns when it is ready; throws what it said when it ends before or is not ready in time.</summary>
    public static async Task<DaemonProcess> Start(string data, IEnumerable<string> settings)
    {
        Directory.CreateDirectory(data);
        var (xmlRpc, grpc, rest, oneFlow, oneGate) = (Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        string[] arguments =
        [
            "--Data", data, "--XmlRpc:Address", "127.0.0.1", "--XmlRpc:Port", $"{xmlRpc}", "--Rest:Address", "127.0.0.1", "--Rest:Port", $"{rest}",
            "--Grpc:Address", "127.0.0.1", "--Grpc:Port", $"{grpc}", "--OneFlow:Port", $"{oneFlow}", "--OneGate:Port", $"{oneGate}",
            "--Remoting:Port", "0", .. settings,
        ];
        var start = Executable.EndsWith(".dll", StringComparison.Ordinal)
            ? new ProcessStartInfo("dotnet", [Executable, .. arguments])
            : new ProcessStartInfo(Executable, arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var output = new StringBuilder();
        var (process, began) = (new Process { StartInfo = start }, Stopwatch.GetTimestamp());
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Ready(process, rest, output);
        return new(process, output, data, xmlRpc, grpc, rest) { ToReady = Stopwatch.GetElapsedTime(began), OneFlowPort = oneFlow, OneGatePort = oneGate };

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

    private static async Task Ready(Process process, int port, StringBuilder output)
    {
        using var http = new HttpClient();
        var since = Stopwatch.StartNew();
        while (!process.HasExited && since.Elapsed < Patience)
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

            await Task.Delay(5);
        }

        var why = process.HasExited ? $"exit {process.ExitCode}" : $"not within {Patience.TotalSeconds:0} s";
        process.Kill();
        lock (output)
            throw new InvalidOperationException($"poweredd is not ready ({why}):\n{output}");
    }
}
