using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Affinity_laws
{
    private static readonly Fellow[] Fellows = [new(new(1), "web", new(1)), new(new(2), "db", new(2)), new(new(3), "db", new(2))];

    /// <summary>On hosts 1 to 4, of which VM 1 (web) is on 1, VMs 2 and 3 (db) on 2.</summary>
    [Theory]
    [InlineData("ROLE=[ID=0,NAME=web] ROLE=[ID=1,NAME=db]", "web", "1 2 3 4")]
    [InlineData("ROLE=[ID=0,NAME=web,HOST_AFFINED=\"3,4\"]", "web", "3 4")]
    [InlineData("ROLE=[ID=0,NAME=web,HOST_ANTI_AFFINED=\"3,4\"]", "web", "1 2")]
    [InlineData("ROLE=[ID=0,NAME=web,POLICY=ANTI_AFFINED]", "web", "2 3 4")]
    [InlineData("ROLE=[ID=0,NAME=web,POLICY=AFFINED]", "web", "1")]
    [InlineData("ROLE=[ID=0,NAME=web,POLICY=affined,HOST_ANTI_AFFINED=1]", "web", "")]
    [InlineData("ROLE=[ID=0,NAME=cache,POLICY=AFFINED]", "cache", "1 2 3 4")]
    [InlineData("ROLE=[ID=0,NAME=web] ROLE=[ID=1,NAME=db] AFFINED=\"web,db\"", "web", "2")]
    [InlineData("ROLE=[ID=0,NAME=web] ROLE=[ID=1,NAME=db] AFFINED=\"web,db\"", "db", "1")]
    [InlineData("ROLE=[ID=0,NAME=web] ROLE=[ID=1,NAME=db] ANTI_AFFINED=\"web,db\"", "web", "1 3 4")]
    [InlineData("ROLE=[ID=0,NAME=web] ROLE=[ID=1,NAME=db] ROLE=[ID=2,NAME=c] ANTI_AFFINED=\"web,db\"", "c", "1 2 3 4")]
    [InlineData("ROLE=[ID=0,NAME=web,POLICY=ANTI_AFFINED]", "gone", "1 2 3 4")]
    public void A_group_lets_a_VM_go_where_its_rules_say(string group, string role, string hosts)
    {
        var affinity = Affinity.Of(5, Template.Parse(group), role, Fellows);
        Assert.Equal(hosts, string.Join(' ', Enumerable.Range(1, 4).Where(id => affinity?.Against(new(id)) is null)));
    }

    [Fact]
    public void A_refusal_names_the_group_the_VM_and_the_host()
    {
        var apart = Affinity.Of(5, Template.Parse("ROLE=[ID=0,NAME=web,POLICY=ANTI_AFFINED]"), "web", Fellows);
        var verdict = Placement.Place(Asks() with { Affinity = apart }, [Of(1), Of(2, enabled: false)]);
        Assert.Equal("no host fits: 1 disabled, 1 forbidden by VM group 5 (host1: VM group 5 keeps it apart from VM 1 of role web on host 1)", verdict.Explain());
        var with = Affinity.Of(5, Template.Parse("ROLE=[ID=0,NAME=db,POLICY=AFFINED]"), "db", Fellows);
        Assert.Equal("VM group 5 keeps it with VM 2 of role db on host 2 and 1 more", with!.Against(new HostId(1)));
    }

    [Fact]
    public void The_highest_rank_goes_before_the_best_fit()
    {
        var asks = Asks() with { Shape = new(rank: Rank.Parse("SCORE - 1")) };
        Assert.Equal(3, Placement.Place(asks, [Scored(1, cpu: 100), Scored(2), Scored(3)]).Chosen!.Value.Value);
        Assert.Equal(1, Placement.Place(asks, [Scored(1, cpu: 100), Scored(2), Scored(3, enabled: false)]).Chosen!.Value.Value);

        static HostCapacity Scored(int id, int cpu = 800, bool enabled = true) =>
            Of(id, cpu, enabled: enabled) with { Attributes = (host, name) => name == "SCORE" ? [host.Value == 3 ? "5" : $"{-host.Value}"] : [] };
    }
}
