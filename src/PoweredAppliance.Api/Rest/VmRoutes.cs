using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Rest;

internal static class VmRoutes
{
    private const int MostAtOnce = 1000;

    public static void MapVms(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Vms, List).Produces<IReadOnlyList<Vm>>();
        routes.MapGet(Routes.Vm, (HttpContext http, int id, VmOperations vms, Inventory inventory) => vms.Read(Doors.Who(http), id) switch
        {
            (_, { } why) => Problems.Of(why),
            var (vm, _) => Results.Ok(VmForm.Of(inventory, vm!, whole: true)),
        }).Produces<Vm>();
        routes.MapPost(Routes.Vms, Create).Produces<IReadOnlyList<Vm>>(201);
        routes.MapPost(Routes.VmAction, Act).Produces<Vm>(202);
        routes.MapPost(Routes.VmRecover, Recover).Produces<Vm>(202);
        routes.MapGet(Routes.VmEvents, Events).Produces<IReadOnlyList<VmEvent>>();
        routes.MapPost(Routes.TemplateInstantiate, (HttpContext http, int id, Instantiate asked, VmOperations vms, Inventory inventory) =>
            Many(http, vms, inventory, asked.Count, asked.Name, asked.Extra, (who, name, extra) => vms.Instantiate(who, id, name, asked.Hold, extra)))
            .Produces<IReadOnlyList<Vm>>(201);
    }

    private static IResult List(HttpContext http, Authority authority, Inventory inventory)
    {
        var (page, wrong) = Listing.Read(http.Request);
        if (wrong is not null)
            return wrong;
        var (who, query) = (Doors.Who(http), http.Request.Query);
        var (host, state, done) = (query["host"].ToString(), query["state"].ToString(), query["done"] == "true");
        var all = inventory.Vms.Ascending().Where(vm =>
            (done || vm.State is not VmState.Done)
            && (state.Length == 0 || state.Equals(StateNames.Of(vm.State), StringComparison.OrdinalIgnoreCase) || state.Equals(StateNames.Of(vm.Lcm), StringComparison.OrdinalIgnoreCase))
            && (host.Length == 0 || vm.Host?.Host.ToString() == host)
            && authority.May(who, Rights.Use, vm) is null);
        return Results.Ok((IReadOnlyList<Vm>)[.. page.Of(all, vm => vm.Id.Value, vm => vm.Name).Select(vm => VmForm.Of(inventory, vm, whole: false))]);
    }

    private static async Task<IResult> Create(HttpContext http, VmCreate asked, VmOperations vms, Inventory inventory)
    {
        if ((asked.Template is null) == (asked.TemplateText is null))
            return Problems.Bad("template", asked.Template, "Give either template (id or name) or templateText.");
        if (asked.TemplateText is { } text)
            return Template.TryParse(text, out var template, out var error)
                ? await Many(http, vms, inventory, asked.Count, asked.Name ?? template["NAME"], asked.Extra,
                    (who, name, extra) => vms.Allocate(who, (name is null ? template : template.Set("NAME", name)).Merge(extra), asked.Hold))
                : Problems.Bad("templateText", null, error);
        var (found, why) = Named.Find(inventory, PoolKind.Template, asked.Template!, Doors.Who(http));
        return why ?? await Many(http, vms, inventory, asked.Count, asked.Name, asked.Extra, (who, name, extra) => vms.Instantiate(who, found!.Id, name, asked.Hold, extra));
    }

    /// <summary>All or none: when one is refused, those already made go again.</summary>
    private static async Task<IResult> Many(
        HttpContext http, VmOperations vms, Inventory inventory, int count, string? name, string? extraText, Func<Subject, string?, Template, Task<Answer>> make)
    {
        var who = Doors.Who(http);
        if (count is < 1 or > MostAtOnce)
            return Problems.Bad("count", count.ToString(CultureInfo.InvariantCulture), $"count must be 1 to {MostAtOnce}.");
        var extra = Template.Empty;
        if (extraText is { Length: > 0 } && !Template.TryParse(extraText, out extra!, out var error))
            return Problems.Bad("extra", null, error);
        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(i =>
            make(who, name?.Replace("%i", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), extra)));
        if (answers.FirstOrDefault(a => a.Refusal is not null).Refusal is { } why)
        {
            await Task.WhenAll(answers.Where(a => a.Refusal is null).Select(a => vms.Act(who, a.Id, VmAction.TerminateHard)));
            return Problems.Of(why);
        }

        var made = answers.Select(a => VmForm.Of(inventory, inventory.Vms.Find(new(a.Id))!, whole: false)).ToList();
        http.Response.Headers.Location = $"{Routes.Root}/vms/{made[0].Id}";
        return Results.Json((IReadOnlyList<Vm>)made, statusCode: 201);
    }

    private static async Task<IResult> Act(HttpContext http, int id, string action, VmOperations vms, Inventory inventory)
    {
        if (!VmActions.All.Contains(action) || !StateNames.TryAction(action, out var known))
            return Problems.Bad("action", action, $"There is no action '{action}'; there are {string.Join(", ", VmActions.All)}.");
        return Begun(await vms.Act(Doors.Who(http), id, known), inventory);
    }

    private static async Task<IResult> Recover(HttpContext http, int id, VmOperations vms, Inventory inventory)
    {
        var word = http.Request.Query["operation"].ToString();
        var number = VmActions.Recoveries.ToList().IndexOf(word);
        return number < 0
            ? Problems.Bad("operation", word, $"operation must be one of {string.Join(", ", VmActions.Recoveries)}.")
            : Begun(await vms.Recover(Doors.Who(http), id, (RecoverOperation)number), inventory);
    }

    private static IResult Begun(Answer answer, Inventory inventory) => answer.Refusal is { } why
        ? Problems.Of(why)
        : Results.Json(VmForm.Of(inventory, inventory.Vms.Find(new(answer.Id))!, whole: true), statusCode: 202);

    private static IResult Events(HttpContext http, int id, VmOperations vms, Inventory inventory)
    {
        var (page, wrong) = Listing.Read(http.Request);
        if (wrong is not null)
            return wrong;
        return vms.Read(Doors.Who(http), id).Why is { } why
            ? Problems.Of(why)
            : Results.Ok((IReadOnlyList<VmEvent>)[.. inventory.Vms.Events(new(id)).Where(e => e.Sequence > page.After).Take(page.Limit)
                .Select(e => EventText.Of(inventory, e.Sequence, e.Event))]);
    }
}
