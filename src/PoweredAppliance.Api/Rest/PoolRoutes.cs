using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
        Map(routes, Routes.Hosts, Routes.Host, PoolKind.Host, (http, o, _) =>
            PoolForms.Host(Service<Inventory>(http), o, Service<HostProfiles>(http).Of));
        Map(routes, Routes.Images, Routes.Image, PoolKind.Image, (http, o, _) =>
            PoolForms.Image(Service<Inventory>(http), Service<ImageImports>(http), o));
        Map(routes, Routes.Templates, Routes.Template, PoolKind.Template, (http, o, whole) => PoolForms.Template(Service<Inventory>(http), o, whole));
        Map(routes, Routes.Networks, Routes.Network, PoolKind.VirtualNetwork, (http, o, _) => PoolForms.Network(Service<Inventory>(http), o));
        Map(routes, Routes.Datastores, Routes.Datastore, PoolKind.Datastore, (http, o, _) => PoolForms.Datastore(Service<Inventory>(http), o));

        routes.MapPost(Routes.Hosts, AddHost).Produces<Host>(201);
        routes.MapDelete(Routes.Host, (HttpContext http, int id, PoolOperations pools) => Gone(pools.Delete(Doors.Who(http), PoolKind.Host, id)));
        routes.MapPost(Routes.HostEnable, (HttpContext http, int id) => SetStatus(http, id, HostStatus.Enabled)).Produces<Host>();
        routes.MapPost(Routes.HostDisable, (HttpContext http, int id) => SetStatus(http, id, HostStatus.Disabled)).Produces<Host>();
        routes.MapPost(Routes.HostOffline, (HttpContext http, int id) => SetStatus(http, id, HostStatus.Offline)).Produces<Host>();

        routes.MapPost(Routes.Images, AddImage).Produces<Image>(201);
        routes.MapPut(Routes.ImageContent, PutContent).Produces<Image>();
        routes.MapDelete(Routes.Image, (HttpContext http, int id, ImageOperations images) => Gone(images.Delete(Doors.Who(http), id)));

        routes.MapPost(Routes.Templates, AddTemplate).Produces<VmTemplate>(201);
        routes.MapDelete(Routes.Template, (HttpContext http, int id, PoolOperations pools) => Gone(pools.Delete(Doors.Who(http), PoolKind.Template, id)));

        routes.MapPost(Routes.Networks, AddNetwork).Produces<Network>(201);
        routes.MapDelete(Routes.Network, (HttpContext http, int id, NetworkOperations networks) => Gone(networks.Delete(Doors.Who(http), id)));
    }

    private static T Service<T>(HttpContext http) where T : notnull => (T)http.RequestServices.GetService(typeof(T))!;

    private static void Map<T>(
        IEndpointRouteBuilder routes, string list, string one, PoolKind kind, Func<HttpContext, PooledObject, bool, T> form)
    {
        routes.MapGet(list, (HttpContext http, Inventory inventory, Authority authority) =>
        {
            var (page, wrong) = Listing.Read(http.Request);
            if (wrong is not null)
                return wrong;
            var who = Doors.Who(http);
            var seen = page.Of(inventory.All(kind).Values.Where(o => authority.May(who, Rights.Use, o) is null), o => o.Id, o => o.Name);
            return Results.Ok((IReadOnlyList<T>)[.. seen.Select(o => form(http, o, false))]);
        }).Produces<IReadOnlyList<T>>();
        routes.MapGet(one, (HttpContext http, int id, PoolOperations pools) => pools.Read(Doors.Who(http), kind, id) switch
        {
            (_, { } why) => Problems.Of(why),
            var (o, _) => Results.Ok(form(http, o!, true)),
        }).Produces<T>();
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

    private static async Task<IResult> PutContent(HttpContext http, int id, PoolOperations pools, Authority authority, ImageImports imports, Inventory inventory)
    {
        if (pools.Read(Doors.Who(http), PoolKind.Image, id) is not ({ } image, null))
            return Problems.Of(pools.Read(Doors.Who(http), PoolKind.Image, id).Why!);
        if (authority.May(Doors.Who(http), Rights.Manage, image) is { } no)
            return Problems.Of(no);
        var text = http.Request.Query["offset"].ToString();
        var offset = 0L;
        if (text.Length > 0 && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out offset)))
            return Problems.Bad("offset", text, $"offset must be a number of bytes, it is '{text}'.");
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = image.FactLong("UPLOAD");
        var answer = await imports.Append(id, offset, http.Request.Body, http.RequestAborted);
        return answer.Refusal is { } why ? Problems.Of(why) : Results.Ok(PoolForms.Image(inventory, imports, inventory.Find(PoolKind.Image, id)!));
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
