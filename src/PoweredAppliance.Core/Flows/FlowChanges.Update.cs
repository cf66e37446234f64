using System.Text.Json.Nodes;

namespace PoweredAppliance.Core.Flows;

public static partial class FlowChanges
{
    /// <summary>What has a meaning only while a service is deployed, or is kept by the service itself.</summary>
    private static readonly string[] Fixed =
    [
        "user_inputs", "user_inputs_values", "deployment", "log", "name", "networks", "networks_values", "ready_status_gate",
        "state", "start_time",
    ];

    /// <inheritdoc cref="Fixed"/>
    private static readonly string[] FixedOfRoles = ["cardinality", "last_vmname", "nodes", "parents", "state", "template_id"];

    /// <summary>
    /// What its author wrote is written anew: limits, policies, descriptions, what further VMs are made of. The work goes on as it was.
    /// </summary>
    /// <param name="Given">the whole BODY as it was read and changed; with <paramref name="Append"/> what is to be other alone</param>
    public sealed record Update(int Id, JsonObject Given, bool Append, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow)
        {
            if (flow.State.IsBusy())
                return (null, WrongState("updated", flow));
            var (now, next) = ((JsonObject)JsonNode.Parse(flow.Body())!, (JsonObject)Given.DeepClone());
            if (Fixed.FirstOrDefault(name => Append ? Given[name] is not null : !Alike(Given[name], now[name])) is { } changed)
                return (null, changed is "name" ? Named() : Immutable($"service/{changed}"));
            foreach (var (name, value) in Append ? now : [])
                next[name] ??= value?.DeepClone();
            if (FlowTemplate.Wrong(next) is { } wrong)
                return (null, wrong with { ObjectId = Id });
            var roles = FlowJson.Objects(next, "roles").ToList();
            if (roles.Count != flow.Roles.Length)
                return (null, Immutable("service/roles size"));
            foreach (var there in FlowJson.Objects(now, "roles"))
                if (roles.Find(r => FlowJson.Text(r, "name") == FlowJson.Text(there, "name")) is not { } given)
                    return (null, Immutable("role/name"));
                else if (FixedOfRoles.FirstOrDefault(name => !Alike(given[name], there[name])) is { } ofRole)
                    return (null, Immutable($"role/{ofRole}"));
            next.Remove(Flow.Erasing);
            return (flow with
            {
                Given = next,
                Roles = [.. flow.Roles.Select(role => role.Rewritten(roles.Find(r => FlowJson.Text(r, "name") == role.Name)!, Now))],
            }, null);
        }

        private Refusal Immutable(string field) =>
            new(ErrorCode.Action, $"Immutable value: `{field}` can not be changed", field, ObjectId: Id);

        private Refusal Named() => new(ErrorCode.Action, "To change `service/name` use rename operation", "service/name", ObjectId: Id);

        /// <summary>Tools show what a node's VM is beside it, and send that back.</summary>
        private static bool Alike(JsonNode? given, JsonNode? there)
        {
            var plain = given?.DeepClone();
            foreach (var node in (plain as JsonArray ?? []).OfType<JsonObject>())
                node.Remove("vm_info");
            return JsonNode.DeepEquals(plain, there);
        }
    }
}
