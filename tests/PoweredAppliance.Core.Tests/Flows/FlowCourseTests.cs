using CsCheck;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Flows;

public sealed class FlowCourseTests
{
    private const string Two = """
        {"name":"s","deployment":"straight","roles":[
         {"name":"web","template_id":0,"cardinality":2,"parents":["db"],"min_vms":1,"max_vms":4,"cooldown":60},
         {"name":"db","template_id":0,"cardinality":1}]}
        """;

    [Fact]
    public void Children_wait_for_their_parents_and_end_before_them()
    {
        var site = new Site(Two);
        site.Settle(boots: _ => false);
        Assert.Equal((FlowState.Deploying, FlowState.Pending, FlowState.Deploying), (site.Flow.State, site.Flow.Role("web")!.State, site.Flow.Role("db")!.State));
        site.Put(site.Of("db")[0], VmState.Active, LcmState.Running);
        site.Settle();
        Assert.Equal((FlowState.Running, 2, 1), (site.Flow.State, site.Of("web").Length, site.Of("db").Length));

        Assert.Null(site.Tell(new FlowChanges.Undeploy(0, site.Now)));
        site.Look();
        Assert.Equal((0, 1), (site.Living.Count(v => v.Name == "web"), site.Living.Count(v => v.Name == "db")));
        site.Settle();
        Assert.Equal(FlowState.Done, site.Flow.State);
        Assert.Empty(site.Living);
    }

    [Fact]
    public void Without_an_order_all_roles_begin_at_once()
    {
        var site = new Site(Two.Replace("straight", "none", StringComparison.Ordinal));
        site.Settle(boots: _ => false);
        Assert.Equal(3, site.Living.Count());
    }

    [Fact]
    public void A_guest_that_has_to_say_so_counts_when_it_has_said_it_is_ready()
    {
        var site = new Site(Two.Replace("\"name\":\"s\"", "\"name\":\"s\",\"ready_status_gate\":true", StringComparison.Ordinal));
        site.Settle();
        Assert.Equal((FlowState.Deploying, 0), (site.Flow.State, site.Of("web").Length));
        site.Say(site.Of("db")[0], "READY=YES");
        site.Settle();
        Assert.Equal(2, site.Of("web").Length);
        foreach (var vm in site.Of("web"))
            site.Say(vm, "READY=YES");
        site.Settle();
        Assert.Equal(FlowState.Running, site.Flow.State);
    }

    [Fact]
    public void The_oldest_leave_first_and_the_role_rests_before_it_runs_again()
    {
        var site = new Site(Two);
        site.Settle();
        var oldest = site.Of("web")[0];
        Assert.Null(site.Tell(new FlowChanges.Scale(0, "web", 1, Force: false, site.Now)));
        site.Settle();
        Assert.Equal(FlowState.Cooldown, site.Flow.State);
        Assert.DoesNotContain(oldest, site.Of("web"));
        site.Now += TimeSpan.FromSeconds(61);
        site.Settle();
        Assert.Equal(FlowState.Running, site.Flow.State);
    }

    [Theory]
    [InlineData("web", 0, "Minimum cardinality is 1")]
    [InlineData("web", 5, "Maximum cardinality is 4")]
    [InlineData("sql", 1, "Role 'sql' not found")]
    [InlineData("web", 2, "Cardinality of role web is 2 already")]
    public void A_scaling_that_cannot_be_says_why(string role, int to, string why)
    {
        var site = new Site(Two);
        site.Settle();
        Assert.Equal(why, site.Tell(new FlowChanges.Scale(0, role, to, Force: false, site.Now))?.Text);
        if (role == "web" && to != 2)
            Assert.Null(site.Tell(new FlowChanges.Scale(0, role, to, Force: true, site.Now)));
    }

