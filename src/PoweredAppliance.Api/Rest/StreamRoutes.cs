using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Client;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;
using Change = PoweredAppliance.Client.Wire.Change;

namespace PoweredAppliance.Api.Rest;

/// <summary>What stays open: changes as server-sent events, the serial console and its log.</summary>
internal static class StreamRoutes
{
    private const int MostLogBytes = 1 << 20;
    private static readonly TimeSpan StillThere = TimeSpan.FromSeconds(10);

    public static void MapStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Watch, Watch);
        routes.MapGet(Routes.VmLog, Log);
        routes.MapGet(Routes.VmConsole, Console);
    }

    private static async Task<IResult> Watch(HttpContext http, Inventory inventory, Authority authority, HostProfiles profiles, ImageImports imports)
    {
        var (who, query, stop) = (Doors.Who(http), http.Request.Query, http.RequestAborted);
        string[] kinds = query["kinds"].ToString() is { Length: > 0 } text ? text.Split(',') : [.. Change.Kinds];
        if (kinds.FirstOrDefault(k => !Change.Kinds.Contains(k)) is { } unknown)
            return Problems.Bad("kinds", unknown, $"There is no kind '{unknown}'; there are {string.Join(", ", Change.Kinds)}.");
        int? only = null;
        if (query["id"].ToString() is { Length: > 0 } id)
        {
            if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return Problems.Bad("id", id, $"id must be a number, it is '{id}'.");
            only = number;
        }

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        using var watch = inventory.Changes.Subscribe();
        // What was missed while away cannot be told apart from what was not: say so, the watcher reads again.
        var resumed = http.Request.Headers.ContainsKey("Last-Event-ID");
        await Send(new() { Sequence = inventory.Changes.Last, Kind = resumed ? Change.Reset : Change.Ready });
        var batch = new Dictionary<(string, int), ControlPlane.Inventory.Change>();
        while (!stop.IsCancellationRequested)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stop);
            pause.CancelAfter(StillThere);
            try
            {
                if (!await watch.Reader.WaitToReadAsync(pause.Token))
                    break;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                await http.Response.WriteAsync(": still here\n\n", stop);
                await http.Response.Body.FlushAsync(stop);
                continue;
            }

            batch.Clear();
            while (watch.Reader.TryRead(out var change))
                batch[(change.Kind, change.Id)] = change;
            if (watch.TakeMissed())
                await Send(new() { Sequence = inventory.Changes.Last, Kind = Change.Reset });
            foreach (var change in batch.Values.OrderBy(c => c.Sequence))
                if (WordOf(change.Kind) is { } word && kinds.Contains(word) && (only is null || only == change.Id) && Form(change, word) is { } form)
                    await Send(form);
        }

        return Results.Empty;

        async Task Send(Change change)
        {
            var line = $"id: {change.Sequence}\nevent: {change.Kind}\ndata: {JsonSerializer.Serialize(change, WireJson.Default.Change)}\n\n";
            await http.Response.WriteAsync(line, stop);
            await http.Response.Body.FlushAsync(stop);
        }

        Change? Form(ControlPlane.Inventory.Change change, string word)
        {
            var said = new Change { Sequence = change.Sequence, Kind = word, Id = change.Id };
            if (word is "vm")
                return inventory.Vms.Find(new(change.Id)) is { } vm && authority.May(who, Rights.Use, vm) is null
                    ? said with { Vm = VmForm.Of(inventory, vm, whole: false) }
                    : null;
            var kind = Enum.Parse<PoolKind>(change.Kind, ignoreCase: true);
            if (inventory.Find(kind, change.Id) is not { } o)
                return said with { Gone = true };
            if (authority.May(who, Rights.Use, o) is not null)
                return null;
            return kind switch
            {
                PoolKind.Host => said with { Host = PoolForms.Host(inventory, o, profiles.Of) },
                PoolKind.Image => said with { Image = PoolForms.Image(inventory, imports, o) },
                PoolKind.Template => said with { Template = PoolForms.Template(inventory, o, whole: false) },
                PoolKind.VirtualNetwork => said with { Network = PoolForms.Network(inventory, o) },
                PoolKind.Datastore => said with { Datastore = PoolForms.Datastore(inventory, o) },
                _ => null,
            };
        }
    }

    private static string? WordOf(string kind) => kind switch
    {
        "virtualnetwork" => "network",
        "vm" or "host" or "image" or "template" or "datastore" => kind,
        _ => null,
    };

    private static async Task<IResult> Log(HttpContext http, int id, VmOperations vms, Cloud cloud)
    {
        var (vm, why) = vms.Read(Doors.Who(http), id);
        if (why is not null)
            return Problems.Of(why);
        var (tail, stop) = (http.Request.Query["tail"].ToString(), http.RequestAborted);
        var lines = int.MaxValue;
        if (tail.Length > 0 && !int.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out lines))
            return Problems.Bad("tail", tail, $"tail must be a number of lines, it is '{tail}'.");
        var (text, no) = await cloud.ConsoleLog(vm!, MostLogBytes);
        if (no is not null)
            return Problems.Of(no);
        var first = LastLines(text!, lines);
        if (http.Request.Query["follow"] != "true")
            return Results.Text(first);

        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(first, stop);
        await http.Response.Body.FlushAsync(stop);
        for (var said = text!; !stop.IsCancellationRequested;)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
            var (more, gone) = await cloud.ConsoleLog(vm!, MostLogBytes);
            if (gone is not null || vms.Read(Doors.Who(http), id).Vm is null or { State: VmState.Done })
                break;
            // The log only grows, until its oldest part falls out of what is read at once.
            await http.Response.WriteAsync(more!.StartsWith(said, StringComparison.Ordinal) ? more[said.Length..] : "", stop);
            await http.Response.Body.FlushAsync(stop);
            said = more;
        }

        return Results.Empty;
    }

    private static string LastLines(string text, int lines)
    {
        var at = text.Length;
        for (var i = 0; i <= lines && at > 0; i++)
        {
            var before = text.LastIndexOf('\n', at - 1);
            if (before < 0)
                return text;
            if (i == lines)
                return text[(before + 1)..];
            at = before;
        }

        return text[at..];
    }

    private static async Task<IResult> Console(HttpContext http, int id, VmOperations vms, Cloud cloud, Authority authority)
    {
        var (vm, why) = vms.Read(Doors.Who(http), id);
        if (why is null && authority.May(Doors.Who(http), Rights.Manage, vm!) is { } no)
            why = no;
        if (why is not null)
            return Problems.Of(why);
        if (!http.WebSockets.IsWebSocketRequest)
            return Problems.Bad("Upgrade", null, "The console is a websocket.");
        var (console, refused) = await cloud.OpenConsole(vm!);
        if (refused is not null)
            return Problems.Of(refused);
        await using var stream = console!;
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var (down, up) = (Down(stream, socket, end.Token), Up(stream, socket, end.Token));
        var first = await Task.WhenAny(down, up);
        var reason = first == down ? "the console was closed by the host" : "";
        await end.CancelAsync();
        await stream.DisposeAsync();
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, reason, CancellationToken.None);
        return Results.Empty;
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
