using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.OneGate;

/// <summary>What guests may know, in the shapes of OneGate's JSON; all numbers of VMs are texts.</summary>
internal sealed class GuestDocuments(Inventory inventory)
{
    private static readonly HashSet<string> OfNics = new(StringComparer.Ordinal)
    {
        "IP", "IP6_LINK", "IP6_SITE", "IP6_GLOBAL", "NETWORK", "MAC", "NAME", "PARENT", "EXTERNAL", "EXTERNAL_IP",
    };

    private static readonly HashSet<string> OfNetworks = new(StringComparer.Ordinal)
    {
        "NETWORK_ADDRESS", "NETWORK_MASK", "GATEWAY", "GATEWAY6", "DNS", "GUEST_MTU", "METRIC", "IP6_METRIC", "SEARCH_DOMAIN",
    };

    public static JsonObject Vm(VirtualMachine vm) => new()
    {
        ["VM"] = new JsonObject
        {
            ["NAME"] = vm.Name,
            ["ID"] = vm.Id.ToString(),
            ["STATE"] = Text((int)vm.State),
            ["LCM_STATE"] = Text((int)vm.Lcm),
            ["USER_TEMPLATE"] = TemplateJson.Write(vm.UserTemplate, name => name is not "SCHED_MESSAGE"),
            ["TEMPLATE"] = new JsonObject { ["NIC"] = Nics(vm, "NIC"), ["NIC_ALIAS"] = Nics(vm, "NIC_ALIAS") },
        },
    };

    /// <param name="extended">with each VM as <see cref="Vm"/> shows it, not only its name</param>
    public JsonObject Service(Flow flow, bool extended) => new()
    {
        ["SERVICE"] = new JsonObject
        {
            ["name"] = flow.Name,
            ["id"] = Text(flow.Id),
            ["state"] = (int)flow.State,
            ["roles"] = new JsonArray([.. flow.Roles.Select(role => new JsonObject
            {
                ["name"] = role.Name,
                ["cardinality"] = role.Cardinality,
                ["state"] = (int)role.State,
                ["nodes"] = new JsonArray([.. role.Nodes.Select(n => Node(n, extended))]),
            })]),
        },
    };

    /// <summary>A router by its document of XML-RPC.</summary>
    public static JsonObject Router(string document)
    {
        var all = Json(XElement.Parse(document));
        var (template, vms) = (all["TEMPLATE"] as JsonObject ?? [], all["VMS"] as JsonObject ?? []);
        template["NIC"] = List(template["NIC"]);
        vms["ID"] = List(vms["ID"]);
        return new()
        {
            ["VROUTER"] = new JsonObject
            {
                ["NAME"] = all["NAME"]?.DeepClone(),
                ["ID"] = all["ID"]?.DeepClone(),
                ["VMS"] = vms.DeepClone(),
                ["TEMPLATE"] = template.DeepClone(),
            },
        };
    }

    /// <summary>A network by its document of XML-RPC.</summary>
    public static JsonObject Network(string document)
    {
        var all = Json(XElement.Parse(document));
        var made = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["ID", "NAME", "USED_LEASES", "VROUTERS", "PARENT_NETWORK_ID", "AR_POOL"])
            made[name] = all[name]?.DeepClone();
        made["TEMPLATE"] = new JsonObject((all["TEMPLATE"] as JsonObject ?? []).Where(p => OfNetworks.Contains(p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        var (ranges, routers) = (made["AR_POOL"] as JsonObject ?? [], made["VROUTERS"] as JsonObject ?? []);
        ranges["AR"] = List(ranges["AR"]);
        foreach (var range in ((JsonArray)ranges["AR"]!).OfType<JsonObject>())
            range["LEASES"] = new JsonObject { ["LEASE"] = List((range["LEASES"] as JsonObject)?["LEASE"]) };
        routers["ID"] = List(routers["ID"]);
        return new() { ["VNET"] = made };
    }

    private JsonObject Node(FlowNode node, bool extended)
    {
        var made = new JsonObject { ["deploy_id"] = node.Vm, ["running"] = node.IsReady };
        if (inventory.Vms.Find(new(node.Vm)) is { } vm)
            made["vm_info"] = extended ? Vm(vm) : new JsonObject { ["VM"] = new JsonObject { ["ID"] = vm.Id.ToString(), ["NAME"] = vm.Name } };
        return made;
    }

    private static JsonArray Nics(VirtualMachine vm, string name) =>
        [.. vm.Template.Vectors(name).Select(nic => TemplateJson.Write(nic with { Pairs = [.. nic.Pairs.Where(p => OfNics.Contains(p.Key))] }))];

    /// <summary>An element's children by their names; those that come more than once as an array, one without children as its text.</summary>
    private static JsonObject Json(XElement from)
    {
        var made = new JsonObject();
        foreach (var group in from.Elements().GroupBy(e => e.Name.LocalName))
            made[group.Key] = group.ToArray() is [var one] ? Value(one) : new JsonArray([.. group.Select(Value)]);
        return made;
    }

    private static JsonNode Value(XElement from) => from.HasElements ? Json(from) : from.Value.Length == 0 && from.IsEmpty ? new JsonObject() : JsonValue.Create(from.Value)!;

    private static JsonArray List(JsonNode? node) => node switch
    {
        null => [],
        JsonArray many => (JsonArray)many.DeepClone(),
        _ => [node.DeepClone()],
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
