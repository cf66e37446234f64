using System.Text.Json.Nodes;
using PoweredAppliance.Core.Flows;

namespace PoweredAppliance.Core.Tests.Flows;

public sealed class FlowUpdateTests
{
    private const string One = """
        {"name":"s","deployment":"straight","roles":[{"name":"web","template_id":0,"cardinality":2,"min_vms":1,"max_vms":4}]}
        """;

    private static Site Running()
    {
        var site = new Site(One);
        site.Settle();
        Assert.Equal(FlowState.Running, site.Flow.State);
        return site;
    }

    private static JsonObject Body(Site site) => (JsonObject)JsonNode.Parse(site.Flow.Body())!;

    private static Refusal? Update(Site site, JsonObject given, bool append = false) => site.Tell(new FlowChanges.Update(0, given, append, site.Now));

    [Fact]
    public void What_was_read_and_sent_back_with_new_limits_changes_those_and_nothing_else()
    {
        var site = Running();
        var body = Body(site);
        foreach (var node in body["roles"]![0]!["nodes"]!.AsArray())
            node!["vm_info"] = new JsonObject { ["VM"] = new JsonObject { ["ID"] = "7" } };
        body["roles"]![0]!["max_vms"] = 9;
        body["deleting"] = true;
        Assert.Null(Update(site, body));
        Assert.Equal((FlowState.Running, 9, false), (site.Flow.State, site.Flow.Role("web")!.Most, site.Flow.IsErasing));
        var before = (site.Flow.Body(), site.Living.Count());
        site.Settle();
        Assert.Equal(before, (site.Flow.Body(), site.Living.Count()));
        Assert.DoesNotContain("vm_info", before.Item1, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state", "5", "Immutable value: `service/state` can not be changed")]
    [InlineData("name", "\"other\"", "To change `service/name` use rename operation")]
    [InlineData("deployment", "\"none\"", "Immutable value: `service/deployment` can not be changed")]
    [InlineData("log", "[]", "Immutable value: `service/log` can not be changed")]
    [InlineData("roles", "[]", "Immutable value: `service/roles size` can not be changed")]
    public void What_is_the_services_own_stays(string field, string value, string why)
    {
        var site = Running();
        var (before, body) = (site.Flow.Body(), Body(site));
        body[field] = JsonNode.Parse(value);
        Assert.Equal(why, Update(site, body)?.Text);
        if (field is not "roles")
            Assert.Equal(why, Update(site, new JsonObject { [field] = JsonNode.Parse(value) }, append: true)?.Text);
        Assert.Equal(before, site.Flow.Body());
    }

    [Theory]
    [InlineData("name", "\"db\"", "role/name")]
    [InlineData("cardinality", "3", "role/cardinality")]
    [InlineData("nodes", "[]", "role/nodes")]
    [InlineData("template_id", "1", "role/template_id")]
    [InlineData("min_vms", "7", "roles/web/max_vms")]
    public void A_role_keeps_its_name_and_its_VMs_and_makes_sense(string field, string value, string named)
    {
        var site = Running();
        var body = Body(site);
        body["roles"]![0]![field] = JsonNode.Parse(value);
        Assert.Equal(named, Update(site, body)?.Field);
    }

    [Fact]
    public void What_is_appended_stands_beside_what_is_there_and_a_time_that_has_passed_does_not_come_again()
    {
        var site = Running();
        Assert.Null(Update(site, new() { ["description"] = "a shop" }, append: true));
        var body = Body(site);
        body["roles"]![0]!["scheduled_policies"] = JsonNode.Parse("""[{"type":"CARDINALITY","adjust":4,"recurrence":"0 12 * * *"}]""");
        site.Now = Site.Noon.AddDays(2);
        Assert.Null(Update(site, body));
        site.Settle();
        Assert.Equal(("a shop", 2), ((string?)site.Flow.Given["description"], site.Of("web").Length));
        site.Now = site.Now.AddDays(1);
        site.Settle();
        Assert.Equal(4, site.Of("web").Length);
    }

    [Fact]
    public void Nothing_is_updated_while_it_changes()
    {
        var site = Running();
        Assert.Null(site.Tell(new FlowChanges.Scale(0, "web", 3, Force: false, site.Now)));
        Assert.Equal("Service 0 cannot be updated in state: SCALING", Update(site, Body(site))?.Text);
    }
}
