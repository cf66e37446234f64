using System.Net;
using System.Text.Json.Nodes;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>OneFlow as its clients speak to it, and OneGate as guests do: plain HTTP to a real daemon with simulated hosts.</summary>
public sealed class FlowTests(Appliance appliance)
{
    private Caller One => appliance.One;

    [Fact]
    public async Task A_service_deploys_in_order_scales_and_shuts_down()
    {
        using var site = new FlowSite(appliance.Daemon);
        var vmTemplate = (await One.Call("one.template.allocate", "NAME=flow-guest CPU=0.1 MEMORY=32 CONTEXT=[TOKEN=YES,NETWORK=YES]")).Id;
        var template = await site.Made("/service_template", FlowSite.TwoRoles("shop", vmTemplate, gate: true));
        Assert.Equal(("101", "shop"), ((string?)template["TYPE"], (string?)template["NAME"]));
        var service = await site.Made($"/service_template/{template["ID"]}/action", """{"action":{"perform":"instantiate","params":{}}}""");
        var id = (string)service["ID"]!;

        // The parent's guest has to say that it is ready before its children begin.
        var db = await Until.Some(async () => site.Nodes(await site.Service(id), "db") is [var vm] ? (int?)vm : null);
        await appliance.Reach(db!.Value, 3, 3);
        Assert.Empty(site.Nodes(await site.Service(id), "web"));
        using (var ready = await site.Gate(db.Value, HttpMethod.Put, "/vm", "READY=YES\nLOAD=3"))
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var web = await Until.Some(async () => site.Nodes(await site.Service(id), "web") is { Length: 2 } vms ? vms : null);
        Assert.Equal(1, (int)(await site.Service(id))["state"]!);
        foreach (var vm in web)
        {
            await appliance.Reach(vm, 3, 3);
            using var ready = await site.Gate(vm, HttpMethod.Put, "/vm", "READY=YES");
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        }

        await site.Reach(id, 2);
        var seen = (await One.Call("one.vm.info", web[0])).Document;
        Assert.Equal((id, "web", $"web_0_(service_{id})"), (seen.Element("USER_TEMPLATE")!.Element("SERVICE_ID")!.Value, seen.Element("USER_TEMPLATE")!.Element("ROLE_NAME")!.Value, seen.Element("NAME")!.Value));

        // A guest sees its service and its kin, and scales it.
        var told = JsonNode.Parse(await (await site.Gate(web[0], HttpMethod.Get, "/service")).Content.ReadAsStringAsync())!["SERVICE"]!;
        Assert.Equal(("shop", id), ((string?)told["name"], (string?)told["id"]));
        using (var kin = await site.Gate(web[0], HttpMethod.Get, $"/vms/{db}"))
            Assert.Equal("3", (string?)JsonNode.Parse(await kin.Content.ReadAsStringAsync())!["VM"]!["USER_TEMPLATE"]!["LOAD"]);
        using (var scaled = await site.Gate(web[0], HttpMethod.Put, "/service/role/web", """{"cardinality":3}"""))
            Assert.Equal(HttpStatusCode.OK, scaled.StatusCode);
        var third = (await Until.Some(async () => site.Nodes(await site.Service(id), "web") is { Length: 3 } vms ? vms : null)).Except(web).Single();
        await appliance.Reach(third, 3, 3);
        await site.Gate(third, HttpMethod.Put, "/vm", "READY=YES");
        await site.Reach(id, 2);

        await site.Refused($"/service/{id}/scale", """{"role_name":"web","cardinality":9,"force":false}""", "Maximum cardinality is 4");
        await site.Done(HttpMethod.Post, $"/service/{id}/scale", """{"role_name":"web","cardinality":1,"force":false}""");
        await appliance.Reach(web[0], 6);
        await site.Reach(id, 2);
        await site.Done(HttpMethod.Delete, $"/service/{id}");
        await site.Reach(id, 5);
        foreach (var vm in web.Append(third).Append(db.Value))
            await appliance.Reach(vm, 6);
        Assert.Contains($"\"ID\":\"{id}\"", await site.Text("/service"), StringComparison.Ordinal);
        await site.Done(HttpMethod.Post, "/service_pool/purge_done", "");
        Assert.Equal(1024, (await One.Call("one.document.info", int.Parse(id))).Code);
    }

