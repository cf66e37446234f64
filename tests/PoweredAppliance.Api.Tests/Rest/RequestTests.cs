using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Rest;

[Collection(nameof(OneAppliance))]
public sealed class RequestTests(Appliance appliance)
{
    [Theory]
    [InlineData("POST", "vms", "{\"count\":\"x\",\"template\":\"small\"}", 400, "count")]
    [InlineData("POST", "vms", "{\"count\":0,\"template\":\"small\"}", 400, "count")]
    [InlineData("POST", "vms", "{\"template\":\"small\",\"template\":\"other\"}", 400, "template")]
    [InlineData("POST", "vms", "{}", 400, "template")]
    [InlineData("POST", "vms", "null", 400, null)]
    [InlineData("POST", "vms", "", 400, null)]
    [InlineData("POST", "vms", "[1,2", 400, null)]
    [InlineData("POST", "vms", "{\"templateText\":\"CPU=[\"}", 400, "templateText")]
    [InlineData("POST", "vms", "{\"template\":\"smal\"}", 404, "virtual machine template")]
    [InlineData("POST", "hosts", "{\"name\":\"x1\"}", 400, "uri")]
    [InlineData("POST", "hosts", "{\"name\":null,\"uri\":\"sim:generic\"}", 400, "name")]
    [InlineData("POST", "hosts", "{\"name\":\"x\",\"uri\":\"sim:generic\"}", 422, "name")]
    [InlineData("POST", "hosts", "{\"name\":\"x1\",\"uri\":\"no uri\"}", 400, "uri")]
    [InlineData("POST", "images", "{\"name\":\"i\"}", 400, "path")]
    [InlineData("POST", "images", "{\"name\":\"i\",\"sizeMib\":1,\"type\":\"TAPE\"}", 422, "type")]
    [InlineData("POST", "images", "{\"name\":\"i\",\"sizeMib\":-1}", 422, "sizeMib")]
    [InlineData("POST", "login", "{\"expireSeconds\":-5}", 400, "expireSeconds")]
    [InlineData("POST", "templates", "{\"text\":\"CPU=1\"}", 422, "name")]
    [InlineData("GET", "vms/abc", null, 400, "id")]
    [InlineData("GET", "vms/99999999999", null, 400, "id")]
    [InlineData("GET", "vms?limit=0", null, 400, "limit")]
    [InlineData("GET", "vms?after=x", null, 400, "after")]
    [InlineData("GET", "vms?state=SLEEPY", null, 400, "state")]
    [InlineData("GET", "vms?host=x", null, 400, "host")]
    [InlineData("GET", "vms?done=maybe", null, 400, "done")]
    [InlineData("GET", "watch?kinds=cow", null, 400, "kinds")]
    [InlineData("GET", "vms/999999", null, 404, null)]
    [InlineData("GET", "no/such/path", null, 404, null)]
    [InlineData("DELETE", "vms", null, 405, null)]
    [InlineData("POST", "vms/999999/actions/dance", null, 400, "action")]
    public async Task What_is_wrong_is_a_problem_that_names_the_field(string method, string path, string? body, int status, string? field)
    {
        using var http = appliance.Http();
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize(text, WireJson.Default.Problem)!;
        Assert.Equal((status, field), (problem.Status, problem.Field));
        Assert.False(string.IsNullOrEmpty(problem.Detail));
    }

    [Theory]
    [InlineData("vms", "{\"templateText\":\"CPU=1\\nMEMORY=16\",\"hold\":true}")]
    [InlineData("templates/0/instantiate", "{\"hold\":true}")]
    [InlineData("images", "{\"name\":\"no-type\",\"sizeMib\":1,\"format\":\"raw\"}")]
    public async Task What_is_absent_has_its_default(string path, string body)
    {
        using var http = appliance.Http();
        using var answer = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(answer.StatusCode is HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        Assert.StartsWith("/api/v1/", answer.Headers.Location!.ToString());
        using var made = await http.GetAsync(answer.Headers.Location);
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
    }

    [Fact]
    public async Task A_body_of_another_type_gets_415_and_one_that_is_deep_400()
    {
        using var http = appliance.Http();
        using var form = await http.PostAsync("vms", new StringContent("template=small"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Equal("application/problem+json", form.Content.Headers.ContentType?.MediaType);
        var deep = new string('[', 100_000);
        using var answer = await http.PostAsync("vms", new StringContent($"{{\"template\":{deep}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_of_a_hundred_megabytes_is_refused_without_being_read()
    {
        using var http = appliance.Http();
        using var stop = new CancellationTokenSource(Appliance.Patience);
        using var request = new HttpRequestMessage(HttpMethod.Post, "vms") { Content = new Blanks(100 << 20) };
        request.Headers.ExpectContinue = true;
        using var answer = await http.SendAsync(request, stop.Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(413, (await answer.Content.ReadFromJsonAsync(WireJson.Default.Problem, stop.Token))!.Status);
    }

    [Fact]
    public async Task Head_answers_as_get_does_without_the_body()
    {
        using var http = appliance.Http();
        using var answer = await http.SendAsync(new(HttpMethod.Head, "vms"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await http.SendAsync(new(HttpMethod.Head, "vms/999999"))).StatusCode);
    }

    [Fact]
    public async Task The_OpenAPI_document_says_everything_of_every_route()
    {
        using var http = new HttpClient { BaseAddress = appliance.Address };
        using var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json"));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(o => (Where: $"{o.Name} {path.Name}", Said: o.Value))).ToList();
        Assert.True(operations.Count >= 35, $"{operations.Count} operations");
        foreach (var (where, said) in operations)
        {
            Assert.True(said.TryGetProperty("summary", out var summary) && summary.GetString()!.Length > 5, where);
            var answers = said.GetProperty("responses").EnumerateObject().ToList();
            Assert.True(answers.Any(a => a.Name is "200" or "201" or "202" or "204" or "101"), where);
            foreach (var refusal in answers.Where(a => a.Name[0] is '4' or '5'))
                Assert.True(refusal.Value.GetProperty("content").TryGetProperty("application/problem+json", out _), $"{where} {refusal.Name}");
            Assert.Contains(answers, a => a.Name is "401");
            Assert.All(answers.Where(a => a.Name is "200" or "201" or "202"), a => Assert.True(
                a.Value.GetProperty("content").EnumerateObject().All(c => c.Value.TryGetProperty("schema", out _)), where));
        }

        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        foreach (var name in new[] { "Vm", "Host", "Image", "VmTemplate", "Network", "Datastore", "Problem", "VmCreate", "HostAdd", "ImageAdd", "TemplateCreate", "Instantiate" })
            Assert.True(schemas.TryGetProperty(name, out _), name);
        var create = schemas.GetProperty("HostAdd");
        Assert.Equal(["name", "uri"], create.GetProperty("required").EnumerateArray().Select(r => r.GetString()!).Order());
        Assert.Contains(operations.Single(o => o.Where == "get /api/v1/vms").Said.GetProperty("parameters").EnumerateArray(), p => p.GetProperty("name").GetString() == "state");
    }

    private sealed class Blanks(long size) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)' ');
            for (var left = size; left > 0; left -= block.Length)
                await stream.WriteAsync(block);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = size;
            Headers.ContentType ??= new("application/json");
            return true;
        }
    }
}
