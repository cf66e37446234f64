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
    private static readonly HashSet<string> States = new(
        Enum.GetValues<VmState>().Select(StateNames.Of).Concat(Enum.GetValues<LcmState>().Select(StateNames.Of)), StringComparer.OrdinalIgnoreCase);

    public static void MapVms(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Vms, List).Says<IReadOnlyList<Vm>>("Lists the VMs that the caller may use, by id.").Lists()
            .Query("state", "string", "only those whose state or lcmState is this word").Query("host", "integer", "only those on this host")
            .Query("done", "boolean", "also those that are DONE");
        routes.MapGet(Routes.Vm, (HttpContext http, int id, VmOperations vms, Inventory inventory) => vms.Read(Doors.Who(http), id) switch
        {
            (_, { } why) => Problems.Of(why),
            var (vm, _) => Results.Ok(VmForm.Of(inventory, vm!, whole: true)),
        }).Says<Vm>("One VM, with its templates.");
        routes.MapPost(Routes.Vms, Create).Says<IReadOnlyList<Vm>>("Makes VMs, all or none.", 201);
        routes.MapPost(Routes.VmAction, Act).Says<Vm>($"Begins an action: one of {string.Join(", ", VmActions.All)}.", 202);
        routes.MapPost(Routes.VmRecover, Recover).Says<Vm>("Recovers a VM that is stuck.", 202).Query("operation", "string", $"one of {string.Join(", ", VmActions.Recoveries)}");
        routes.MapPost(Routes.VmMigrate, Migrate).Says<Vm>("Sends a VM to another host; answers when that host keeps room for it.", 202)
            .Query("host", "string", "id or name").Query("way", "string", $"one of {string.Join(", ", VmActions.MigrationWays)}");
        routes.MapGet(Routes.VmWhy, Why).Says<VmWhy>("Why a VM is where it is, or what each host that it waits for lacks. Places nothing.");
        routes.MapGet(Routes.VmEvents, Events).Says<IReadOnlyList<VmEvent>>("What happened to a VM, oldest first; the last 64 are kept.")
            .Query("after", "integer", "begins behind this sequence").Query("limit", "integer", "ends after so many");
        routes.MapPost(Routes.WildImport, async (HttpContext http, int id, string name, VmOperations vms, Inventory inventory) =>
            Imported(http, await vms.Import(Doors.Who(http), id, name), inventory))
            .Says<Vm>("Makes a VM of a domain that somebody else made; its guest runs on.", 201);
        routes.MapPost(Routes.TemplateInstantiate, (HttpContext http, int id, Instantiate asked, VmOperations vms, Cloud cloud, Inventory inventory) =>
            Many(http, vms, inventory, asked.Count, asked.Name, asked.Extra, (who, name, extra) => vms.Instantiate(who, id, name, asked.Hold, extra), cloud))
            .Says<IReadOnlyList<Vm>>("Makes VMs from a template, all or none.", 201);
    }

    private static IResult List(HttpContext http, Authority authority, Inventory inventory)
    {
        var (page, wrong) = Listing.Read(http.Request);
        if (wrong is not null)
            return wrong;
        var (who, query) = (Doors.Who(http), http.Request.Query);
        var (host, state) = (query["host"].ToString(), query["state"].ToString());
        if (host.Length > 0 && !int.TryParse(host, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Problems.Bad("host", host, $"host must be an id, it is '{host}'.");
        if (state.Length > 0 && !States.Contains(state))
            return Problems.Bad("state", state, $"There is no state '{state}'; there are {string.Join(", ", States.Order())}.");
        if (Listing.Flag(http.Request, "done", out var done) is { } bad)
            return bad;
        var all = inventory.Vms.Ascending().Where(vm =>
            (done || vm.State is not VmState.Done || state.Equals("DONE", StringComparison.OrdinalIgnoreCase))
            && (state.Length == 0 || state.Equals(StateNames.Of(vm.State), StringComparison.OrdinalIgnoreCase) || state.Equals(StateNames.Of(vm.Lcm), StringComparison.OrdinalIgnoreCase))
            && (host.Length == 0 || vm.Host?.Host.ToString() == host)
            && authority.Shows(who, vm));
        return Results.Ok((IReadOnlyList<Vm>)[.. page.Of(all, vm => vm.Id.Value, vm => vm.Name).Select(vm => VmForm.Of(inventory, vm, whole: false))]);
    }

    private static async Task<IResult> Create(HttpContext http, VmCreate asked, VmOperations vms, Cloud cloud, Inventory inventory)
    {
        if ((asked.Template is null) == (asked.TemplateText is null))
            return Problems.Bad("template", asked.Template, "Give either template (id or name) or templateText.");
        if (asked.TemplateText is { } text)
            return Template.TryParse(text, out var template, out var error)
                ? await Many(http, vms, inventory, asked.Count, asked.Name ?? template["NAME"], asked.Extra,
                    (who, name, extra) => vms.Allocate(who, (name is null ? template : template.Set("NAME", name)).Merge(extra), asked.Hold), cloud)
                : Problems.Bad("templateText", null, error);
        var (found, why) = Named.Find(inventory, PoolKind.Template, asked.Template!, Doors.Who(http));
        return why ?? await Many(http, vms, inventory, asked.Count, asked.Name, asked.Extra, (who, name, extra) => vms.Instantiate(who, found!.Id, name, asked.Hold, extra), cloud);
    }

    /// <summary>All or none: when one is refused, those already made go again.</summary>
    private static async Task<IResult> Many(
        HttpContext http, VmOperations vms, Inventory inventory, int count, string? name, string? extraText, Func<Subject, string?, Template, Task<Answer>> make, Cloud cloud)
    {
        var who = Doors.Who(http);
        if (count is < 1 or > MostAtOnce)
            return Problems.Bad("count", count.ToString(CultureInfo.InvariantCulture), $"count must be 1 to {MostAtOnce}.");
        var extra = Template.Empty;
        if (extraText is { Length: > 0 } && !Template.TryParse(extraText, out extra!, out var error))
            return Problems.Bad("extra", null, error);
        // The first by itself: what is wrong with the wish is wrong with all of them.
        var answers = new List<Answer> { await Make(0) };
        try
        {
            if (answers[0].Refusal is null)
                answers.AddRange(await Task.WhenAll(Enumerable.Range(1, count - 1).Select(Make)));
        }
        catch (TimeoutException e)
        {
            answers.Add(new Core.Refusal(ErrorCode.Internal, e.Message));
        }

        if (answers.FirstOrDefault(a => a.Refusal is not null).Refusal is { } why)
        {
            // Deleted from whatever state they have reached; some may be on their way to a host already.
            await Task.WhenAll(answers.Where(a => a.Refusal is null).Select(a => cloud.Vm(new VmProtocol.Recover(new(a.Id), RecoverOperation.Delete, who.Caller()))));
            return Problems.Of(why);
        }

        var made = answers.Select(a => VmForm.Of(inventory, inventory.Vms.Find(new(a.Id))!, whole: false)).ToList();
        http.Response.Headers.Location = $"{Routes.Root}/vms/{made[0].Id}";
        return Results.Json((IReadOnlyList<Vm>)made, statusCode: 201);

        Task<Answer> Make(int i) => make(who, name?.Replace("%i", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), extra);
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

    private static async Task<IResult> Migrate(HttpContext http, int id, VmOperations vms, Inventory inventory)
    {
        var (host, word) = (http.Request.Query["host"].ToString(), http.Request.Query["way"].ToString());
        if (!VmActions.MigrationWays.Contains(word))
            return Problems.Bad("way", word, $"way must be one of {string.Join(", ", VmActions.MigrationWays)}.");
        var (found, why) = Named.Find(inventory, PoolKind.Host, host, Doors.Who(http));
        return why ?? Begun(await vms.Migrate(Doors.Who(http), id, found!.Id, Enum.Parse<MigrationWay>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true), enforce: true), inventory);
    }

    private static IResult Imported(HttpContext http, Answer answer, Inventory inventory)
    {
        if (answer.Refusal is { } why)
            return Problems.Of(why);
        http.Response.Headers.Location = $"{Routes.Root}/vms/{answer.Id}";
        return Results.Json(VmForm.Of(inventory, inventory.Vms.Find(new(answer.Id))!, whole: true), statusCode: 201);
    }

    private static IResult Begun(Answer answer, Inventory inventory) => answer.Refusal is { } why
        ? Problems.Of(why)
        : Results.Json(VmForm.Of(inventory, inventory.Vms.Find(new(answer.Id))!, whole: true), statusCode: 202);

    private static async Task<IResult> Why(HttpContext http, int id, VmOperations vms, Cloud cloud, ApiFacts facts, ControlPlaneSettings settings, TimeProvider time) =>
        vms.Read(Doors.Who(http), id) switch
        {
            (_, { } why) => Problems.Of(why),
            var (vm, _) => Results.Ok(WhyForm.Of(cloud.Inventory, vm!, await cloud.Why(vm!), settings.Placement.Name, facts.Started, time.GetUtcNow())),
        };

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
