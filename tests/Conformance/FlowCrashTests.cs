using System.Globalization;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>The daemon is killed while a service is deployed, at a stored event of which there are many; the next one goes on.</summary>
public sealed class FlowCrashTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(17)]
    public async Task A_service_that_was_cut_off_is_deployed_by_the_next_daemon_and_no_VM_is_made_twice(int after)
    {
        var folder = Directory.CreateTempSubdirectory("powered-flow-").FullName;
        var (data, kill) = (Path.Combine(folder, "data"), Path.Combine(folder, "kill"));
        string[] settings = [.. Appliance.Settings, "--Drill:KillFile", kill];
        try
        {
            int template;
            await using (var first = await DaemonProcess.Start(data, settings))
            {
                using var site = new FlowSite(first);
                var one = new Caller(first.XmlRpcPort, first.Secret);
                Assert.True((await one.Call("one.host.allocate", "host", "dummy", "dummy", -1)).Ok);
                var guest = (await one.Call("one.template.allocate", "NAME=guest CPU=0.1 MEMORY=32")).Id;
                template = int.Parse((string)(await site.Made("/service_template", FlowSite.TwoRoles("cut", guest, gate: false)))["ID"]!, CultureInfo.InvariantCulture);
                await File.WriteAllTextAsync($"{kill}.new", $"{await Stored(first) + after}");
                File.Move($"{kill}.new", kill); // the daemon reads it as soon as it is there
                await Instantiate(site, template);
                await first.WaitForExit(Until.Patience);
            }

            File.Delete(kill);
            await using var second = await DaemonProcess.Start(data, settings);
            using var again = new FlowSite(second);
            if (!(await again.Text("/service")).Contains("\"cut\"", StringComparison.Ordinal))
                await Instantiate(again, template); // it was cut off before it was accepted
            var id = (string)System.Text.Json.Nodes.JsonNode.Parse(await again.Text("/service"))!["DOCUMENT_POOL"]!["DOCUMENT"]![0]!["ID"]!;
            await again.Reach(id, 2);
            var made = (await new Caller(second.XmlRpcPort, second.Secret).Call("one.vmpool.info", -2, -1, -1, -2)).Document.Elements("VM").Select(v => v.Element("NAME")!.Value);
            Assert.Equal([$"db_0_(service_{id})", $"web_0_(service_{id})", $"web_1_(service_{id})"], made.Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Instantiate(FlowSite site, int template)
    {
        try
        {
            await site.Send(HttpMethod.Post, $"/service_template/{template}/action", """{"action":{"perform":"instantiate","params":{}}}""");
        }
        catch (HttpRequestException)
        {
            // killed before it could answer
        }
    }

    private static async Task<long> Stored(DaemonProcess daemon)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{daemon.RestPort}/metrics"));
        return (long)text.Split('\n').Where(l => l.StartsWith("powered_journal_events_total", StringComparison.Ordinal))
            .Sum(l => double.Parse(l.Split(' ')[^1], CultureInfo.InvariantCulture));
    }
}
