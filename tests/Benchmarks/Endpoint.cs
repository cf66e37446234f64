using PoweredAppliance.Lab.Daemon;

namespace Benchmarks;

/// <summary>A server of OpenNebula's XML-RPC API to be measured: one that was named, or a daemon of our own.</summary>
internal sealed class Endpoint : IAsyncDisposable
{
    private readonly Scratch? _data;

    private Endpoint(Uri uri, string session, DaemonProcess? own, Scratch? data) => (Uri, Session, Own, _data) = (uri, session, own, data);

    public Uri Uri { get; }

    /// <summary><c>user:secret</c></summary>
    public string Session { get; }

    /// <summary>Null: another's.</summary>
    public DaemonProcess? Own { get; }

    /// <summary>Processor time of a daemon of our own so far; zero for another's.</summary>
    public TimeSpan Cpu => Own?.CpuTime ?? TimeSpan.Zero;

    /// <summary>What the command line names; null where it names none.</summary>
    public static (Uri Uri, string Session)? Given(string[] args)
    {
        string? After(string option) => Array.IndexOf(args, option) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        return (After("--endpoint"), After("--session")) switch
        {
            ({ } uri, { } session) => (new Uri(uri), session),
            (null, null) => null,
            _ => throw new ArgumentException("--endpoint http://host:2633/RPC2 and --session user:secret go together", nameof(args)),
        };
    }

    /// <param name="given">null: a daemon of our own</param>
    /// <param name="settings">its, beside those that all have</param>
    public static async Task<Endpoint> Open((Uri Uri, string Session)? given, params string[] settings)
    {
        if (given is var (uri, session))
            return new(uri, session, null, null);
        var data = new Scratch();
        try
        {
            var daemon = await Site.Start(data.Path, settings: settings);
            return new(daemon.XmlRpc, daemon.Secret, daemon, data);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    public RpcRequest Call(string method, params object[] arguments) => RpcRequest.Of(Uri, Session, method, arguments);

    /// <summary>The whole body of the answer.</summary>
    public async Task<string> Read(RpcRequest call)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(call.Body);
        using var response = await http.PostAsync(Uri, content);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    /// <summary>So many calls by so many clients; says what was met, and what a daemon of our own took for it.</summary>
    public async Task<LoadResult> Load(int clients, int calls, Func<int, RpcRequest> call)
    {
        var before = Cpu;
        var load = (await XmlRpcLoad.Run(Uri, clients, calls, call)).AllDone;
        Console.WriteLine(FormattableString.Invariant(
            $"{string.Join(", ", load.Kinds.Distinct().Take(4))}: {load}{(Own is null ? "" : $", the daemon {(Cpu - before).TotalMicroseconds / calls:0} us")}"));
        return load;
    }

    public async ValueTask DisposeAsync()
    {
        if (Own is not null)
            await Own.DisposeAsync();
        _data?.Dispose();
    }
}
