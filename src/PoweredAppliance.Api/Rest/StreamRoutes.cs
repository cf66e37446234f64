using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Client;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using Change = PoweredAppliance.Client.Wire.Change;

namespace PoweredAppliance.Api.Rest;

/// <summary>What stays open: changes as server-sent events, the serial console and its log.</summary>
internal static partial class StreamRoutes
{
    private static readonly TimeSpan StillThere = TimeSpan.FromSeconds(10);

    public static void MapStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Watch, Watch).Streams("What changes, as server-sent events; each data line is a Change.", "text/event-stream")
            .Query("kinds", "string", $"of {string.Join(", ", Change.Kinds)}, separated by commas; none: all").Query("id", "integer", "only the thing with this id");
        routes.MapGet(Routes.VmLog, Log).Streams("What the serial console has said.", "text/plain")
            .Query("tail", "integer", "only the last so many lines").Query("follow", "boolean", "stays open and goes on");
        routes.MapGet(Routes.VmConsole, Console).Streams("The serial console as a websocket: binary messages both ways.", "application/octet-stream", 101);
    }

    private static async Task<IResult> Watch(HttpContext http, Inventory inventory, Authority authority, HostProfiles profiles, ImageImports imports, OpenStreams streams)
    {
        using var until = streams.Until(http);
        var (who, query, stop) = (Doors.Who(http), http.Request.Query, until.Token);
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
        while (!stop.IsCancellationRequested && streams.MayGoOn(http))
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stop);
            pause.CancelAfter(StillThere);
            try
            {
                if (!await watch.Reader.WaitToReadAsync(pause.Token))
                    break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (OperationCanceledException)
            {
                await http.Response.WriteAsync(": still here\n\n", stop);
                await http.Response.Body.FlushAsync(stop);
                continue;
            }

            batch.Clear();
            while (watch.Reader.TryRead(out var change))
                batch[(change.Kind, change.Id)] = change;
            if (watch.TakeMissed())
            {
                // What is read after this is newer than all that waits.
                await Send(new() { Sequence = inventory.Changes.Last, Kind = Change.Reset });
                continue;
            }

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
                return inventory.Vms.Find(new(change.Id)) is { } vm && authority.Shows(who, vm)
                    ? said with { Vm = VmForm.Of(inventory, vm, whole: false) }
                    : null;
            var kind = Enum.Parse<PoolKind>(change.Kind, ignoreCase: true);
            if (inventory.Find(kind, change.Id) is not { } o)
                return said with { Gone = true };
            if (!authority.Shows(who, o))
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
}
