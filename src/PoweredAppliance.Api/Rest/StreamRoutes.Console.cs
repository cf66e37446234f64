using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Rest;

/// <summary>The serial console and its log. Both show what the guest's own users see, so USE is not enough for them.</summary>
internal static partial class StreamRoutes
{
    private const int MostLogBytes = 1 << 20;
    private const int OverlapChars = 512;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private static (VirtualMachine? Vm, Refusal? Why) Owned(HttpContext http, int id, VmOperations vms, Authority authority) =>
        vms.Read(Doors.Who(http), id) is ({ } vm, null) && authority.May(Doors.Who(http), Rights.Manage, vm) is { } no ? (null, no) : vms.Read(Doors.Who(http), id);

    private static async Task<IResult> Log(HttpContext http, int id, VmOperations vms, Cloud cloud, Authority authority, OpenStreams streams)
    {
        var (vm, why) = Owned(http, id, vms, authority);
        if (why is not null)
            return Problems.Of(why);
        var tail = http.Request.Query["tail"].ToString();
        var lines = int.MaxValue;
        if (tail.Length > 0 && !int.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out lines))
            return Problems.Bad("tail", tail, $"tail must be a number of lines, it is '{tail}'.");
        if (Listing.Flag(http.Request, "follow", out var follow) is { } wrong)
            return wrong;
        var (text, no) = await cloud.ConsoleLog(vm!, MostLogBytes);
        if (no is not null)
            return Problems.Of(no);
        var first = LastLines(text!, lines);
        if (!follow)
            return Results.Text(first);

        using var until = streams.Until(http);
        var stop = until.Token;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(first, stop);
        await http.Response.Body.FlushAsync(stop);
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var said = text!; !stop.IsCancellationRequested && streams.MayGoOn(http);)
        {
            if (!await Passed(beat, stop) || Owned(http, id, vms, authority) is not ({ State: not VmState.Done } now, null))
                break;
            var (more, silent) = await cloud.ConsoleLog(now, MostLogBytes);
            if (silent is not null)
                break;
            if (After(said, more!) is { Length: > 0 } news)
            {
                await http.Response.WriteAsync(news, stop);
                await http.Response.Body.FlushAsync(stop);
            }

            said = more!;
        }

        return Results.Empty;
    }

    private static async Task<bool> Passed(PeriodicTimer beat, CancellationToken stop)
    {
        try
        {
            return await beat.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What is new in a log of which only the last part is read: all behind the place where the older part ended. All of it
    /// when that place is gone (so much was said, or the log began anew).</summary>
    internal static string After(string said, string now)
    {
        if (now.StartsWith(said, StringComparison.Ordinal))
            return now[said.Length..];
        var end = said[^Math.Min(said.Length, OverlapChars)..];
        var at = now.LastIndexOf(end, StringComparison.Ordinal);
        return at < 0 ? now : now[(at + end.Length)..];
    }

    /// <summary>A last line that has no end yet (a prompt) is a line.</summary>
    internal static string LastLines(string text, int lines)
    {
        if (lines == 0)
            return "";
        var before = text.EndsWith('\n') ? text.Length - 1 : text.Length;
        for (var i = 0; i < lines; i++)
        {
            before = before <= 0 ? -1 : text.LastIndexOf('\n', before - 1);
            if (before < 0)
                return text;
        }

        return text[(before + 1)..];
    }

    private static async Task<IResult> Console(HttpContext http, int id, VmOperations vms, Cloud cloud, Authority authority, OpenStreams streams)
    {
        var (vm, why) = Owned(http, id, vms, authority);
        if (why is null && vm!.State is not VmState.Active)
            why = Refusal.WrongState($"VM {id} is {vm.Phase}, it has no console.", id);
        if (why is not null)
            return Problems.Of(why);
        if (!http.WebSockets.IsWebSocketRequest)
            return Problems.Bad("Upgrade", null, "The console is a websocket.");
        var (console, refused) = await cloud.OpenConsole(vm!);
        if (refused is not null)
            return Problems.Of(refused);
        await using var stream = console!;
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        using var until = streams.Until(http);
        await Join(stream, socket, until.Token);
        return Results.Empty;
    }

    /// <summary>Carries both ways until one side leaves or <paramref name="until"/>. What a client typed before it vanished is still to be
    /// read when its request is aborted: it is written before the stream is closed. A guest that takes nothing is waited for no longer
    /// than <see cref="Farewell"/>.</summary>
    private static async Task Join(Stream console, WebSocket socket, CancellationToken until)
    {
        using var end = new CancellationTokenSource();
        var (down, up) = (Down(console, socket, end.Token), Up(console, socket, end.Token));
        var first = await Task.WhenAny(down, up, Task.Delay(Timeout.Infinite, until));
        var reason = first == down ? "the host closed the console" : first == up ? "" : "the controller stops";
        // Before anything is cancelled: a receive that is cancelled aborts the whole socket, and the reason would be lost.
        await Close(socket, reason);
        await Task.WhenAny(up, Task.Delay(Farewell, CancellationToken.None));
        await end.CancelAsync();
        await Task.WhenAll(down, up);
    }

    /// <summary>A socket that cannot be told is left as it is: what it has received can still be read.</summary>
    private static async Task Close(WebSocket socket, string reason)
    {
        using var patience = new CancellationTokenSource(Farewell);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, reason, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // It is gone, or hears nothing.
        }
    }

    private static async Task Down(Stream console, WebSocket socket, CancellationToken stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            for (int read; (read = await console.ReadAsync(buffer, stop)) > 0;)
                await socket.SendAsync(buffer.AsMemory(0, read), WebSocketMessageType.Binary, endOfMessage: true, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or WebSocketException or ObjectDisposedException)
        {
            // Either side left: that ends a console.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task Up(Stream console, WebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), stop) is { MessageType: not WebSocketMessageType.Close } part)
            {
                await console.WriteAsync(buffer.AsMemory(0, part.Count), stop);
                await console.FlushAsync(stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or WebSocketException or ObjectDisposedException)
        {
            // Either side left: that ends a console.
        }
    }
}
