using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using Host = PoweredAppliance.Client.Wire.Host;

namespace PoweredAppliance.Api.Rest;

internal static class PoolRoutes
{
    public static void MapPools(this IEndpointRouteBuilder routes)
    {
        Map(routes, Routes.Hosts, Routes.Host, PoolKind.Host, "host", (http, o, _) =>
            PoolForms.Host(Service<Inventory>(http), o, Service<HostProfiles>(http).Of));
        Map(routes, Routes.Images, Routes.Image, PoolKind.Image, "image", (http, o, _) =>
            PoolForms.Image(Service<Inventory>(http), Service<ImageImports>(http), o));
        Map(routes, Routes.Templates, Routes.Template, PoolKind.Template, "VM template", (http, o, whole) => PoolForms.Template(Service<Inventory>(http), o, whole));
        Map(routes, Routes.Networks, Routes.Network, PoolKind.VirtualNetwork, "virtual network", (http, o, _) => PoolForms.Network(Service<Inventory>(http), o));
        Map(routes, Routes.Datastores, Routes.Datastore, PoolKind.Datastore, "datastore", (http, o, _) => PoolForms.Datastore(Service<Inventory>(http), o));

        routes.MapPost(Routes.Hosts, AddHost).Says<Host>("Enrols a host; it is INIT until it was read.", 201);
        routes.MapDelete(Routes.Host, (HttpContext http, int id, PoolOperations pools) => Gone(pools.Delete(Doors.Who(http), PoolKind.Host, id))).Removes("Sets a host free; refused while VMs hold claims there.");
        routes.MapPost(Routes.HostEnable, (HttpContext http, int id) => SetStatus(http, id, HostStatus.Enabled)).Says<Host>("Lets the host take VMs.");
        routes.MapPost(Routes.HostDisable, (HttpContext http, int id) => SetStatus(http, id, HostStatus.Disabled)).Says<Host>("Lets the host take no more VMs; those it has run on.");
        routes.MapPost(Routes.HostOffline, (HttpContext http, int id) => SetStatus(http, id, HostStatus.Offline)).Says<Host>("Leaves the host alone altogether.");

        routes.MapPost(Routes.Images, AddImage).Says<Image>("Registers an image; it is LOCKED until its content is there.", 201);
        routes.MapPut(Routes.ImageContent, PutContent).Says<Image>("Adds bytes to an image that was announced with upload.").Takes("application/octet-stream").Query("offset", "integer", "where these bytes begin: what is stored already");
        routes.MapDelete(Routes.Image, (HttpContext http, int id, ImageOperations images) => Gone(images.Delete(Doors.Who(http), id, force: true))).Removes("Deletes an image that no VM uses.");

        routes.MapPost(Routes.Templates, AddTemplate).Says<VmTemplate>("Makes a VM template.", 201);
        routes.MapDelete(Routes.Template, (HttpContext http, int id, PoolOperations pools) => Gone(pools.Delete(Doors.Who(http), PoolKind.Template, id))).Removes("Deletes a VM template; VMs made from it stay.");

        routes.MapPost(Routes.Networks, AddNetwork).Says<Network>("Makes a virtual network.", 201);
        routes.MapDelete(Routes.Network, (HttpContext http, int id, NetworkOperations networks) => Gone(networks.Delete(Doors.Who(http), id))).Removes("Deletes a virtual network that lends no address.");
    }

    private static T Service<T>(HttpContext http) where T : notnull => (T)http.RequestServices.GetService(typeof(T))!;

    private static void Map<T>(
        IEndpointRouteBuilder routes, string list, string one, PoolKind kind, string word, Func<HttpContext, PooledObject, bool, T> form)
    {
        routes.MapGet(list, (HttpContext http, Inventory inventory, Authority authority) =>
        {
            var (page, wrong) = Listing.Read(http.Request);
            if (wrong is not null)
                return wrong;
            var who = Doors.Who(http);
            var seen = page.Of(inventory.All(kind).Values.Where(o => authority.Shows(who, o)), o => o.Id, o => o.Name);
            return Results.Ok((IReadOnlyList<T>)[.. seen.Select(o => form(http, o, false))]);
        }).Says<IReadOnlyList<T>>($"Lists what the caller may use, by id: each a {word}.").Lists();
        routes.MapGet(one, (HttpContext http, int id, PoolOperations pools) => pools.Read(Doors.Who(http), kind, id) switch
        {
            (_, { } why) => Problems.Of(why),
            var (o, _) => Results.Ok(form(http, o!, true)),
        }).Says<T>($"One {word}.");
    }

    private static async Task<IResult> Gone(Task<ControlPlane.Answer> deed) => (await deed).Refusal is { } why ? Problems.Of(why) : Results.NoContent();

    private static async Task<IResult> AddHost(HttpContext http, HostAdd asked, HostOperations hosts, Inventory inventory)
    {
        var cluster = 0;
        if (asked.Cluster is { Length: > 0 } named)
        {
            var (found, no) = Named.Find(inventory, PoolKind.Cluster, named, Doors.Who(http));
            if (no is not null)
                return no;
            cluster = found!.Id;
        }

        if (!Uri.TryCreate(asked.Uri, UriKind.Absolute, out _))
            return Problems.Bad("uri", asked.Uri, $"uri must be a libvirt connection URI like qemu:///system, it is '{asked.Uri}'.");
        var answer = await hosts.Add(Doors.Who(http), asked.Name, asked.Uri, cluster, asked.Profile, asked.DatastorePath);
        if (answer.Refusal is { } why)
            return Problems.Of(why);
        return Made(http, $"hosts/{answer.Id}", PoolForms.Host(inventory, inventory.Find(PoolKind.Host, answer.Id)!, Service<HostProfiles>(http).Of));
    }

