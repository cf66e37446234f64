using System.Net;
using System.Text.Json.Nodes;

namespace PoweredAppliance.Conformance;

/// <summary>What OneGate tells the guests of a virtual router about it and its networks.</summary>
public sealed class RouterGuestTests(Appliance appliance)
{
    [Fact]
    public async Task A_router_reads_about_itself_and_the_networks_it_is_on()
    {
        using var site = new FlowSite(appliance.Daemon);
        var template = (await appliance.One.Call("one.template.allocate", "NAME=vr-guest CPU=0.1 MEMORY=32 VROUTER=YES CONTEXT=[TOKEN=YES]")).Id;
        var router = await appliance.One.Call("one.vrouter.allocate", $"NAME=vr-gate NIC=[NETWORK_ID={appliance.Network}]");
        Assert.True(router.Ok, $"{router}");
        var made = await appliance.One.Call("one.vrouter.instantiate", router.Id, 1, template, "", false, "");
        Assert.True(made.Ok, $"{made}");
        var vm = int.Parse((await appliance.One.Call("one.vrouter.info", router.Id)).Document.Element("VMS")!.Element("ID")!.Value);
        async Task<JsonNode> Read(string path)
        {
            using var answer = await site.Gate(vm, HttpMethod.Get, path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        }

        var shown = (await Read("/vrouter"))["VROUTER"]!;
        Assert.Equal(($"{router.Id}", "vr-gate", $"{vm}"), ((string?)shown["ID"], (string?)shown["NAME"], (string?)shown["VMS"]!["ID"]![0]));
        Assert.Equal($"{appliance.Network}", (string?)shown["TEMPLATE"]!["NIC"]![0]!["NETWORK_ID"]);
        var network = (await Read($"/vnet/{appliance.Network}"))["VNET"]!;
        Assert.Equal(("lan", "10.9.0.254"), ((string?)network["NAME"], (string?)network["TEMPLATE"]!["GATEWAY"]));
        Assert.Null(network["TEMPLATE"]!["BRIDGE"]);
        Assert.Contains($"{vm}", network["AR_POOL"]!["AR"]![0]!["LEASES"]!["LEASE"]!.AsArray().Select(l => (string?)l!["VM"]));
        using var none = await site.Gate(vm, HttpMethod.Get, "/vnet/99999");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.True((await appliance.One.Call("one.vrouter.delete", router.Id)).Ok);
    }
}
