using System.Net.WebSockets;

namespace PoweredAppliance.Cli.Terminal;

/// <summary>
/// Joins keyboard and screen to a VM's serial console until Ctrl-], the guest's end, or the end of the input.
/// </summary>
internal static class SerialConsole
{
    /// <summary>Ctrl-]</summary>
    public const byte Escape = 0x1d;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    /// <returns>Why it ended, for people.</returns>
    public static async Task<string> Join(WebSocket socket, Stream keys, Stream screen, TimeProvider time, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var typed = Task.Run(() => Typed(socket, keys, end.Token), CancellationToken.None);
        var said = Said(socket, screen, end.Token);
        try
        {
            var first = await Task.WhenAny(typed, said);
            if (first == typed && await typed)
                return await Leave(socket, said, time, stop);
            return await said; // also when the input has ended: the guest may still have something to say
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return "left the console";
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    /// <summary>
    /// What was typed before is still to arrive, so the other side is told, and given some seconds to agree.
    /// </summary>
    private static async Task<string> Leave(WebSocket socket, Task<string> said, TimeProvider time, CancellationToken stop)
    {
        if (socket.State is WebSocketState.Open)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, stop);
        await Task.WhenAny(said, Task.Delay(Farewell, time, stop));
        return "left the console";
    }

    /// <returns>True when Ctrl-] was pressed, false when the input ended.</returns>
    private static async Task<bool> Typed(WebSocket socket, Stream keys, CancellationToken stop)
    {
        var buffer = new byte[1024];
        int got;
        while ((got = await keys.ReadAsync(buffer, stop)) > 0)
        {
            var escape = Array.IndexOf(buffer, Escape, 0, got);
            var send = escape < 0 ? got : escape;
            if (send > 0 && socket.State is WebSocketState.Open)
                await socket.SendAsync(buffer.AsMemory(0, send), WebSocketMessageType.Binary, endOfMessage: true, stop);
            if (escape >= 0)
                return true;
        }

        return false;
    }

    private static async Task<string> Said(WebSocket socket, Stream screen, CancellationToken stop)
    {
        var buffer = new byte[16384];
        try
        {
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer.AsMemory(), stop);
                if (got.MessageType is WebSocketMessageType.Close)
                    return socket.CloseStatusDescription is { Length: > 0 } why ? why : "the console was closed";
                await screen.WriteAsync(buffer.AsMemory(0, got.Count), stop);
                await screen.FlushAsync(stop);
            }
        }
        catch (WebSocketException e)
        {
            return $"the connection broke: {e.Message}";
        }
    }
}
