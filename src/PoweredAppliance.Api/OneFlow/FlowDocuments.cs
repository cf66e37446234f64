using System.Globalization;
using System.Text.Json.Nodes;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.OneFlow;

/// <summary>Services and their templates as OneFlow's clients read them: the document's elements by OpenNebula's names, all texts, and BODY
/// as JSON.</summary>
internal sealed class FlowDocuments(Inventory inventory, FlowRuns flows)
{
    private static readonly string[] Bits = ["OWNER_U", "OWNER_M", "OWNER_A", "GROUP_U", "GROUP_M", "GROUP_A", "OTHER_U", "OTHER_M", "OTHER_A"];

    public JsonObject One(PooledObject document) => new() { ["DOCUMENT"] = Of(document) };

    public JsonObject Pool(IEnumerable<PooledObject> documents)
    {
        var all = new JsonArray([.. documents.Select(Of)]);
        return new() { ["DOCUMENT_POOL"] = all.Count == 0 ? [] : new JsonObject { ["DOCUMENT"] = all } };
    }

    private JsonObject Of(PooledObject document)
    {
        var permissions = new JsonObject();
        for (var i = 0; i < Bits.Length; i++)
            permissions[Bits[i]] = $"{(document.Permissions >> (Bits.Length - 1 - i)) & 1}";
        var made = new JsonObject
        {
            ["ID"] = Text(document.Id),
            ["UID"] = Text(document.Owner.User.Value),
            ["GID"] = Text(document.Owner.Group.Value),
            ["UNAME"] = inventory.Find(PoolKind.User, document.Owner.User.Value)?.Name ?? "",
            ["GNAME"] = inventory.Find(PoolKind.Group, document.Owner.Group.Value)?.Name ?? "",
            ["NAME"] = document.Name,
            ["TYPE"] = document.Fact(Flow.TypeFact),
            ["PERMISSIONS"] = permissions,
        };
        if (document.Lock is { } held)
            made["LOCK"] = new JsonObject { ["LOCKED"] = Text((int)held.Level), ["OWNER"] = $"{held.Owner}", ["TIME"] = held.Time.ToString(CultureInfo.InvariantCulture), ["REQ_ID"] = "-1" };
        made["TEMPLATE"] = new JsonObject { ["BODY"] = Body(document) };
        return made;
    }

    private JsonNode Body(PooledObject document)
    {
        if (flows.Of(document) is not { } flow)
            return FlowJson.TryParse(document.Template[Flow.BodyAttribute] ?? "", out var text, out _) ? text : new JsonObject();
        var body = (JsonObject)JsonNode.Parse(flow.Body())!;
        foreach (var node in FlowJson.Objects(body, "roles").SelectMany(r => FlowJson.Objects(r, "nodes")))
            if (FlowJson.Number(node, "deploy_id") is { } id && inventory.Vms.Find(new(id)) is { } vm)
                node["vm_info"] = new JsonObject
                {
                    ["VM"] = new JsonObject
                    {
                        ["ID"] = Text(id),
                        ["UID"] = $"{vm.Owner.User}",
                        ["GID"] = $"{vm.Owner.Group}",
                        ["UNAME"] = inventory.Find(PoolKind.User, vm.Owner.User.Value)?.Name ?? "",
                        ["GNAME"] = inventory.Find(PoolKind.Group, vm.Owner.Group.Value)?.Name ?? "",
                        ["NAME"] = vm.Name,
                    },
                };
        return body;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