    [Fact]
    public async Task A_running_service_is_updated_and_its_VMs_act_in_batches()
    {
        using var site = new FlowSite(appliance.Daemon);
        var guest = (await One.Call("one.template.allocate", "NAME=flow-batch CPU=0.1 MEMORY=32")).Id;
        var template = await site.Made("/service_template", FlowSite.TwoRoles("batches", guest, gate: false));
        var id = (string)(await site.Made($"/service_template/{template["ID"]}/action", """{"action":{"perform":"instantiate","params":{}}}"""))["ID"]!;
        await site.Reach(id, 2);

        var body = await site.Service(id);
        body["roles"]![1]!["max_vms"] = 5;
        await site.Done(HttpMethod.Put, $"/service/{id}", body.ToJsonString());
        await site.Done(HttpMethod.Put, $"/service/{id}", """{"append":true,"template":"{\"description\":\"in batches\"}"}""");
        body = await site.Service(id);
        Assert.Equal((5, "in batches", 2), ((int)body["roles"]![1]!["max_vms"]!, (string?)body["description"], (int)body["state"]!));
        body["state"] = 5;
        Assert.Equal((HttpStatusCode.InternalServerError, "Immutable value: `service/state` can not be changed"), await site.Send(HttpMethod.Put, $"/service/{id}", body.ToJsonString()));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Send(HttpMethod.Put, $"/service/{id}", """{"append":true}""")).Status);

        // One VM of the role now, the next in an hour; what is still to come can be called off.
        var web = site.Nodes(body, "web");
        var act = """{"action":{"perform":"poweroff-hard","params":{"period":3600,"number":1}}}""";
        await site.Done(HttpMethod.Post, $"/service/{id}/role/web/action", act);
        await appliance.Reach(web[0], 8);
        var later = (await One.Call("one.vm.info", web[1])).Document.Element("TEMPLATE")!.Element("SCHED_ACTION")!;
        var began = long.Parse((await One.Call("one.vm.info", web[0])).Document.Element("TEMPLATE")!.Element("SCHED_ACTION")!.Element("TIME")!.Value);
        Assert.Equal(("poweroff-hard", $"{began + 3600}", "-1"), (later.Element("ACTION")!.Value, later.Element("TIME")!.Value, later.Element("DONE")!.Value));
        await site.Done(HttpMethod.Delete, $"/service/{id}/role/web/sched_action/{later.Element("ID")!.Value}");
        Assert.Null((await One.Call("one.vm.info", web[1])).Document.Element("TEMPLATE")!.Element("SCHED_ACTION"));
        await site.Done(HttpMethod.Delete, $"/service/{id}/sched_action/77");
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Send(HttpMethod.Delete, $"/service/{id}/sched_action/none", "")).Status);
        await site.Refused($"/service/{id}/action", """{"action":{"perform":"migrate","params":{}}}""", "Action migrate not supported");
        await site.Done(HttpMethod.Post, $"/service/{id}/role/web/action", """{"action":{"perform":"snapshot-create","params":{"period":0,"args":"before"}}}""");
        await Until.True(
            async () => (await One.Call("one.vm.info", web[1])).Document.Element("TEMPLATE")!.Element("SNAPSHOT")?.Element("NAME")?.Value is "before",
            () => $"VM {web[1]} has no snapshot");
        await site.Done(HttpMethod.Post, $"/service/{id}/action", """{"action":{"perform":"recover","params":{"delete":true}}}""");
    }

    [Fact]
    public async Task A_guest_is_who_its_token_says_and_may_not_push_everything()
    {
        using var site = new FlowSite(appliance.Daemon);
        var (vm, other) = (await appliance.Make("NAME=gate CPU=0.1 MEMORY=32 CONTEXT=[TOKEN=YES] COLOR=blue"), await appliance.Make("NAME=gateless CPU=0.1 MEMORY=32"));
        async Task<HttpStatusCode> Status(int guest, HttpMethod method, string path, string body, string? token = null)
        {
            using var answer = await site.Gate(guest, method, path, body, token);
            return answer.StatusCode;
        }

        var shown = JsonNode.Parse(await (await site.Gate(vm, HttpMethod.Get, "/vm")).Content.ReadAsStringAsync())!["VM"]!;
        Assert.Equal(("gate", $"{vm}", "blue"), ((string?)shown["NAME"], (string?)shown["ID"], (string?)shown["USER_TEMPLATE"]!["COLOR"]));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(vm, HttpMethod.Get, "/vm", "", token: "guessed"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(other, HttpMethod.Get, "/vm", ""));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(vm, HttpMethod.Put, "/vm", "service_id=7"));
        Assert.Equal(HttpStatusCode.BadRequest, await Status(vm, HttpMethod.Put, "/vm", "no pair"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Status(vm, HttpMethod.Put, "/vm", "A=" + new string('x', 70_000)));
        Assert.Equal(HttpStatusCode.BadRequest, await Status(vm, HttpMethod.Get, $"/vms/{other}", ""));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(vm, HttpMethod.Post, $"/vms/{vm}/action", """{"action":{"perform":"migrate"}}"""));
        Assert.Equal(HttpStatusCode.OK, await Status(vm, HttpMethod.Put, "/vm", "SHADE=dark red\nV=[A=\"1\",\n B=\"2\"]"));
        Assert.Equal(HttpStatusCode.OK, await Status(vm, HttpMethod.Put, "/vm?type=2", "COLOR"));
        var user = (await One.Call("one.vm.info", vm)).Document.Element("USER_TEMPLATE")!;
        Assert.Equal(("dark red", "2", null), (user.Element("SHADE")?.Value, user.Element("V")?.Element("B")?.Value, user.Element("COLOR")?.Value));

        // What guests ask is kept as what their owner did through the VM.
        IReadOnlyList<Client.Wire.AuditEntry> kept = [];
        await Until.True(
            async () => (kept = [.. (await appliance.Daemon.Client.GetAudit(new() { Object = $"vm/{vm}" })).Entries.Where(e => e.Face is "onegate")]).Count == 7,
            () => $"{kept.Count} calls of the guest are kept");
        Assert.Equal(("PUT /vm", "?type=2", "oneadmin", 0, $"vm/{vm}", 0), (kept[0].Method, kept[0].Arguments, kept[0].User, kept[0].UserId, kept[0].By, kept[0].Result));
        Assert.Equal((2, 1), (kept.Count(e => e.Result == 512), kept.Count(e => e.Method is "POST /vms/{id}/action")));
        Assert.DoesNotContain(kept, e => e.Arguments?.Contains("dark", StringComparison.Ordinal) is true);
        var stranger = Assert.Single((await appliance.Daemon.Client.GetAudit(new() { User = $"vm/{other}" })).Entries);
        Assert.Equal(("GET /vm", null, 256), (stranger.Method, stranger.UserId, stranger.Result));
    }

    [Fact]
    public async Task OneFlow_lets_in_who_may_and_says_what_is_wrong()
    {
        using var site = new FlowSite(appliance.Daemon);
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.Send(HttpMethod.Get, "/service", "", session: "oneadmin:wrong")).Status);
        Assert.Equal((HttpStatusCode.NotFound, "Error getting document [999999]."), await site.Send(HttpMethod.Get, "/service/999999", ""));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Send(HttpMethod.Post, "/service_template", "no json")).Status);
        var (status, text) = await site.Send(HttpMethod.Post, "/service_template", """{"name":"x","roles":[{"name":"a","template_id":"none"}]}""");
        Assert.Equal((HttpStatusCode.BadRequest, true), (status, text.Contains("roles/a/template_id", StringComparison.Ordinal)));
        var template = await site.Made("/service_template", FlowSite.TwoRoles("lost", vmTemplate: 888_888, gate: false));
        await site.Done(HttpMethod.Post, $"/service_template/{template["ID"]}/action", """{"action":{"perform":"chmod","params":{"octet":"644"}}}""");
        var id = (string)(await site.Made($"/service_template/{template["ID"]}/action", """{"action":{"perform":"instantiate","params":{"merge_template":{"name":"found"}}}}"""))["ID"]!;
        await site.Reach(id, 7);
        Assert.Contains("888888", (await site.Service(id))["log"]!.ToJsonString(), StringComparison.Ordinal);
        await site.Done(HttpMethod.Post, $"/service/{id}/action", """{"action":{"perform":"recover","params":{"delete":true}}}""");
        await Until.True(async () => (await site.Send(HttpMethod.Get, $"/service/{id}", "")).Status is HttpStatusCode.NotFound);
        await site.Done(HttpMethod.Delete, $"/service_template/{template["ID"]}");
    }
}
