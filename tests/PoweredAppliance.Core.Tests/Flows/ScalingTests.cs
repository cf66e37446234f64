using System.Text.Json.Nodes;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Flows;

namespace PoweredAppliance.Core.Tests.Flows;

public sealed class ScalingTests
{
    private static Site Running(string policies)
    {
        var site = new Site($$$"""{"name":"s","roles":[{"name":"web","template_id":0,"cardinality":2,"min_vms":1,"max_vms":5,"cooldown":0,{{{policies}}}}]}""");
        site.Settle();
        return site;
    }

    [Theory]
    [InlineData("CPU > 80", true)]
    [InlineData("CPU>80 && LOAD < 3", true)]
    [InlineData("CPU < 80 || LOAD = 2.5", true)]
    [InlineData("!(CPU > 80)", false)]
    [InlineData("! CPU > 80 && LOAD = 9", true)]
    [InlineData("CPU < 80 && CPU > 1 || CPU > 1", false)]
    [InlineData("MISSING > 0", false)]
    [InlineData("MISSING < 1", false)]
    [InlineData("'CPU' >= \"cpu\"", true)]
    [InlineData("-1 <> CPU", true)]
    public void An_expression_holds_or_not(string text, bool holds) =>
        Assert.Equal(holds, ScalingExpression.Parse(text).Holds(name => name switch { "CPU" => 90, "LOAD" => 2.5m, _ => null }));

    [Theory]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("CPU >")]
    [InlineData("CPU > 1 &&")]
    [InlineData("(CPU > 1")]
    [InlineData("CPU > 1.2.3")]
    [InlineData("\"CPU > 1")]
    [InlineData("CPU > 1 CPU > 2")]
    public void What_is_no_expression_is_refused_with_its_place(string text) =>
        Assert.Contains("column", Assert.Throws<ExpressionSyntaxException>(() => ScalingExpression.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_nest_without_an_end_is_refused_and_not_followed() =>
        Assert.Throws<ExpressionSyntaxException>(() => ScalingExpression.Parse(new string('(', 100_000)));

    [Fact]
    public void A_rule_that_holds_often_enough_makes_the_role_larger()
    {
        var site = Running("""
            "elasticity_policies":[{"type":"CHANGE","adjust":1,"expression":"LOAD > 5","period":10,"period_number":2}]
            """);
        foreach (var vm in site.Of("web"))
            site.Say(vm, $"LOAD=\"{(vm == site.Of("web")[0] ? 4 : 7)}\"");
        site.Settle();
        Assert.Equal(2, site.Of("web").Length);
        site.Now += TimeSpan.FromSeconds(11);
        site.Settle();
        Assert.Equal(3, site.Of("web").Length);
    }

    [Theory]
    [InlineData("CHANGE", 9, 1, 5)]
    [InlineData("CHANGE", -9, 1, 1)]
    [InlineData("CARDINALITY", 4, 1, 4)]
    [InlineData("PERCENTAGE_CHANGE", 50, 1, 3)]
    [InlineData("PERCENTAGE_CHANGE", 10, 2, 4)]
    [InlineData("PERCENTAGE_CHANGE", -50, 1, 1)]
    public void A_rule_says_how_far_within_the_roles_bounds(string type, int adjust, int step, int to)
    {
        var site = Running($$"""
            "cooldown":900,"elasticity_policies":[{"type":"{{type}}","adjust":{{adjust}},"min_adjust_step":{{step}},"expression":"CPU > 5"}]
            """.Replace("\"cooldown\":900,", "", StringComparison.Ordinal));
        site.Measure(site.Of("web")[0], "CPU", "50");
        site.Look();
        Assert.Equal(to, site.Flow.Role("web")!.Cardinality);
    }

    [Fact]
    public void The_clock_scales_once_at_its_time()
    {
        var at = Site.Noon.AddMinutes(10).ToUnixTimeSeconds();
        var site = Running($$"""
            "scheduled_policies":[{"type":"CARDINALITY","adjust":4,"start_time":"{{at}}"}]
            """);
        Assert.Equal(2, site.Of("web").Length);
        site.Now += TimeSpan.FromMinutes(11);
        site.Settle();
        Assert.Equal(4, site.Of("web").Length);
        Assert.Null(site.Tell(new FlowChanges.Scale(0, "web", 2, Force: false, site.Now)));
        site.Now += TimeSpan.FromMinutes(11);
        site.Settle();
        Assert.Equal(2, site.Of("web").Length);
    }

    [Theory]
    [InlineData("0 9 * * mon-fri", "2026-11-24T09:00", true)]
    [InlineData("0 9 * * 0,6", "2026-11-24T09:00", false)]
    [InlineData("*/15 * * * *", "2026-11-24T10:45", true)]
    [InlineData("*/15 * * * *", "2026-11-24T10:46", false)]
    [InlineData("0 0 1 * 2", "2026-11-24T00:00", true)]
    [InlineData("30 6 24 nov *", "2026-11-24T06:30", true)]
    [InlineData("0 0 * * 7", "2026-11-22T00:00", true)]
    public void A_recurrence_is_read_as_cron_reads_it(string text, string time, bool comes)
    {
        var at = DateTimeOffset.Parse(time + "Z", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(comes, Recurrence.Parse(text).Next(at.AddSeconds(-1), at.AddSeconds(1)) == at);
    }

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* * * * blue")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    public void What_is_no_recurrence_is_refused(string text) => Assert.Throws<FormatException>(() => Recurrence.Parse(text));

    [Theory]
    [InlineData("""{"roles":[]}""", "name")]
    [InlineData("""{"name":"s"}""", "roles")]
    [InlineData("""{"name":"s","deployment":"crooked","roles":[]}""", "deployment")]
    [InlineData("""{"name":"s","roles":[{"name":"a b","template_id":0}]}""", "roles/name")]
    [InlineData("""{"name":"s","roles":[{"name":"a"}]}""", "roles/a/template_id")]
    [InlineData("""{"name":"s","roles":[{"name":"a","type":"vr","template_id":0}]}""", "roles/a/type")]
    [InlineData("""{"name":"s","roles":[{"name":"a","template_id":0,"min_vms":3,"max_vms":2}]}""", "roles/a/max_vms")]
    [InlineData("""{"name":"s","roles":[{"name":"a","template_id":0,"parents":["b"]}]}""", "roles/a/parents")]
    [InlineData("""{"name":"s","roles":[{"name":"a","template_id":0},{"name":"a","template_id":0}]}""", "roles/name")]
    [InlineData("""{"name":"s","deployment":"straight","roles":[{"name":"a","template_id":0,"parents":["b"]},{"name":"b","template_id":0,"parents":["a"]}]}""", "roles/parents")]
    [InlineData("""{"name":"s","roles":[{"name":"a","template_id":0,"elasticity_policies":[{"type":"CHANGE","adjust":1,"expression":"CPU >"}]}]}""", "roles/a/elasticity_policies/expression")]
    [InlineData("""{"name":"s","roles":[{"name":"a","template_id":0,"scheduled_policies":[{"type":"CHANGE","adjust":1}]}]}""", "roles/a/scheduled_policies/start_time")]
    public void A_template_that_cannot_be_is_refused_by_its_field(string body, string field) =>
        Assert.Equal(field, FlowTemplate.Wrong((JsonObject)JsonNode.Parse(body)!)?.Field);
}
