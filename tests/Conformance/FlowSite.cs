using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>A client of OneFlow and a guest's of OneGate.</summary>
internal sealed class FlowSite(DaemonProcess daemon) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = Until.Patience };

    public static string TwoRoles(string name, int vmTemplate, bool gate) => $$"""
        {"name":"{{name}}","deployment":"straight","ready_status_gate":{{(gate ? "true" : "false")}},"shutdown_action":"terminate-hard","roles":[
         {"name":"db","cardinality":1,"template_id":{{vmTemplate}},"cooldown":1},
         {"name":"web","cardinality":2,"template_id":{{vmTemplate}},"parents":["db"],"min_vms":1,"max_vms":4,"cooldown":1}]}
        """;

    public async Task<(HttpStatusCode Status, string Text)> Send(HttpMethod method, string path, string body, string? session = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"http://127.0.0.1:{daemon.OneFlowPort}{path}"));
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(session ?? daemon.Secret)));
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<JsonObject> Made(string path, string body)
    {
        var (status, text) = await Send(HttpMethod.Post, path, body);
        Assert.True(status is HttpStatusCode.Created, $"{status} {text}");
        return (JsonObject)JsonNode.Parse(text)!["DOCUMENT"]!;
    }

    public async Task Done(HttpMethod method, string path, string body = "")
    {
        var (status, text) = await Send(method, path, body);
        Assert.True(status is HttpStatusCode.NoContent, $"{path}: {status} {text}");
    }

    public async Task Refused(string path, string body, string why) =>
        Assert.Equal((HttpStatusCode.InternalServerError, why), await Send(HttpMethod.Post, path, body));

    public async Task<string> Text(string path) => (await Send(HttpMethod.Get, path, "")).Text;

    /// <summary>The service's BODY.</summary>
    public async Task<JsonObject> Service(string id) => (JsonObject)JsonNode.Parse(await Text($"/service/{id}"))!["DOCUMENT"]!["TEMPLATE"]!["BODY"]!;

    public async Task Reach(string id, int state)
    {
        var now = new JsonObject();
        await Until.True(
            async () => (int)(now = await Service(id))["state"]! == state, () => $"service {id} is not in state {state}: {now.ToJsonString()}");
    }

    public int[] Nodes(JsonObject service, string role) =>
        [.. service["roles"]!.AsArray().Single(r => (string)r!["name"]! == role)!["nodes"]!.AsArray().Select(n => (int)n!["deploy_id"]!)];

    /// <summary>What the VM's guest would send, with the token that its CONTEXT has.</summary>
    public async Task<HttpResponseMessage> Gate(int vm, HttpMethod method, string path, string body = "", string? token = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"http://127.0.0.1:{daemon.OneGatePort}{path}"));
        if (body.Length > 0)
            request.Content = new StringContent(body);
        request.Headers.Add("X-ONEGATE-VMID", $"{vm}");
        request.Headers.Add("X-ONEGATE-TOKEN", token ?? await Token(vm));
        return await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> Token(int vm)
    {
        var secret = Convert.FromHexString((await File.ReadAllTextAsync(Path.Combine(daemon.Data, "onegate_secret"))).Trim());
        var start = (await new Caller(daemon.XmlRpcPort, daemon.Secret).Call("one.vm.info", vm)).Document.Element("STIME")!.Value;
        return GuestToken.Of(secret, new(vm), long.Parse(start));
    }
}
