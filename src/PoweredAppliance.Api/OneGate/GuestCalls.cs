using System.Globalization;
using System.Text.Json.Nodes;
using PoweredAppliance.Api.OneFlow;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.OneGate;

/// <summary>What guests may ask, by method and path.</summary>
internal sealed class GuestCalls(
    Inventory inventory, GuestDocuments documents, Documents pages, VmOperations vms, PoolOperations pools, FlowRuns flows, TimeProvider time)
{
    private static readonly string[] Known =
    [
        "GET /vm", "PUT /vm", "GET /vms/:id", "PUT /vms/:id", "POST /vms/:id/action", "GET /service", "PUT /service/role/:name", "GET /vrouter", "GET /vnet/:id",
    ];

    public async Task<JsonAnswer> Answer(Guest guest, string method, string[] path, string data, bool deletes, bool extended) => (method, path) switch
    {
        ("GET", []) => JsonAnswer.Of(new JsonObject { ["calls"] = new JsonArray([.. Known.Select(k => (JsonNode)k)]) }),
        ("GET", ["vm"]) => JsonAnswer.Of(GuestDocuments.Vm(guest.Vm)),
        ("PUT", ["vm"]) => await Push(guest, guest.Vm, data, deletes),
        ("GET", ["vms", var id]) => On(guest, id) is ({ } vm, _) ? JsonAnswer.Of(GuestDocuments.Vm(vm)) : On(guest, id).Why,
        ("PUT", ["vms", var id]) => On(guest, id) is ({ } vm, _) ? await Push(guest, vm, data, deletes) : On(guest, id).Why,
        ("POST", ["vms", var id, "action"]) => On(guest, id) is ({ } vm, _) ? await Act(guest, vm, data) : On(guest, id).Why,
        ("GET", ["service"]) => Service(guest) is ({ } flow, _) ? JsonAnswer.Of(documents.Service(flow, extended)) : Service(guest).Why,
        ("PUT", ["service", "role", var role]) => Service(guest) is ({ } flow, _) ? await Scale(guest, flow, role, data) : Service(guest).Why,
        ("GET", ["vrouter"]) => Router(guest) is ({ } router, _) ? JsonAnswer.Of(GuestDocuments.Router(Documents.Text(pages.Of(router)))) : Router(guest).Why,
        ("GET", ["vnet", var id]) => Network(guest, id),
        _ => JsonAnswer.Bad("OneGate server doesn't support this feature"),
    };

    private async Task<JsonAnswer> Push(Guest guest, VirtualMachine vm, string data, bool deletes)
    {
        if (deletes)
        {
            var name = data.Trim();
            return GuestData.WrongToDelete(vm.UserTemplate, name)
                ?? await JsonAnswer.Of(vms.Update(guest.Owner, vm.Id.Value, vm.UserTemplate.Without(name), append: false), done: 200);
        }

        if (GuestData.Read(data) is not ({ } given, null))
            return GuestData.Read(data).Wrong!.Value;
        return vm.UserTemplate.Merge(given).ToText().Length > GuestData.MostOfAVm
            ? JsonAnswer.Bad($"USER_TEMPLATE would be longer than {GuestData.MostOfAVm} characters.", 413)
            : await JsonAnswer.Of(vms.Update(guest.Owner, vm.Id.Value, given, append: true), done: 200);
    }

    /// <summary>A reboot from inside is the guest's own; where a VM runs is not its guest's to say.</summary>
    private async Task<JsonAnswer> Act(Guest guest, VirtualMachine vm, string body)
    {
        if (OneFlowEndpoint.Action(body) is not var (perform, _) || !FlowJson.TryParse(body, out var json, out _))
            return OneFlowEndpoint.NoAction;
        var hard = (json["action"] as JsonObject)?["params"] switch
        {
            JsonValue value => value.ToString() is "true",
            JsonObject given => FlowJson.Flag(given, "hard"),
            _ => false,
        };
        VmAction? action = perform switch
        {
            "hold" => VmAction.Hold,
            "release" => VmAction.Release,
            "resume" => VmAction.Resume,
            "stop" => VmAction.Stop,
            "suspend" => VmAction.Suspend,
            "poweroff" => hard ? VmAction.PoweroffHard : VmAction.Poweroff,
            "undeploy" => hard ? VmAction.UndeployHard : VmAction.Undeploy,
            "terminate" or "shutdown" => hard ? VmAction.TerminateHard : VmAction.Terminate,
            "delete" => VmAction.TerminateHard,
            _ => null,
        };
        return action is { } known
            ? await JsonAnswer.Of(vms.Act(guest.Owner, vm.Id.Value, known))
            : JsonAnswer.Refused(new(ErrorCode.Authorization, $"Action ({perform}) is not allowed on this resource", "perform", perform, vm.Id.Value), 403);
    }

    private async Task<JsonAnswer> Scale(Guest guest, Flow flow, string role, string body) =>
        FlowJson.TryParse(body, out var given, out _) && FlowJson.Number(given, "cardinality") is { } cardinality
            ? await pools.Change(guest.Owner, new FlowChanges.Scale(flow.Id, role, cardinality, Force: false, time.GetUtcNow())) is { Refusal: { } why }
                ? JsonAnswer.Refused(why, 400)
                : new(200)
            : JsonAnswer.Bad("The body must be {\"cardinality\": NUMBER}.");

    /// <summary>The VM itself, or another of its service or virtual router.</summary>
    private (VirtualMachine? Vm, JsonAnswer Why) On(Guest guest, string id)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return (null, JsonAnswer.Bad($"Invalid id format (ID: {id}). ID must be an integer."));
        if (number == guest.Vm.Id.Value)
            return (guest.Vm, default);
        var kin = guest.Vm.UserTemplate[Flow.FlowOfVm] is not null ? Service(guest) is ({ } flow, _) && flow.Has(number)
            : Router(guest) is ({ } router, _) && inventory.VmsOfRouter(router.Id).Contains(number);
        if (!kin)
            return (null, JsonAnswer.Bad($"VM {number} is not of the same service or virtual router as this one."));
        return vms.Read(guest.Owner, number) is ({ } vm, null) ? (vm, default) : (null, JsonAnswer.Refused(vms.Read(guest.Owner, number).Why!));
    }

    private (Flow? Flow, JsonAnswer Why) Service(Guest guest)
    {
        if (!int.TryParse(guest.Vm.UserTemplate[Flow.FlowOfVm], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return (null, JsonAnswer.Bad("Empty or invalid SERVICE_ID"));
        if (pools.Read(guest.Owner, PoolKind.Document, id) is not ({ } document, null) || flows.Of(document) is not { } flow)
            return (null, JsonAnswer.Bad($"Service {id} not found", 404));
        return flow.Has(guest.Vm.Id.Value) ? (flow, default) : (null, JsonAnswer.Bad($"Service {id} does not contain VM {guest.Vm.Id}."));
    }

    private (PooledObject? Router, JsonAnswer Why) Router(Guest guest)
    {
        if (VirtualRouters.Of(guest.Vm.Template).ToArray() is not [var id])
            return (null, JsonAnswer.Bad("Empty or invalid VROUTER_ID"));
        return pools.Read(guest.Owner, PoolKind.VirtualRouter, id) is ({ } router, null)
            ? (router, default)
            : (null, JsonAnswer.Bad($"Virtual router {id} not found", 404));
    }

    /// <summary>A network that the guest's router is on, or one beside it: what it was reserved from, or what was reserved from it.</summary>
    private JsonAnswer Network(Guest guest, string id)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return JsonAnswer.Bad($"Invalid id format (ID: {id}). ID must be an integer.");
        if (Router(guest) is not ({ } router, _))
            return JsonAnswer.Bad("Virtual networks information can only be retrieved from Virtual Routers.");
        if (pools.Read(guest.Owner, PoolKind.VirtualNetwork, number) is not ({ } network, null))
            return JsonAnswer.Bad($"Virtual network {number} not found", 404);
        int Parent(int of) => inventory.Find(PoolKind.VirtualNetwork, of)?.FactInt(VirtualNetworks.ParentFact, -1) ?? -1;
        var near = VirtualRouters.Networks(router).SelectMany(n => new[] { n, Parent(n) }).Where(n => n >= 0).ToHashSet();
        return near.Contains(number) || near.Contains(Parent(number))
            ? JsonAnswer.Of(GuestDocuments.Network(Documents.Text(pages.Of(network))))
            : JsonAnswer.Bad($"Virtual Network {number} cannot be retrieved from Virtual router {router.Id}.");
    }
}
