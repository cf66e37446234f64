using System.Globalization;
using System.Text.Json.Nodes;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.OneFlow;

/// <summary>/service_template</summary>
internal sealed class FlowTemplateCalls(FlowOperations flows, FlowDocuments documents, PoolOperations pools, Inventory inventory, TimeProvider time)
{
    private const PoolKind Document = PoolKind.Document;

    public async Task<JsonAnswer> Answer(Subject who, string method, string[] path, string body)
    {
        switch (method, path)
        {
            case ("GET", [_]):
                return JsonAnswer.Of(documents.Pool(flows.All(who, Flow.TemplateType)));
            case ("POST", [_]):
                return await Make(who, body);
        }

        if (path.Length < 2 || !int.TryParse(path[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return OneFlowEndpoint.NoSuch(method, path);
        if (flows.Find(who, Flow.TemplateType, id) is not ({ } template, null))
            return JsonAnswer.Refused(flows.Find(who, Flow.TemplateType, id).Why!);
        return (method, path) switch
        {
            ("GET", [_, _]) => JsonAnswer.Of(documents.One(template)),
            ("DELETE", [_, _]) => await Delete(who, id, body),
            ("PUT", [_, _]) => await Update(who, template, body, append: false),
            ("POST", [_, _, "action"]) => await Act(who, template, body),
            _ => OneFlowEndpoint.NoSuch(method, path),
        };
    }

    private async Task<JsonAnswer> Make(Subject who, string body)
    {
        if (!FlowJson.TryParse(body, out var json, out var wrong))
            return JsonAnswer.Bad(wrong);
        if (flows.Check(json, time.GetUtcNow().ToUnixTimeSeconds()) is { } why)
            return JsonAnswer.Refused(why, 400);
        return Shown(await flows.Allocate(who, Flow.TemplateType, json));
    }

    private async Task<JsonAnswer> Delete(Subject who, int id, string body) =>
        FlowJson.TryParse(body, out var options, out _) && FlowJson.Text(options, "delete_type") is { } type and not "none"
            ? JsonAnswer.Refused(new(ErrorCode.Action, $"delete_type '{type}': the VM templates of a service's template are not deleted with it by this version of the appliance.", "delete_type", type, id))
            : await JsonAnswer.Of(pools.Delete(who, Document, id));

    private async Task<JsonAnswer> Update(Subject who, PooledObject template, string body, bool append)
    {
        if (!FlowJson.TryParse(body, out var given, out var wrong))
            return JsonAnswer.Bad(wrong);
        var before = FlowJson.TryParse(template.Template[Flow.BodyAttribute] ?? "", out var there, out _) ? there : [];
        var registered = FlowJson.Long(before, FlowTemplate.RegistrationTime) ?? template.RegTime;
        if (given[FlowTemplate.RegistrationTime] is { } other && (append || FlowJson.Long(given, FlowTemplate.RegistrationTime) != registered))
            return JsonAnswer.Bad($"service_template/{FlowTemplate.RegistrationTime} cannot be changed, to {other} neither.", 500);
        foreach (var (name, value) in append ? before : [])
            given[name] ??= value?.DeepClone();
        given[FlowTemplate.RegistrationTime] = registered;
        if (flows.Check(given, registered) is { } why)
            return JsonAnswer.Refused(why, 400);
        return Shown(await pools.Update(who, Document, template.Id, Flow.Document(given), append: false), done: 200);
    }

    private async Task<JsonAnswer> Act(Subject who, PooledObject template, string body)
    {
        if (OneFlowEndpoint.Action(body) is not var (perform, given))
            return OneFlowEndpoint.NoAction;
        var (id, no) = (template.Id, perform);
        return perform switch
        {
            "instantiate" => Shown(await flows.Instantiate(who, template, given["merge_template"] as JsonObject ?? [])),
            "chown" when FlowJson.Number(given, "owner_id") is { } owner =>
                await JsonAnswer.Of(pools.Chown(who, Document, id, owner, FlowJson.Number(given, "group_id") ?? -1)),
            "chown" => OneFlowEndpoint.Lacks(no, "a UID"),
            "chgrp" when FlowJson.Number(given, "group_id") is { } group => await JsonAnswer.Of(pools.Chown(who, Document, id, -1, group)),
            "chgrp" => OneFlowEndpoint.Lacks(no, "a GID"),
            "chmod" when FlowCalls.Octet(given) is { } nine => await JsonAnswer.Of(pools.Chmod(who, Document, id, nine)),
            "chmod" => OneFlowEndpoint.Lacks(no, "an OCTET"),
            "rename" when FlowJson.Text(given, "name") is { } name => await JsonAnswer.Of(pools.Rename(who, Document, id, name)),
            "rename" => OneFlowEndpoint.Lacks(no, "a name"),
            "clone" when FlowJson.Flag(given, "recursive") => JsonAnswer.Refused(
                new(ErrorCode.Action, "The VM templates of a service's template are not copied with it by this version of the appliance.", "recursive", "true", id)),
            "clone" when FlowJson.Text(given, "name") is { } name => Shown(await pools.Clone(who, Document, id, name)),
            "clone" => OneFlowEndpoint.Lacks(no, "a name"),
            "update" when FlowJson.Text(given, "template_json") is { } text => await Update(who, template, text, FlowJson.Flag(given, "append")) is { Status: >= 400 } bad ? bad : new(204),
            "update" => OneFlowEndpoint.Lacks(no, "a template_json"),
            _ => JsonAnswer.Bad($"Action {perform} not supported", 500),
        };
    }

    /// <summary>The document that was made or changed. What is wrong with what was given is the client's slip.</summary>
    private JsonAnswer Shown(ControlPlane.Answer answer, int done = 201) => answer.Refusal is { } why
        ? why.Code is ErrorCode.Internal && why.Field is not (null or "NAME") ? JsonAnswer.Refused(why, 400) : JsonAnswer.Refused(why)
        : inventory.Find(Document, answer.Id) is { } document ? JsonAnswer.Of(documents.One(document), done)
        : JsonAnswer.Refused(Refusal.NotFound("document", answer.Id));
}
