using System.Net.Sockets;
using System.Text;

namespace Benchmarks;

/// <summary>Clients that want to do harm, all at once, until they are stopped: each kind as gentle on its own processor time as it is on nobody else's.</summary>
internal sealed class HostileCampaign(Endpoint endpoint, IReadOnlyList<string> methods)
{
    private const int SlowHeads = 300, SlowBodies = 200, Deaf = 50, Guessers = 200;
    private const int DeafBeats = 10;
    private const int Limit = 32 * 1024 * 1024;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private int _reconnects;

    /// <summary>How often somebody was thrown out and came again.</summary>
    public int Reconnects => _reconnects;

    public async Task Run(TimeSpan @for)
    {
        using var stop = new CancellationTokenSource(@for);
        await Run(stop.Token);
    }

    public Task Run(CancellationToken stop)
    {
        var head = Encoding.ASCII.GetBytes($"POST {endpoint.Uri.AbsolutePath} HTTP/1.1\r\nHost: {endpoint.Uri.Authority}\r\nX-Slow: ");
        var body = Encoding.ASCII.GetBytes($"POST {endpoint.Uri.AbsolutePath} HTTP/1.1\r\nHost: {endpoint.Uri.Authority}\r\nContent-Length: 100000\r\n\r\n<");
        var list = endpoint.Call("one.vmpool.infoextended", -2, -1, -1, -1).Bytes;
        return Task.WhenAll(
        [
            .. Enumerable.Repeat(0, SlowHeads).Select(_ => Trickle(head, "x"u8.ToArray(), stop)),
            .. Enumerable.Repeat(0, SlowBodies).Select(_ => Trickle(body, " "u8.ToArray(), stop)),
            .. Enumerable.Repeat(0, Deaf).Select(_ => Trickle(list, [], stop)),
            Huge(stop), TooHuge(stop),
            Rounds(2, WrongTypes, perSecond: 150, stop), Rounds(Guessers, Guess, perSecond: 500, stop),
        ]);
    }

    /// <summary>Begins, then says one thing a second, or nothing ever, and never reads.</summary>
    private async Task Trickle(byte[] begin, byte[] then, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            try
            {
                using var socket = await Connect(stop);
                await socket.SendAsync(begin, stop);
                for (var beat = 0; then.Length > 0 || beat < DeafBeats; beat++)
                {
                    await Task.Delay(Beat, stop);
                    await socket.SendAsync(then, stop);
                }
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref _reconnects); // thrown out, as it should be
            }
            catch (OperationCanceledException)
            {
                return;
            }
    }

    private async Task Rounds(int clients, Func<int, RpcRequest> call, int perSecond, CancellationToken stop)
    {
        for (var first = 0; !stop.IsCancellationRequested; first += 2 * perSecond)
        {
            var begin = first;
            await XmlRpcLoad.Run(endpoint.Uri, clients, 2 * perSecond, n => call(begin + n), perSecond);
        }
    }

    /// <summary>As long as a call may be, and all of it one text.</summary>
    private async Task Huge(CancellationToken stop)
    {
        var start = Encoding.ASCII.GetBytes("<methodCall><methodName>one.vm.allocate</methodName><params><param><value><string>");
        var text = new byte[Limit - 1024];
        Array.Fill(text, (byte)'x');
        start.CopyTo(text, 0);
        await Repeat(RpcRequest.Post(endpoint.Uri, text), stop);
    }

    /// <summary>Longer than a call may be: announced so, and sent as long as anybody listens.</summary>
    private async Task TooHuge(CancellationToken stop)
    {
        var part = new byte[1024 * 1024];
        await Repeat([.. Encoding.ASCII.GetBytes($"POST {endpoint.Uri.AbsolutePath} HTTP/1.1\r\nHost: {endpoint.Uri.Authority}\r\nContent-Length: 1000000000\r\n\r\n"), .. part], stop);
    }

    private async Task Repeat(byte[] request, CancellationToken stop)
    {
        var answer = new byte[1024];
        while (!stop.IsCancellationRequested)
            try
            {
                using var socket = await Connect(stop);
                await socket.SendAsync(request, stop);
                await socket.ReceiveAsync(answer, stop);
                await Task.Delay(Beat, stop);
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref _reconnects);
            }
            catch (OperationCanceledException)
            {
                return;
            }
    }

    /// <summary>Each method with the right session and parameters of a type that it does not take.</summary>
    private RpcRequest WrongTypes(int n)
    {
        string[] wrong =
        [
            "<array><data/></array>", "<struct><member><name>a</name><value><i4>1</i4></value></member></struct>", "<double>1.5</double>", "<nil/>",
            "<base64>AAAA</base64>", "<i8>5000000000</i8>",
        ];
        var method = methods[n % methods.Count];
        var values = string.Concat(Enumerable.Repeat($"<param><value>{wrong[n / methods.Count % wrong.Length]}</value></param>", 12));
        return new(method, RpcRequest.Post(endpoint.Uri, Encoding.UTF8.GetBytes(
            $"<methodCall><methodName>{method}</methodName><params><param><value>{System.Security.SecurityElement.Escape(endpoint.Session)}</value></param>{values}</params></methodCall>")));
    }

    private RpcRequest Guess(int n) => RpcRequest.Of(endpoint.Uri, n % 2 == 0 ? $"oneadmin:guess-{n}" : $"nobody-{n}:guess", "one.vmpool.info", -2, -1, -1, -1);

    private async Task<Socket> Connect(CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint.Uri.Host, endpoint.Uri.Port, stop);
        return socket;
    }
}
