using System.Collections.Immutable;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Hooks;

public sealed class HookTemplateTests
{
    private static (PooledObject? Made, Refusal? Why) Made(string template)
    {
        var decision = ObjectPool.Empty(PoolKind.Hook).Decide(
            new PoolProtocol.Allocate(PoolKind.Hook, "h", Caller.Admin, 0, Template.Parse(template), ImmutableSortedDictionary<string, string>.Empty),
            DateTimeOffset.UnixEpoch);
        return (decision.Events.OfType<PoolProtocol.Put>().SingleOrDefault()?.Object, decision.Refusal);
    }

    [Theory]
    [InlineData("TYPE=state COMMAND=x RESOURCE=vm ON=running", "ACTIVE", "RUNNING")]
    [InlineData("TYPE=STATE COMMAND=x RESOURCE=VM ON=PROLOG", "ACTIVE", "PROLOG")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM ON=SHUTDOWN", "ACTIVE", "EPILOG")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM ON=STOP", "STOPPED", "LCM_INIT")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM ON=DONE", "DONE", "LCM_INIT")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM ON=UNKNOWN", "ACTIVE", "UNKNOWN")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM ON=CUSTOM STATE=poweroff LCM_STATE=LCM_INIT", "POWEROFF", "LCM_INIT")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=HOST STATE=error", "ERROR", null)]
    [InlineData("TYPE=state COMMAND=x RESOURCE=IMAGE STATE=READY", "READY", null)]
    public void A_state_hook_waits_for_states_by_OpenNebulas_words(string template, string state, string? lcm)
    {
        var (made, why) = Made(template);
        Assert.Null(why);
        Assert.Equal(("state", state, lcm), (made!.Fact(HookTemplate.TypeFact), made.Template["STATE"], made.Template["LCM_STATE"]));
        Assert.Null(made.Template["TYPE"] ?? made.Template["ON"]);
        Assert.Equal("NO", made.Template["REMOTE"]);
    }

    [Theory]
    [InlineData("COMMAND=x", "TYPE")]
    [InlineData("TYPE=cron COMMAND=x", "TYPE")]
    [InlineData("TYPE=api CALL=one.vm.allocate", "COMMAND")]
    [InlineData("TYPE=api COMMAND=x", "CALL")]
    [InlineData("TYPE=state COMMAND=x", "RESOURCE")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=CLUSTER STATE=READY", "RESOURCE")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM", "ON")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM ON=CUSTOM STATE=ACTIVE", "LCM_STATE")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=VM ON=CUSTOM STATE=BUSY LCM_STATE=RUNNING", "STATE")]
    [InlineData("TYPE=state COMMAND=x RESOURCE=HOST STATE=RUNNING", "STATE")]
    [InlineData("TYPE=api COMMAND=x CALL=one.vm.allocate TIMEOUT=-1", "TIMEOUT")]
    [InlineData("TYPE=api COMMAND=x CALL=one.vm.allocate REMOTE=YES", "REMOTE")]
    public void What_could_never_fire_or_run_is_refused_with_its_field(string template, string field) => Assert.Equal(field, Made(template).Why?.Field);
}
