using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using PoweredAppliance.Client;

namespace PoweredAppliance.Lab.Guests;

/// <summary>Somebody at a VM's serial console, over the console's web socket.</summary>
internal sealed class GuestConsole : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    private readonly WebSocket _socket;
    private readonly StringBuilder _said = new();
    private readonly CancellationTokenSource _leave = new();
    private readonly Task _listening;

    private GuestConsole(WebSocket socket)
    {
        _socket = socket;
        _listening = Listen();
    }

    public static async Task<GuestConsole> Open(PoweredClient client, int vm) => new(await client.OpenConsole(vm));

    /// <summary>
    /// Types a line, again every few seconds since a shell that is only starting hears nothing, until an answer of that form
    /// is on the screen. Returns its first group. What is typed is echoed: the form must not match the line itself.
    /// </summary>
    public async Task<string> Ask(string line, string answer)
    {
        var since = Stopwatch.StartNew();
        var typed = TimeSpan.MinValue;
        while (true)
        {
            if (Regex.Match(Said, answer) is { Success: true } match)
                return match.Groups[1].Value;
            if (since.Elapsed > Patience || _listening.IsCompleted)
                throw new TimeoutException($"no {answer} to '{line}' on the console{(_listening.IsCompleted ? ", which ended" : "")}; it said: {Said}");
            if (typed == TimeSpan.MinValue || since.Elapsed - typed > Again)
            {
                await Type(line);
                typed = since.Elapsed;
            }

            await Task.Delay(25);
        }
    }

    public async Task Type(string line)
    {
        using var deadline = new CancellationTokenSource(Patience);
        await _socket.SendAsync(Encoding.ASCII.GetBytes($"{line}\n"), WebSocketMessageType.Binary, endOfMessage: true, deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        await _listening;
        _socket.Dispose();
        _leave.Dispose();
    }

    private string Said { get { lock (_said) return _said.ToString(); } }

    /// <summary>Ends when the console does: with the guest, with the daemon, or because one leaves.</summary>
    private async Task Listen()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, _leave.Token) is { MessageType: not WebSocketMessageType.Close } got)
                lock (_said)
                    _said.Append(Encoding.UTF8.GetString(buffer, 0, got.Count));
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            lock (_said)
                _said.Append($"\n(the console ended: {e.Message})");
        }
    }
}
