using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PoweredAppliance.Conformance;

/// <summary>Whoever is connected and slow or silent holds a connection, and nothing that others need.</summary>
[Collection(nameof(Alone))]
public sealed class SilentClientTests(Appliance appliance)
{
    private const int Clients = 3_000;

    /// <summary>So many more may come of a machine that has too much to do; each client's own would be thousands.</summary>
    private const int MoreThreads = 64;

    [Fact]
    public async Task Thousands_that_say_nothing_or_half_a_call_hold_no_thread()
    {
        var head = Encoding.ASCII.GetBytes("POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-");
        var body = Encoding.ASCII.GetBytes("POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<methodCall>");
        await appliance.One.Call("one.system.version");
        var threads = Threads();
        var silent = new List<Socket>();
        try
        {
            for (var n = 0; n < Clients; n++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                silent.Add(socket);
                await socket.ConnectAsync("127.0.0.1", appliance.Daemon.XmlRpcPort);
                if (n % 3 != 0)
                    await socket.SendAsync(n % 3 == 1 ? head : body);
            }

            for (var n = 0; n < 20; n++)
                Assert.True((await appliance.One.Call("one.vmpool.info", -2, -1, -1, -1)).Ok);
            Assert.InRange(Threads(), 1, threads + MoreThreads);
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    private int Threads() => int.Parse(
        File.ReadLines($"/proc/{appliance.Daemon.Pid}/status").First(l => l.StartsWith("Threads:", StringComparison.Ordinal)).Split('\t')[1], CultureInfo.InvariantCulture);
}