    [Fact]
    public void A_failed_VM_fails_the_deployment_until_it_is_recovered()
    {
        var site = new Site(Two);
        site.Settle(boots: _ => false);
        site.Put(site.Of("db")[0], VmState.Active, LcmState.BootFailure);
        site.Settle();
        Assert.Equal((FlowState.FailedDeploying, 0), (site.Flow.State, site.Of("web").Length));
        Assert.NotNull(site.Tell(new FlowChanges.Scale(0, "web", 3, Force: false, site.Now)));
        Assert.NotNull(site.Tell(new FlowChanges.Undeploy(0, site.Now)));
        Assert.Null(site.Tell(new FlowChanges.Recover(0, site.Sight, site.Now)));
        site.Settle();
        Assert.Equal(FlowState.Running, site.Flow.State);
    }

    [Fact]
    public void A_running_service_warns_while_a_VM_has_failed_and_shrinks_when_one_is_ended_by_hand()
    {
        var site = new Site(Two);
        site.Settle();
        var vm = site.Of("web")[0];
        site.Put(vm, VmState.Active, LcmState.Unknown);
        site.Settle();
        Assert.Equal(FlowState.Warning, site.Flow.State);
        site.Put(vm, VmState.Active, LcmState.Running);
        site.Settle();
        Assert.Equal(FlowState.Running, site.Flow.State);
        site.Put(vm, VmState.Done);
        site.Settle();
        Assert.Equal((FlowState.Running, 1), (site.Flow.State, site.Flow.Role("web")!.Cardinality));
    }

    [Fact]
    public void Erased_at_any_time_a_service_leaves_nothing()
    {
        for (var looks = 0; looks < 8; looks++)
        {
            var site = new Site(Two);
            for (var i = 0; i < looks; i++)
                site.Look();
            site.Tell(new FlowChanges.Erase(0, site.Now));
            site.Settle();
            Assert.True(site.IsErased);
            Assert.Empty(site.Living);
        }
    }

    [Fact]
    public void A_role_comes_to_and_goes_from_a_running_service()
    {
        var site = new Site(Two);
        site.Settle();
        Assert.Null(site.Tell(new FlowChanges.AddRole(0, new() { ["name"] = "cache", ["template_id"] = 0, ["cardinality"] = 1 }, site.Now)));
        site.Settle();
        Assert.Equal((FlowState.Running, 1), (site.Flow.State, site.Of("cache").Length));
        Assert.Null(site.Tell(new FlowChanges.RemoveRole(0, "cache", site.Now)));
        site.Settle();
        Assert.Equal((FlowState.Running, null), (site.Flow.State, site.Flow.Role("cache")));
        Assert.DoesNotContain(site.Living, v => v.Name == "cache");
    }

    [Fact]
    public void Whatever_happens_what_lives_is_known_and_ends_with_the_service() => Gen.Int[0, 7].Array[0, 40].Sample(steps =>
    {
        var site = new Site(Two.Replace("\"max_vms\":4", "\"max_vms\":9", StringComparison.Ordinal));
        foreach (var step in steps)
        {
            var vms = site.Living.Select(v => v.Id.Value).ToList();
            switch (step)
            {
                case 0 or 1 or 2: site.Look(boots: _ => step != 2); break;
                case 3: site.Tell(new FlowChanges.Scale(0, "web", (vms.Count + 1) % 6 + 1, Force: false, site.Now)); break;
                case 4 when vms.Count > 0: site.Put(vms[^1], VmState.Done); break;
                case 5 when vms.Count > 0: site.Put(vms[0], VmState.Active, LcmState.BootFailure); break;
                case 6: site.Tell(new FlowChanges.Recover(0, site.Sight, site.Now)); break;
                default: site.Now += TimeSpan.FromSeconds(70); break;
            }

            Assert.Equal(site.Living.Select(v => v.Id.Value).Order(), site.Flow.Roles.SelectMany(r => r.Nodes).Select(n => n.Vm).Where(v => site.Living.Any(l => l.Id.Value == v)).Order());
            Assert.All(site.Flow.Roles, r => Assert.Equal(r.Nodes.Select(n => n.Number).Concat(r.Making).Distinct().Count(), r.Nodes.Length + r.Making.Length));
        }

        site.Tell(new FlowChanges.Erase(0, site.Now));
        site.Settle();
        Assert.Empty(site.Living);
    }, iter: 300);
}