    private static async Task<IResult> SetStatus(HttpContext http, int id, HostStatus status)
    {
        var answer = await Service<HostOperations>(http).SetStatus(Doors.Who(http), id, status);
        var inventory = Service<Inventory>(http);
        return answer.Refusal is { } why
            ? Problems.Of(why)
            : Results.Ok(PoolForms.Host(inventory, inventory.Find(PoolKind.Host, id)!, Service<HostProfiles>(http).Of));
    }

    private static async Task<IResult> AddImage(HttpContext http, ImageAdd asked, ImageOperations images, ImageImports imports, Inventory inventory)
    {
        if (new[] { asked.Path is not null, asked.Upload is not null, asked.SizeMib is not null }.Count(given => given) != 1)
            return Problems.Bad("path", asked.Path, "Give exactly one of path, upload (bytes that will be put) and sizeMib.");
        if (asked.Upload is < 1)
            return Problems.Bad("upload", $"{asked.Upload}", "upload is the number of bytes that will be put; it must be 1 or more.");
        var datastore = 1;
        if (asked.Datastore is { Length: > 0 } named)
        {
            var (found, no) = Named.Find(inventory, PoolKind.Datastore, named, Doors.Who(http));
            if (no is not null)
                return no;
            datastore = found!.Id;
        }

        var given = Template.Empty.Set("NAME", asked.Name).Set("TYPE", asked.Type).Set("PERSISTENT", asked.Persistent ? "YES" : "NO");
        foreach (var (name, value) in new[] { ("PATH", asked.Path), ("SIZE", asked.SizeMib?.ToString(CultureInfo.InvariantCulture)), ("FORMAT", asked.Format), ("DESCRIPTION", asked.Description) })
            if (value is not null)
                given = given.Set(name, value);
        var answer = await images.Allocate(Doors.Who(http), given, datastore, asked.Upload);
        return answer.Refusal is { } why
            ? Problems.Of(why)
            : Made(http, $"images/{answer.Id}", PoolForms.Image(inventory, imports, inventory.Find(PoolKind.Image, answer.Id)!));
    }

    private static async Task<IResult> PutContent(HttpContext http, int id, PoolOperations pools, Authority authority, ImageImports imports, Uploads uploads, Inventory inventory)
    {
        // A body that is refused is still taken from the line for a while, as long as no limit forbids it: to end the connection while
        // the client sends would take the answer from it.
        var limit = http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } settable ? settable : null;
        if (limit is not null)
            limit.MaxRequestBodySize = null;
        if (pools.Read(Doors.Who(http), PoolKind.Image, id) is not ({ } image, null))
            return Problems.Of(pools.Read(Doors.Who(http), PoolKind.Image, id).Why!);
        if (authority.May(Doors.Who(http), Rights.Manage, image) is { } no)
            return Problems.Of(no);
        var text = http.Request.Query["offset"].ToString();
        var offset = 0L;
        if (text.Length > 0 && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out offset)))
            return Problems.Bad("offset", text, $"offset must be a number of bytes, it is '{text}'.");
        var left = Math.Max(0, image.FactLong("UPLOAD") - offset);
        if (http.Request.ContentLength > left && image.Fact("UPLOAD") is { } announced)
            return Problems.Bad("offset", text, $"Image {id} was announced with {announced} bytes; {http.Request.ContentLength} from {offset} on are too many.");
        if (!uploads.Begin(id))
            return Problems.Of(new Core.Refusal(Core.ErrorCode.Action, $"Another upload of image {id} is under way.", ObjectId: id));
        if (limit is not null)
            limit.MaxRequestBodySize = left; // for those that do not say how long they are
        try
        {
            var answer = await imports.Append(id, offset, http.Request.Body, http.RequestAborted);
            return answer.Refusal is { } why ? Problems.Of(why) : Results.Ok(PoolForms.Image(inventory, imports, inventory.Find(PoolKind.Image, id)!));
        }
        catch (IOException e) when (e is not BadHttpRequestException && !http.RequestAborted.IsCancellationRequested)
        {
            return Problems.Of(new Problem { Title = "it could not be stored", Status = 507, Detail = $"The bytes of image {id} could not be stored: {e.Message}", Code = (int)Core.ErrorCode.Internal });
        }
        finally
        {
            uploads.End(id);
        }
    }

    private static async Task<IResult> AddTemplate(HttpContext http, TemplateCreate asked, PoolOperations pools, Inventory inventory)
    {
        if (!Template.TryParse(asked.Text, out var template, out var error))
            return Problems.Bad("text", null, error);
        var answer = await pools.Allocate(Doors.Who(http), PoolKind.Template, asked.Name ?? template["NAME"] ?? "", template);
        return answer.Refusal is { } why
            ? Problems.Of(why)
            : Made(http, $"templates/{answer.Id}", PoolForms.Template(inventory, inventory.Find(PoolKind.Template, answer.Id)!, whole: true));
    }

    private static async Task<IResult> AddNetwork(HttpContext http, TemplateCreate asked, NetworkOperations networks, Inventory inventory)
    {
        if (!Template.TryParse(asked.Text, out var template, out var error))
            return Problems.Bad("text", null, error);
        var answer = await networks.Allocate(Doors.Who(http), asked.Name is { } name ? template.Set("NAME", name) : template, cluster: 0);
        return answer.Refusal is { } why
            ? Problems.Of(why)
            : Made(http, $"networks/{answer.Id}", PoolForms.Network(inventory, inventory.Find(PoolKind.VirtualNetwork, answer.Id)!));
    }

    private static IResult Made<T>(HttpContext http, string path, T made)
    {
        http.Response.Headers.Location = $"{Routes.Root}/{path}";
        return Results.Json(made, statusCode: 201);
    }
}
