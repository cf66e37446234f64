using System.Globalization;
using System.Text.Json.Nodes;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.OneFlow;

/// <summary>/service and /service_pool</summary>
internal sealed class FlowCalls(FlowOperations flows, FlowDocuments documents, PoolOperations pools, FlowRuns runs, TimeProvider time)
{
    private const PoolKind Document = PoolKind.Document;

    /// <summary>OneFlow's own: one VM of a role a minute.</summary>
    private const int DefaultPeriod = 60, DefaultNumber = 1;

    public async Task<JsonAnswer> Answer(Subject who, string method, string[] path, string body)
    {
        switch (method, path)
        {
            case ("GET", ["service"]):
                return JsonAnswer.Of(documents.Pool(flows.All(who, Flow.DocumentType)));
            case ("POST", ["service_pool", "purge_done"]):
                foreach (var done in flows.All(who, Flow.DocumentType).Where(d => runs.Of(d) is { State: FlowState.Done }).ToList())
                    await pools.Delete(who, Document, done.Id);
                return new(204);
        }

        if (path is not ["service", var number, ..] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return OneFlowEndpoint.NoSuch(method, path);
        if (flows.Find(who, Flow.DocumentType, id) is not ({ } document, null))
            return JsonAnswer.Refused(flows.Find(who, Flow.DocumentType, id).Why!);
        if (runs.Of(document) is not { } flow)
            return JsonAnswer.Bad($"The body of service {id} cannot be read.", 500);
        return (method, path) switch
        {
            ("GET", [_, _]) => JsonAnswer.Of(documents.One(document)),
            ("DELETE", [_, _]) => await JsonAnswer.Of(flows.Change(who, new FlowChanges.Undeploy(id, time.GetUtcNow()))),
            ("PUT", [_, _]) => await Update(who, flow, body),
            ("DELETE", [_, _, "sched_action", var entry]) => await Unschedule(who, flow, flow.Roles, entry),
            ("DELETE", [_, _, "role", var role, "sched_action", var entry]) =>
                flow.Role(role) is { } one ? await Unschedule(who, flow, [one], entry) : NoRole(role),
            ("POST", [_, _, "action"]) => await Act(who, flow, body),
            ("POST", [_, _, "scale"]) => await Scale(who, flow, body),
            ("POST", [_, _, "role_action"]) => await ChangeRoles(who, flow, body),
            ("POST", [_, _, "role", var role, "action"]) => await ActOn(who, flow, role, body),
            _ => OneFlowEndpoint.NoSuch(method, path),
        };
    }

    /// <summary>Permission bits as OneFlow's clients write them, three octal digits; null: they are none.</summary>
    internal static int[]? Octet(JsonObject given) => given["octet"]?.ToString() is { Length: 3 } octal && octal.All(c => c is >= '0' and <= '7')
        ? [.. octal.SelectMany(c => new[] { (c - '0') >> 2 & 1, (c - '0') >> 1 & 1, (c - '0') & 1 })]
        : null;

    private async Task<JsonAnswer> Act(Subject who, Flow flow, string body)
    {
        if (OneFlowEndpoint.Action(body) is not var (perform, given))
            return OneFlowEndpoint.NoAction;
        return perform switch
        {
            "recover" => await JsonAnswer.Of(flows.Recover(who, flow, delete: FlowJson.Flag(given, "delete"))),
            "chown" when FlowJson.Number(given, "owner_id") is { } owner =>
                await JsonAnswer.Of(flows.Chown(who, flow, owner, FlowJson.Number(given, "group_id") ?? -1)),
            "chown" => OneFlowEndpoint.Lacks(perform, "a UID"),
            "chgrp" when FlowJson.Number(given, "group_id") is { } group => await JsonAnswer.Of(flows.Chown(who, flow, -1, group)),
            "chgrp" => OneFlowEndpoint.Lacks(perform, "a GID"),
            "chmod" when Octet(given) is { } nine => await JsonAnswer.Of(pools.Chmod(who, Document, flow.Id, nine)),
            "chmod" => OneFlowEndpoint.Lacks(perform, "an OCTET"),
            "rename" when FlowJson.Text(given, "name") is { } name => await JsonAnswer.Of(pools.Rename(who, Document, flow.Id, name)),
            "rename" => OneFlowEndpoint.Lacks(perform, "a name"),
            _ => await ActOnAll(who, flow, flow.Roles, perform, given),
        };
    }

    private async Task<JsonAnswer> ActOn(Subject who, Flow flow, string role, string body)
    {
        if (OneFlowEndpoint.Action(body) is not var (perform, given))
            return OneFlowEndpoint.NoAction;
        return flow.Role(role) is { } one
            ? await ActOnAll(who, flow, [one], perform, given)
            : NoRole(role);
    }

    private static JsonAnswer NoRole(string role) => JsonAnswer.Bad($"Role '{role}' not found", 500);

    private async Task<JsonAnswer> ActOnAll(Subject who, Flow flow, IReadOnlyList<FlowRole> roles, string perform, JsonObject given)
    {
        if (!VmSchedule.Actions.Contains(perform))
            return JsonAnswer.Bad($"Action {perform} not supported", 500);
        foreach (var name in (ReadOnlySpan<string>)["period", "number"])
            if (given[name] is { } value && FlowJson.Number(given, name) is not >= 0)
                return JsonAnswer.Bad($"Action {perform}: {name} must be a number from 0; it is '{value}'.");
        if (roles.FirstOrDefault(r => r.State is FlowState.Done) is { } ended)
            return JsonAnswer.Bad($"Role {ended.Name} is in DONE state", 500);
        return await JsonAnswer.Of(flows.Schedule(who, flow, roles, new(
            perform, given["args"]?.ToString() ?? "",
            FlowJson.Number(given, "period") ?? DefaultPeriod, FlowJson.Number(given, "number") ?? DefaultNumber)));
    }

    private async Task<JsonAnswer> Unschedule(Subject who, Flow flow, IReadOnlyList<FlowRole> roles, string entry) =>
        int.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await JsonAnswer.Of(flows.Unschedule(who, flow, roles, id))
            : JsonAnswer.Bad("Sched action ID must be an integer number");

    /// <summary>The new BODY, or <c>{"append": true, "template": TEXT}</c> with the text of what is to be other in it.</summary>
    private async Task<JsonAnswer> Update(Subject who, Flow flow, string body)
    {
        if (!FlowJson.TryParse(body, out var given, out var wrong))
            return JsonAnswer.Bad(wrong);
        var append = FlowJson.Flag(given, "append");
        if (given.ContainsKey("append"))
        {
            if (FlowJson.Text(given, "template") is not { } text)
                return JsonAnswer.Bad("Missing template to append");
            if (!FlowJson.TryParse(text, out given, out wrong))
                return JsonAnswer.Bad(wrong);
        }

        return !append && FlowTemplate.Wrong(given) is { } why
            ? JsonAnswer.Refused(why, 400)
            : await JsonAnswer.Of(flows.Change(who, new FlowChanges.Update(flow.Id, given, append, time.GetUtcNow())));
    }

    private async Task<JsonAnswer> Scale(Subject who, Flow flow, string body)
    {
        if (!FlowJson.TryParse(body, out var given, out var wrong))
            return JsonAnswer.Bad(wrong);
        return FlowJson.Text(given, "role_name") is { } role && FlowJson.Number(given, "cardinality") is { } cardinality
            ? await JsonAnswer.Of(flows.Change(who, new FlowChanges.Scale(flow.Id, role, cardinality, FlowJson.Flag(given, "force"), time.GetUtcNow())))
            : JsonAnswer.Bad("The body must be {\"role_name\": NAME, \"cardinality\": NUMBER, \"force\": true or false}.");
    }

    private async Task<JsonAnswer> ChangeRoles(Subject who, Flow flow, string body)
    {
        if (OneFlowEndpoint.Action(body) is not var (perform, given))
            return OneFlowEndpoint.NoAction;
        switch (perform)
        {
            case "add_role":
                var role = given["role"] as JsonObject ?? (FlowJson.TryParse(FlowJson.Text(given, "role") ?? "", out var text, out _) ? text : []);
                return FlowTemplate.WrongRole(role) is { } why
                    ? JsonAnswer.Refused(why, 400)
                    : await JsonAnswer.Of(flows.Change(who, new FlowChanges.AddRole(flow.Id, (JsonObject)role.DeepClone(), time.GetUtcNow())));
            case "remove_role" when FlowJson.Text(given, "role") is { } name:
                return await JsonAnswer.Of(flows.Change(who, new FlowChanges.RemoveRole(flow.Id, name, time.GetUtcNow())));
            default:
                return JsonAnswer.Bad($"Action {perform} not supported", 500);
        }
    }
}
