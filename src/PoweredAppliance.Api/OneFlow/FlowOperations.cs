using System.Text.Json.Nodes;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.OneFlow;

/// <summary>What people may do with services and their templates: existence, rights on the document, deed.</summary>
internal sealed class FlowOperations(
    Cloud cloud, Authority authority, PoolOperations pools, VmOperations vms, VmConfigurationOperations configuration, FlowRuns flows, TimeProvider time)
{
    private const PoolKind Document = PoolKind.Document;

    /// <summary>Those that the subject may use, by id.</summary>
    /// <param name="type"><see cref="Flow.DocumentType"/> or <see cref="Flow.TemplateType"/></param>
    public IEnumerable<PooledObject> All(Subject who, int type) =>
        cloud.Inventory.All(Document).Values.Where(d => d.FactInt(Flow.TypeFact) == type && authority.Shows(who, d));

    /// <inheritdoc cref="All" path="/param"/>
    public (PooledObject? Document, Refusal? Why) Find(Subject who, int type, int id) => pools.Read(who, Document, id) switch
    {
        ({ } found, null) when found.FactInt(Flow.TypeFact) != type => (null, Refusal.NotFound("document", id)),
        var read => read,
    };

    /// <summary>A template as it is to be stored: the refusal says what is wrong with it.</summary>
    public Refusal? Check(JsonObject body, long registered)
    {
        if (FlowTemplate.Wrong(body) is { } why)
            return why;
        foreach (var (name, value) in new (string, JsonNode)[] { ("deployment", "none"), ("description", ""), (FlowTemplate.RegistrationTime, registered) })
            body[name] ??= value;
        foreach (var role in FlowJson.Objects(body, "roles"))
            (role["cardinality"], role["type"]) = (role["cardinality"]?.DeepClone() ?? 0, role["type"]?.DeepClone() ?? "vm");
        return null;
    }

    public Task<Answer> Allocate(Subject who, int type, JsonObject body) => pools.Allocate(
        who, Document, FlowJson.Text(body, "name") ?? "", Flow.Document(body), [new(Flow.TypeFact, $"{type}")]);

    /// <summary>A service of a template, and it begins.</summary>
    /// <param name="over">put over the template; roles by their names</param>
    public async Task<Answer> Instantiate(Subject who, PooledObject template, JsonObject over)
    {
        if (!FlowJson.TryParse(template.Template[Flow.BodyAttribute] ?? "", out var body, out var wrong))
            return Refusal.Bad(Flow.BodyAttribute, null, $"The body of template {template.Id} cannot be read: {wrong}");
        Merge(body, over);
        body["name"] ??= template.Name;
        if ((FlowTemplate.Wrong(body) ?? NotBuilt(body) ?? Missing(body)) is { } why)
            return why;
        body["state"] = 0;
        body["start_time"] = time.GetUtcNow().ToUnixTimeSeconds();
        return await Allocate(who, Flow.DocumentType, body).ConfigureAwait(false);
    }

    public Task<Answer> Change(Subject who, FlowChanges.FlowChange change) => pools.Change(who, change);

    public Task<Answer> Recover(Subject who, Flow flow, bool delete) => Change(who, delete
        ? new FlowChanges.Erase(flow.Id, time.GetUtcNow())
        : new FlowChanges.Recover(flow.Id, flows.SightOf(flow), time.GetUtcNow()));

    /// <summary>The service and its VMs.</summary>
    public async Task<Answer> Chown(Subject who, Flow flow, int user, int group)
    {
        var answer = await pools.Chown(who, Document, flow.Id, user, group).ConfigureAwait(false);
        foreach (var node in answer.Refusal is null ? flow.Roles.SelectMany(r => r.Nodes) : [])
            if (await vms.Chown(who, node.Vm, user, group).ConfigureAwait(false) is { Refusal: { } why })
                return why;
        return answer;
    }

    /// <summary>
    /// Every VM of the roles is told what to do and when: so many of a role now, the next ones a period later. All are told, whichever refuse.
    /// </summary>
    public Task<Answer> Schedule(Subject who, Flow flow, IReadOnlyList<FlowRole> roles, FlowAction action)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        int Batch(int at) => action.Number == 0 ? 0 : at / action.Number;
        VectorAttribute Entry(int batch) => VectorAttribute.Of(
            ScheduleEntry.Name, ("ACTION", action.Perform), ("ARGS", action.Args), ("TIME", $"{now + ((long)batch * action.Period)}"));
        return OnVms(
            who, flow, roles.SelectMany(role => role.Nodes.Select((node, at) => (node.Vm, Batch: Batch(at)))),
            told => configuration.Schedule(who, told.Vm, entry: null, Template.Of([Entry(told.Batch)])));
    }

    /// <summary>Takes the entry of this id from every VM of the roles that has one.</summary>
    public Task<Answer> Unschedule(Subject who, Flow flow, IReadOnlyList<FlowRole> roles, int entry)
    {
        bool HasIt(int vm) => cloud.Inventory.Vms.Find(new(vm))?.Schedule.Any(e => ScheduleEntry.IdOf(e) == entry) is true;
        return OnVms(
            who, flow, roles.SelectMany(role => role.Nodes).Select(n => n.Vm).Where(HasIt), vm => configuration.Unschedule(who, vm, entry));
    }

    private async Task<Answer> OnVms<T>(Subject who, Flow flow, IEnumerable<T> vms, Func<T, Task<Answer>> act)
    {
        if (pools.May(who, Document, flow.Id, Rights.Manage) is { } no)
            return no;
        var refused = new List<Refusal>();
        foreach (var vm in vms.ToList())
            if (await act(vm).ConfigureAwait(false) is { Refusal: { } why })
                refused.Add(why);
        return refused is [var first, ..] ? first with { Text = string.Join('\n', refused.Select(r => r.Text)) } : Answer.Of(flow.Id);
    }

    private static void Merge(JsonObject into, JsonObject over)
    {
        foreach (var (name, value) in over)
            if (name is "roles" && value is JsonArray roles && into[name] is JsonArray there)
                foreach (var role in roles.OfType<JsonObject>())
                    if (there.OfType<JsonObject>().FirstOrDefault(r => FlowJson.Text(r, "name") == FlowJson.Text(role, "name")) is { } same)
                        Merge(same, role);
                    else
                        there.Add(role.DeepClone());
            else if (value is JsonObject inner && into[name] is JsonObject outer)
                Merge(outer, inner);
            else
                into[name] = value?.DeepClone();
    }

    private static Refusal? NotBuilt(JsonObject body)
    {
        if (FlowJson.Flag(body, "on_hold") || FlowJson.Objects(body, "roles").Any(r => FlowJson.Flag(r, "on_hold")))
            return new(ErrorCode.Action, "Services and roles are not made on hold by this version of the appliance.", "on_hold", "true");
        foreach (var (name, network) in FlowJson.Objects(body, "networks_values").SelectMany(n => n))
            if (network is not JsonObject given || FlowJson.Number(given, "id") is null)
                return new(ErrorCode.Action, $"Network '{name}': this version of the appliance takes the id of a network that is there, and makes or reserves none for a service.", $"networks_values/{name}", network?.ToJsonString());
        return null;
    }

    private static Refusal? Missing(JsonObject body) => FlowJson.Objects(body, "roles").Prepend(body)
        .SelectMany(part => (part["user_inputs"] as JsonObject ?? []).Where(i => (part["user_inputs_values"] as JsonObject)?.ContainsKey(i.Key) is not true))
        .Select(i => Refusal.Bad("user_inputs_values", null, $"Verify that every User Input have its corresponding value defined: {i.Key} has none."))
        .FirstOrDefault();
}

/// <summary>What VMs of roles are to do.</summary>
/// <param name="Perform">one of <see cref="Core.Vms.VmSchedule.Actions"/></param>
/// <param name="Args">as ARGS of SCHED_ACTION</param>
/// <param name="Period">seconds from one batch to the next; 0: all at once</param>
/// <param name="Number">VMs of a role in a batch; 0: all</param>
internal sealed record FlowAction(string Perform, string Args, int Period, int Number);
