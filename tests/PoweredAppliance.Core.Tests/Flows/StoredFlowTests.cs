using System.Collections.Immutable;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Flows;

/// <summary>A service's body lies in the journal within its document: what was released is read for ever.</summary>
public sealed class StoredFlowTests
{
    private const string Golden =
        """{"name":"s","description":"kept as it is","roles":[{"name":"web","template_id":3,"elasticity_policies":[{"type":"CHANGE","adjust":1,"expression":"CPU \u003E 80","last_eval":1795500000,"true_evals":1}],"state":8,"cardinality":3,"last_vmname":4,"nodes":[{"deploy_id":12,"number":0,"running":true},{"deploy_id":13,"number":1,"running":false,"disposed":true,"retried":7}],"making":[2,3],"cooldown_duration":60}],"state":8,"start_time":1795500000,"log":[{"timestamp":1795500001,"severity":"E","message":"no room"}],"deleting":true}""";

    private static PooledObject Document(string body) => new(
        PoolKind.Document, 5, "s", Caller.Admin, 384, 1_795_500_000, Template.Empty.Set("BODY", body), ImmutableSortedDictionary<string, string>.Empty.Add("TYPE", "100"));

    [Fact]
    public void A_service_is_read_as_it_was_released_and_written_the_same()
    {
        var flow = Flow.Of(Document(Golden))!;
        Assert.Equal(Golden, flow.Body());
        var role = flow.Role("web")!;
        Assert.Equal((FlowState.Scaling, 3, 4, 60), (role.State, role.Cardinality, role.NextNumber, role.Rest));
        Assert.Equal([new(0, 12, IsReady: true), new(1, 13, IsLeaving: true, Retried: 7)], role.Nodes);
        Assert.Equal([2, 3], role.Making);
        Assert.Equal([new PolicyRecord(1_795_500_000, 1)], role.Policies);
        Assert.Equal([new FlowLogLine(1_795_500_001, true, "no room")], flow.Log);
        Assert.True(flow.IsErasing);
        Assert.Equal(Document(Golden), flow.Into(Document(Golden)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("no json")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"name\":\"s\"}")]
    [InlineData("{\"name\":\"s\",\"roles\":[{\"name\":\"a\",\"template_id\":0,\"cardinality\":2000000000}]}")]
    [InlineData("{\"name\":\"s\",\"roles\":[{\"name\":\"a\",\"template_id\":0,\"elasticity_policies\":[{\"type\":\"CHANGE\",\"adjust\":1,\"expression\":\"(\"}]}]}")]
    public void A_body_that_cannot_be_read_is_no_service(string body) => Assert.Null(Flow.Of(Document(body)));

    [Fact]
    public void Whatever_else_the_owner_writes_into_a_body_is_looked_at_without_harm()
    {
        var flow = Flow.Of(Document("""
            {"name":"s","state":"99","start_time":9223372036854775807,"log":[7,{"timestamp":"x"}],"roles":[{"name":"a","template_id":0,"state":{},
             "making":["x",null,1e9,{}],"nodes":[7,{"deploy_id":"no"}],"cooldown_end":"soon",
             "scheduled_policies":[{"type":"CHANGE","adjust":1,"recurrence":"* * * * *","last_eval":-9223372036854775807}]}]}
            """))!;
        var sight = new FlowSight(_ => null, (_, _) => null);
        foreach (var state in Enum.GetValues<FlowState>())
            Assert.NotNull(FlowCourse.Work(FlowCourse.Look(flow with { State = state }, sight, DateTimeOffset.UnixEpoch.AddYears(56)), sight).ToList());
    }

    [Fact]
    public void A_token_of_a_guest_is_the_same_for_ever_and_fits_no_other_VM()
    {
        var secret = Enumerable.Range(0, GuestToken.SecretBytes).Select(i => (byte)i).ToArray();
        var token = GuestToken.Of(secret, new(7), 1_795_500_000);
        Assert.Equal("P0uoHcNX1xp2Z+vAz/nXI9N/C9wAspcIXu/6c1sMrnE=", token);
        Assert.True(GuestToken.Fits(token + "\n", secret, new(7), 1_795_500_000));
        Assert.False(GuestToken.Fits(token, secret, new(8), 1_795_500_000));
        Assert.False(GuestToken.Fits(token, secret, new(7), 1_795_500_001));
        Assert.False(GuestToken.Fits("", secret, new(7), 1_795_500_000));
    }
}
