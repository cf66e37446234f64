using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

/// <summary>
/// A real web server on a free port of the loopback that answers by the wire contract from what a test put into it: the
/// contract's other end.
/// </summary>
internal sealed class CannedAppliance : IAsyncDisposable
{
    public const string Credentials = "oneadmin:secret";

    private readonly ConcurrentDictionary<Channel<Change>, bool> _watchers = new();
    private readonly WebApplication _app;
    private long _sequence = 100;

    private CannedAppliance()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Use(Guard);
        var api = _app.MapGroup(Routes.Root);
        api.MapGet(Routes.Version, () => Json(new ApiVersion("0.1.0", "7.4.0", "v1"), WireJson.Default.ApiVersion));
        api.MapGet(Routes.Status, () => Json(Samples.Status, WireJson.Default.Status));
        api.MapPost(
            Routes.Login,
            () => Json(new LoginReply("oneadmin", "t0ken", Samples.Now.AddHours(10)), WireJson.Default.LoginReply));
        Pool(
            api,
            Routes.Vms,
            Routes.Vm,
            () => Vms,
            v => (v.Id, v.Name),
            WireJson.Default.IReadOnlyListVm,
            WireJson.Default.Vm,
            "VM");
        Pool(
            api,
            Routes.Hosts,
            Routes.Host,
            () => Hosts,
            h => (h.Id, h.Name),
            WireJson.Default.IReadOnlyListHost,
            WireJson.Default.Host,
            "host");
        Pool(
            api,
            Routes.Images,
            Routes.Image,
            () => Images,
            i => (i.Id, i.Name),
            WireJson.Default.IReadOnlyListImage,
            WireJson.Default.Image,
            "image");
        Pool(
            api,
            Routes.Templates,
            Routes.Template,
            () => Templates,
            t => (t.Id, t.Name),
            WireJson.Default.IReadOnlyListVmTemplate,
            WireJson.Default.VmTemplate,
            "template");
        Pool(
            api,
            Routes.Networks,
            Routes.Network,
            () => Networks,
            n => (n.Id, n.Name),
            WireJson.Default.IReadOnlyListNetwork,
            WireJson.Default.Network,
            "network");
        Pool(
            api,
            Routes.Datastores,
            Routes.Datastore,
            () => Datastores,
            d => (d.Id, d.Name),
            WireJson.Default.IReadOnlyListDatastore,
            WireJson.Default.Datastore,
            "datastore");
        api.MapGet(Routes.Watch, Watch);
        Routing = api;
    }

    public ConcurrentQueue<string> Asked { get; } = new();
    public List<Vm> Vms { get; set; } = [];
    public List<Host> Hosts { get; set; } = [];
    public List<Image> Images { get; set; } = [];
    public List<VmTemplate> Templates { get; set; } = [];
    public List<Network> Networks { get; set; } = [];
    public List<Datastore> Datastores { get; set; } = [];

    /// <summary>Where a test adds the routes that only it needs.</summary>
    public IEndpointRouteBuilder Routing { get; }

    public string Address { get; private set; } = "";

    /// <summary>How many streams of changes are open.</summary>
    public int Watchers => _watchers.Count;

    public static async Task<CannedAppliance> Start(Action<CannedAppliance>? prepare = null)
    {
        var appliance = new CannedAppliance();
        prepare?.Invoke(appliance);
        await appliance._app.StartAsync();
        appliance.Address = appliance._app.Urls.First();
        return appliance;
    }

    /// <summary>
    /// An answer to <c>POST /vms/{id}/actions/{action}</c>: the VM as it is when the action has begun.
    /// </summary>
    public void OnAction(Func<Vm, string, Vm> begin) => Routing.MapPost(Routes.VmAction, (int id, string action) =>
    {
        var at = Vms.FindIndex(v => v.Id == id);
        return at < 0 ? Missing("VM", id) : Json(Vms[at] = begin(Vms[at], action), WireJson.Default.Vm, 202);
    });

    public void Put(Vm vm)
    {
        Vms[Vms.FindIndex(v => v.Id == vm.Id)] = vm;
        Publish(new Change { Kind = "vm", Id = vm.Id, Sequence = 0, Vm = vm });
    }

    public void Publish(Change change)
    {
        var numbered = change with { Sequence = Interlocked.Increment(ref _sequence) };
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryWrite(numbered);
    }

    /// <summary>Ends every stream of changes, as a daemon does that is restarted.</summary>
    public void BreakStreams()
    {
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryComplete();
    }

    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = 200) =>
        Results.Text(JsonSerializer.Serialize(value, type), "application/json", Encoding.UTF8, status);

    public static IResult Problem(
        int status, string detail, int code = 2048, IReadOnlyList<string>? candidates = null)
    {
        var problem = new Problem { Title = "refused", Status = status, Detail = detail, Code = code, Candidates = candidates ?? [] };
        var text = JsonSerializer.Serialize(problem, WireJson.Default.Problem);
        return Results.Text(text, "application/problem+json", Encoding.UTF8, status);
    }

    public ValueTask DisposeAsync()
    {
        BreakStreams();
        return _app.DisposeAsync();
    }

    private async Task Guard(HttpContext context, RequestDelegate next)
    {
        Asked.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        var right = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials));
        var isOpen = context.Request.Path.Value!.EndsWith(Routes.Version, StringComparison.Ordinal);
        if (!isOpen && context.Request.Headers.Authorization != right)
            await Problem(401, "user or secret is wrong", 256).ExecuteAsync(context);
        else
            await next(context);
    }

    private static void Pool<T>(
        IEndpointRouteBuilder api,
        string list,
        string single,
        Func<List<T>> pool,
        Func<T, (int Id, string Name)> key,
        JsonTypeInfo<IReadOnlyList<T>> listType,
        JsonTypeInfo<T> type,
        string word)
        where T : class
    {
        api.MapGet(
            list,
            (string? name) => Json(pool().Where(t => name is null || key(t).Name == name).ToList(), listType));
        api.MapGet(
            single,
            (int id) => pool().Find(t => key(t).Id == id) is { } one ? Json(one, type) : Missing(word, id));
        api.MapDelete(
            single,
            (int id) => pool().RemoveAll(t => key(t).Id == id) > 0 ? Results.NoContent() : Missing(word, id));
    }

    private static IResult Missing(string word, int id) => Problem(404, $"no {word} has id {id}", 1024);

    private async Task Watch(HttpContext context, string? kinds, int? id)
    {
        var mine = Channel.CreateUnbounded<Change>();
        mine.Writer.TryWrite(new Change { Kind = Change.Ready, Sequence = Interlocked.Read(ref _sequence) });
        _watchers[mine] = true;
        context.Response.ContentType = "text/event-stream";
        try
        {
            await foreach (var change in mine.Reader.ReadAllAsync(context.RequestAborted))
            {
                var asked = (kinds?.Split(',').Contains(change.Kind) ?? true) && (id is null || id == change.Id);
                if (change.Kind != Change.Ready && !asked)
                    continue;
                var data = JsonSerializer.Serialize(change, WireJson.Default.Change);
                await context.Response.WriteAsync(
                    $": beat\n\nevent: {change.Kind}\nid: {change.Sequence}\ndata: {data}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // the watcher has left
        }
        finally
        {
            _watchers.TryRemove(mine, out _);
        }
    }
}
